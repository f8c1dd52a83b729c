"""Every named constraint refuses the row it is there to refuse; one without an example fails here."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models

from foundation.triggers import remove_triggers
from operations.models import User
from tests import factories as f
from tests.test_meta_factories import OUR_APPS

HOUR = timedelta(hours=1)


def twice(factory, **fields):
    """Two rows that agree in these fields."""

    def make():
        factory(**fields)
        factory(**fields)

    return make


def with_parent(factory, name, parent, /, **fields):
    """Two rows below one parent that agree in these fields."""

    def make():
        row = parent()
        factory(**{name: row}, **fields)
        factory(**{name: row}, **fields)

    return make


def intervals(factory, name, parent, first, second):
    """Two stretches of time below one parent, each (start, end)."""

    def make():
        remove_triggers(connection, prefix="guard_statusinterval")  # They would refuse the row first.
        row = parent()
        for start, end in (first, second):
            factory(**{name: row}, started_at=start, ended_at=end)

    return make


def user_twice():
    f.UserFactory(email="a@example.com")
    User.objects.bulk_create([User(email="A@example.com", name="A")])


def record_twice():
    user = f.UserFactory()
    f.IdempotencyRecordFactory(user=user, key="k")
    f.IdempotencyRecordFactory(user=user, key="k")


TIERS = (f.TierPeriodFactory, "integration", f.IntegrationFactory)
STATES = (f.StatusIntervalFactory, "health_check", f.HealthCheckFactory)
NOW = f.NOW

VIOLATIONS = {
    "idempotency_user_key_unique": record_twice,
    "user_email_unique_ci": user_twice,
    "user_name_not_blank": lambda: f.UserFactory(name=""),
    "metric_name_not_blank": lambda: f.MetricFactory(name=""),
    "metric_question_not_blank": lambda: f.MetricFactory(question=""),
    "metric_direction_valid": lambda: f.MetricFactory(direction="left"),
    "metric_status_valid": lambda: f.MetricFactory(status="lost"),
    "metric_decimals_in_range": lambda: f.MetricFactory(decimals=10),
    "metricversion_number_unique": with_parent(f.MetricVersionFactory, "metric", f.MetricFactory, number=1),
    "metricversion_kind_valid": lambda: f.MetricVersionFactory(kind="guess"),
    "metricversion_week_start_in_range": lambda: f.MetricVersionFactory(week_start=7),
    "metricversion_fiscal_year_start_in_range": lambda: f.MetricVersionFactory(fiscal_year_start=0),
    "metricversion_approver_has_time": lambda: f.MetricVersionFactory(approved_by=f.UserFactory(), approved_at=None),
    "target_shape_valid": lambda: f.TargetFactory(shape="curl"),
    "target_due_on_after_start_on": lambda: f.TargetFactory(start_on=NOW.date(), due_on=NOW.date()),
    "target_linear_is_complete": lambda: f.TargetFactory(baseline_value=None),
    "daycell_unique": with_parent(f.DayCellFactory, "version", f.MetricVersionFactory),
    "periodvalue_unique": with_parent(f.PeriodValueFactory, "version", f.MetricVersionFactory, start=NOW.date()),
    "periodvalue_grain_valid": lambda: f.PeriodValueFactory(grain="era"),
    "partner_name_not_blank": lambda: f.PartnerFactory(name=""),
    "partner_status_valid": lambda: f.PartnerFactory(status="gone"),
    "integration_partner_name_unique": with_parent(f.IntegrationFactory, "partner", f.PartnerFactory, name="A"),
    "integration_name_not_blank": lambda: f.IntegrationFactory(name=""),
    "integration_tier_valid": lambda: f.IntegrationFactory(tier="gold"),
    "tierperiod_tier_valid": lambda: f.TierPeriodFactory(tier="gold"),
    "tierperiod_ended_at_after_started_at": lambda: f.TierPeriodFactory(started_at=NOW, ended_at=NOW),
    "tierperiod_one_open_per_integration": intervals(*TIERS, (NOW, None), (NOW + HOUR, None)),
    "tierperiod_start_unique": intervals(*TIERS, (NOW, NOW + HOUR), (NOW, NOW + 2 * HOUR)),
    "tierperiod_end_unique": intervals(*TIERS, (NOW, NOW + 2 * HOUR), (NOW + HOUR, NOW + 2 * HOUR)),
    "healthcheck_name_unique": with_parent(f.HealthCheckFactory, "integration", f.IntegrationFactory, name="A"),
    "healthcheck_name_not_blank": lambda: f.HealthCheckFactory(name=""),
    "healthcheck_kind_not_blank": lambda: f.HealthCheckFactory(kind=""),
    "healthcheck_state_valid": lambda: f.HealthCheckFactory(state="odd"),
    "healthcheck_interval_seconds_in_range": lambda: f.HealthCheckFactory(interval_seconds=4),
    "healthcheck_retry_interval_seconds_in_range": lambda: f.HealthCheckFactory(retry_interval_seconds=86_401),
    "healthcheck_timeout_ms_in_range": lambda: f.HealthCheckFactory(timeout_ms=49),
    "healthcheck_fail_threshold_in_range": lambda: f.HealthCheckFactory(fail_threshold=0),
    "healthcheck_recover_threshold_in_range": lambda: f.HealthCheckFactory(recover_threshold=101),
    "statusinterval_state_valid": lambda: f.StatusIntervalFactory(state="odd"),
    "statusinterval_ended_at_after_started_at": lambda: f.StatusIntervalFactory(started_at=NOW, ended_at=NOW),
    "statusinterval_one_open_per_health_check": intervals(*STATES, (NOW, None), (NOW + HOUR, None)),
    "statusinterval_start_unique": intervals(*STATES, (NOW, NOW + HOUR), (NOW, NOW + 2 * HOUR)),
    "statusinterval_end_unique": intervals(*STATES, (NOW, NOW + 2 * HOUR), (NOW + HOUR, NOW + 2 * HOUR)),
    "profile_name_version_unique": twice(f.AccountingProfileFactory, name="A", version=1),
    "profile_one_default": twice(f.AccountingProfileFactory, is_default=True),
    "profile_maintenance_valid": lambda: f.AccountingProfileFactory(maintenance="maybe"),
    "profile_unknown_valid": lambda: f.AccountingProfileFactory(unknown="maybe"),
    "profile_degraded_weight_in_range": lambda: f.AccountingProfileFactory(degraded_weight="1.001"),
    "checkresult_slot_unique": with_parent(
        f.CheckResultFactory, "health_check", f.HealthCheckFactory, scheduled_for=NOW
    ),
    "checkresult_outcome_valid": lambda: f.CheckResultFactory(outcome="odd"),
    "checkresult_finished_at_after_started_at": lambda: f.CheckResultFactory(started_at=NOW, finished_at=NOW - HOUR),
    "uptimehour_unique": with_parent(f.UptimeHourFactory, "health_check", f.HealthCheckFactory),
    "uptimehour_tier_valid": lambda: f.UptimeHourFactory(tier="gold"),
    **{
        f"uptimehour_{kind}_us_in_range": lambda kind=kind: f.UptimeHourFactory(**{f"{kind}_us": 3_600_000_001})
        for kind in ("up", "degraded", "down", "unknown", "paused")
    },
    "latencyhour_unique": with_parent(f.LatencyHourFactory, "health_check", f.HealthCheckFactory),
    "customer_name_not_blank": lambda: f.CustomerFactory(name=""),
    "customer_external_id_unique": twice(f.CustomerFactory, external_id="7"),
    "team_name_not_blank": lambda: f.TeamFactory(name=""),
    "ticket_state_valid": lambda: f.TicketFactory(state="odd"),
    "ticket_priority_valid": lambda: f.TicketFactory(priority="odd"),
    "ticket_resolved_at_after_opened_at": lambda: f.SolvedTicketFactory(opened_at=NOW, resolved_at=NOW - HOUR),
    "ticket_closed_at_after_opened_at": lambda: f.SolvedTicketFactory(closed_at=NOW - 99 * HOUR),
    "ticket_external_id_unique": twice(f.TicketFactory, external_source="old", external_id="7"),
    "ticket_open_has_no_end": lambda: f.TicketFactory(resolved_at=NOW),
    "ticket_ended_has_end": lambda: f.TicketFactory(state="closed"),
    "ticketevent_kind_valid": lambda: f.TicketEventFactory(kind="odd"),
    "ticketevent_via_valid": lambda: f.TicketEventFactory(via="pigeon"),
    "ticketevent_state_has_states": lambda: f.TicketEventFactory(kind="state", new_state=""),
}


def constraints():
    return [
        pytest.param(model, constraint, id=constraint.name)
        for label in OUR_APPS
        for model in apps.get_app_config(label).get_models()
        for constraint in model._meta.constraints
    ]


def test_examples_are_of_constraints_that_exist():
    assert set(VIOLATIONS) <= {parameter.id for parameter in constraints()}


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "constraint"), constraints())
def test_constraint_refuses_its_example(model, constraint):
    with pytest.raises(IntegrityError) as refusal:
        VIOLATIONS[constraint.name]()

    message = str(refusal.value)
    if connection.vendor == "postgresql" or isinstance(constraint, models.CheckConstraint):
        assert constraint.name in message
    else:  # SQLite names the columns, or the index where that is partial.
        names = [model._meta.get_field(name).column for name in constraint.fields] or [constraint.name]
        assert any(name in message for name in (*names, constraint.name))


@pytest.mark.parametrize(("model", "constraint"), constraints())
def test_constraint_says_what_is_wrong_in_words(model, constraint):
    if isinstance(constraint, models.CheckConstraint):
        assert constraint.violation_error_message != constraint.default_violation_error_message
