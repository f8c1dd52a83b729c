"""Every named constraint refuses the row it is there to refuse; one without an example fails here."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models

from foundation.triggers import remove_triggers
from operations.models import User
from tests import factories as f
from tests.test_meta_factories import OUR_APPS

HOUR = timedelta(hours=1)
NOW = f.NOW


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


def entered_key_twice():
    first = f.EnteredValueFactory(key="k", part="north")
    f.EnteredValueFactory(key="k", part="south", metric=first.metric)


def record_twice():
    user = f.UserFactory()
    f.IdempotencyRecordFactory(user=user, key="k")
    f.IdempotencyRecordFactory(user=user, key="k")


def decided(**fields):
    """A draft that was rejected by somebody else, but for these fields."""

    def make():
        f.MetricDraftFactory(**{"state": "rejected", "decided_by": f.UserFactory(), "decided_at": NOW, **fields})

    return make


def judged_by_its_author():
    author = f.UserFactory()
    decided(created_by=author, decided_by=author)()


TIERS = (f.TierPeriodFactory, "integration", f.IntegrationFactory)
STATES = (f.StatusIntervalFactory, "health_check", f.HealthCheckFactory)

VIOLATIONS = {
    "idempotency_user_key_unique": record_twice,
    "user_email_unique_ci": user_twice,
    "user_name_not_blank": lambda: f.UserFactory(name=""),
    "metric_name_not_blank": lambda: f.MetricFactory(name=""),
    "metric_question_not_blank": lambda: f.MetricFactory(question=""),
    "metric_direction_valid": lambda: f.MetricFactory(direction="left"),
    "metric_status_valid": lambda: f.MetricFactory(status="lost"),
    "metric_decimals_in_range": lambda: f.MetricFactory(decimals=10),
    "metric_cadence_valid": lambda: f.MetricFactory(cadence="fortnight"),
    "metric_flow_valid": lambda: f.MetricFactory(flow="across"),
    "metric_upper_spec_after_lower_spec": lambda: f.MetricFactory(lower_spec=2, upper_spec=1),
    "metricdraft_kind_valid": lambda: f.MetricDraftFactory(kind="guess"),
    "metricdraft_state_valid": decided(state="lost"),
    "metricdraft_source_not_blank": lambda: f.MetricDraftFactory(source=""),
    "metricdraft_reason_not_blank": lambda: f.MetricDraftFactory(reason=""),
    "metricdraft_rolling_days_in_range": lambda: f.MetricDraftFactory(rolling_days=1),
    "metricdraft_decided_by_with_decided_at": decided(decided_by=None),
    "metricdraft_one_open_per_metric": with_parent(f.MetricDraftFactory, "metric", f.MetricFactory),
    "metricdraft_open_is_undecided": decided(state="open"),
    "metricdraft_judged_by_another": judged_by_its_author,
    "metricdraft_approved_has_definition": decided(state="approved"),
    "metricversion_number_unique": with_parent(f.MetricVersionFactory, "metric", f.MetricFactory, number=1),
    "metricversion_kind_valid": lambda: f.MetricVersionFactory(kind="guess"),
    "metricversion_week_start_in_range": lambda: f.MetricVersionFactory(week_start=7),
    "metricversion_fiscal_year_start_in_range": lambda: f.MetricVersionFactory(fiscal_year_start=0),
    "metricversion_approver_has_time": lambda: f.MetricVersionFactory(approved_by=f.UserFactory(), approved_at=None),
    "annotation_kind_valid": lambda: f.AnnotationFactory(kind="curl"),
    "annotation_text_not_blank": lambda: f.AnnotationFactory(text=""),
    "annotation_key_unique": twice(f.AnnotationFactory, key="k"),
    "periodclose_month_is_first_day": lambda: f.PeriodCloseFactory(month=NOW.date().replace(day=2)),
    "report_kind_valid": lambda: f.ReportFactory(kind="poem"),
    "target_shape_valid": lambda: f.TargetFactory(shape="curl"),
    "target_due_on_after_start_on": lambda: f.TargetFactory(start_on=NOW.date(), due_on=NOW.date()),
    "target_path_is_complete": lambda: f.TargetFactory(shape="s_curve", baseline_value=None),
    "target_upper_value_after_target_value": lambda: f.TargetFactory(shape="level", upper_value=8.0),
    "target_band_is_a_level": lambda: f.TargetFactory(upper_value=9.0),
    "baseline_grain_valid": lambda: f.BaselineFactory(grain="hour"),
    "baseline_method_valid": lambda: f.BaselineFactory(method="mode"),
    "baseline_last_period_after_first_period": lambda: f.BaselineFactory(last_period=date(2025, 3, 3)),
    "baseline_wanted_in_range": lambda: f.BaselineFactory(wanted=11),
    "baseline_reason_not_blank": lambda: f.BaselineFactory(reason=""),
    "baseline_one_first": with_parent(f.BaselineFactory, "version", f.MetricVersionFactory),
    "baseline_full_or_waiting": lambda: f.BaselineFactory(centre=None),
    "signalepisode_side_valid": lambda: f.SignalEpisodeFactory(side="left"),
    "signalepisode_state_valid": lambda: f.SignalEpisodeFactory(state="asleep", closed_at=NOW),
    "signalepisode_rules_not_blank": lambda: f.SignalEpisodeFactory(rules=""),
    "signalepisode_last_on_after_opened_on": lambda: f.SignalEpisodeFactory(last_on=date(2026, 2, 9)),
    "signalepisode_once": with_parent(f.SignalEpisodeFactory, "baseline", f.BaselineFactory),
    "signalepisode_open_is_not_closed": lambda: f.SignalEpisodeFactory(closed_at=NOW),
    "daycell_unique": with_parent(f.DayCellFactory, "version", f.MetricVersionFactory),
    "monthcell_unique": with_parent(f.MonthCellFactory, "version", f.MetricVersionFactory),
    "metricversion_rolling_days_in_range": lambda: f.MetricVersionFactory(rolling_days=1),
    "dirtymark_lane_in_range": lambda: f.DirtyMarkFactory(lane=2),
    "selfcheck_source_not_blank": lambda: f.SelfCheckFactory(source=""),
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
    "healthcheck_heartbeat_unique": lambda: [f.HealthCheckFactory(heartbeat_fingerprint="a" * 64) for _ in range(2)],
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
    "enteredvalue_evidence_not_blank": lambda: f.EnteredValueFactory(evidence=""),
    "enteredvalue_key_unique": entered_key_twice,
    "enteredvalue_first_unique": with_parent(f.EnteredValueFactory, "metric", f.MetricFactory),
    "hypothesis_because_not_blank": lambda: f.HypothesisFactory(because=""),
    "hypothesis_kind_valid": lambda: f.HypothesisFactory(kind="odd"),
    "hypothesis_direction_valid": lambda: f.HypothesisFactory(direction="left"),
    "hypothesis_state_valid": lambda: f.HypothesisFactory(state="lost"),
    "hypothesis_expected_change_in_range": lambda: f.HypothesisFactory(expected_change=-1),
    "hypothesis_minimum_n_in_range": lambda: f.HypothesisFactory(minimum_n=0),
    "hypothesis_before_start_on_with_before_end_on": lambda: f.HypothesisFactory(before_end_on=None),
    "hypothesis_before_end_on_after_before_start_on": lambda: f.HypothesisFactory(before_start_on=f.date(2026, 3, 1)),
    "hypothesis_due_on_after_before_end_on": lambda: f.HypothesisFactory(due_on=f.date(2026, 2, 1)),
    "hypothesis_verdict_valid": lambda: f.HypothesisFactory(
        verdict="maybe",
        state="decided",
        locked_at=NOW,
        locked_by=f.UserFactory(),
        decided_at=NOW,
        decided_by=f.UserFactory(),
    ),
    "hypothesis_state_fits": lambda: f.HypothesisFactory(state="testing"),
    "hypothesis_locked_by_with_locked_at": lambda: f.HypothesisFactory(locked_at=NOW),
    "hypothesis_decided_by_with_decided_at": lambda: f.HypothesisFactory(decided_at=NOW),
    "experiment_name_not_blank": lambda: f.ExperimentFactory(name=""),
    "experiment_unit_not_blank": lambda: f.ExperimentFactory(unit=""),
    "experiment_metric_name_not_blank": lambda: f.ExperimentFactory(metric_name=""),
    "experiment_metric_kind_valid": lambda: f.ExperimentFactory(metric_kind="odd"),
    "experiment_metric_source_valid": lambda: f.ExperimentFactory(metric_source="odd"),
    "experiment_direction_valid": lambda: f.ExperimentFactory(direction="left"),
    "experiment_state_valid": lambda: f.ExperimentFactory(state="lost"),
    "experiment_minimum_effect_in_range": lambda: f.ExperimentFactory(minimum_effect=-1),
    "experiment_alpha_in_range": lambda: f.ExperimentFactory(alpha=0.6),
    "experiment_power_in_range": lambda: f.ExperimentFactory(power=0.4),
    "experiment_planned_n_in_range": lambda: f.ExperimentFactory(planned_n=1),
    "experiment_covariate_days_in_range": lambda: f.ExperimentFactory(covariate_days=0),
    "experiment_started_by_with_started_at": lambda: f.ExperimentFactory(started_at=NOW),
    "experiment_ended_by_with_ended_at": lambda: f.ExperimentFactory(ended_at=NOW),
    "experiment_decided_by_with_decided_at": lambda: f.ExperimentFactory(decided_at=NOW),
    "experiment_verdict_valid": lambda: f.ExperimentFactory(verdict="maybe"),
    "experiment_state_fits": lambda: f.ExperimentFactory(state="running"),
    "experimentarm_name_not_blank": lambda: f.ExperimentArmFactory(name=""),
    "experimentarm_weight_in_range": lambda: f.ExperimentArmFactory(weight=1_000_001),
    "experimentarm_key_unique": with_parent(f.ExperimentArmFactory, "experiment", f.ExperimentFactory, key="a"),
    "experimentarm_one_control": with_parent(
        f.ExperimentArmFactory, "experiment", f.ExperimentFactory, is_control=True
    ),
    "experimentplanedit_field_not_blank": lambda: f.ExperimentPlanEditFactory(field=""),
    "experimentplanedit_reason_not_blank": lambda: f.ExperimentPlanEditFactory(reason=""),
    "assignment_unit_not_blank": lambda: f.AssignmentFactory(unit=""),
    "assignment_unit_unique": with_parent(f.AssignmentFactory, "arm", f.ExperimentArmFactory, unit="u"),
    "exposure_unit_not_blank": lambda: f.ExposureFactory(unit=""),
    "exposure_key_not_blank": lambda: f.ExposureFactory(key=""),
    "exposure_key_unique": with_parent(f.ExposureFactory, "arm", f.ExperimentArmFactory, key="k"),
    "unitoutcome_unit_not_blank": lambda: f.UnitOutcomeFactory(unit=""),
    "unitoutcome_name_not_blank": lambda: f.UnitOutcomeFactory(name=""),
    "unitoutcome_key_not_blank": lambda: f.UnitOutcomeFactory(key=""),
    "unitoutcome_key_unique": with_parent(f.UnitOutcomeFactory, "experiment", f.ExperimentFactory, key="k"),
    "productevent_unit_not_blank": lambda: f.ProductEventFactory(unit=""),
    "productevent_name_not_blank": lambda: f.ProductEventFactory(name=""),
    "productevent_key_not_blank": lambda: f.ProductEventFactory(key=""),
    "funnel_name_not_blank": lambda: f.FunnelFactory(name=""),
    "funnel_window_seconds_in_range": lambda: f.FunnelFactory(window_seconds=0),
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
