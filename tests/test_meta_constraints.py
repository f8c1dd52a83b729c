"""Every named constraint refuses the row it is there to refuse; one without an example fails here."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models

from foundation.triggers import remove_triggers
from operations.models import User
from tests import factories as f
from tests import factories_ledger as ledger
from tests import factories_operations as o
from tests.constraints_cover import COVER_VIOLATIONS
from tests.constraints_incidents import INCIDENT_VIOLATIONS
from tests.constraints_learning import LEARNING_VIOLATIONS
from tests.constraints_mail import MAIL_VIOLATIONS
from tests.constraints_notifications import NOTIFICATION_VIOLATIONS
from tests.constraints_partners import PARTNER_VIOLATIONS
from tests.constraints_status import STATUS_VIOLATIONS
from tests.constraints_support import SUPPORT_VIOLATIONS
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


def own_lead():
    user = f.UserFactory()
    user.lead = user
    user.save()


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


def published_twice():
    playbook = ledger.PlaybookFactory()
    for number in (1, 2):
        ledger.PlaybookVersionFactory(playbook=playbook, number=number, state="published", published_at=NOW)


def judged_by_its_author():
    author = f.UserFactory()
    decided(created_by=author, decided_by=author)()


def numbered_slos(ended_at):
    """Two versions of one integration's objective."""

    def make():
        first = f.SLOFactory(number=1, ended_at=ended_at)
        f.SLOFactory(number=2, ended_at=ended_at, integration=first.integration)

    return make


def approved_by_who_asked():
    person = f.UserFactory()
    f.AdjustmentFactory(requested_by=person, approved_by=person, approved_at=NOW)


def dependency_twice():
    first = f.DependencyFactory()
    f.DependencyFactory(integration=first.integration, upstream=first.upstream)


TIERS = (f.TierPeriodFactory, "integration", f.IntegrationFactory)
STATES = (f.StatusIntervalFactory, "health_check", f.HealthCheckFactory)

VIOLATIONS = {
    **NOTIFICATION_VIOLATIONS,
    "adjustment_adjusted_to_valid": lambda: f.AdjustmentFactory(adjusted_to="odd"),
    "adjustment_reason_not_blank": lambda: f.AdjustmentFactory(reason=""),
    "adjustment_ended_at_after_started_at": lambda: f.AdjustmentFactory(ended_at=NOW - 2 * HOUR),
    "adjustment_approved_at_with_approved_by": lambda: f.AdjustmentFactory(approved_at=NOW),
    "adjustment_rejected_at_with_rejected_by": lambda: f.AdjustmentFactory(rejected_at=NOW),
    "adjustment_approved_by_another": approved_by_who_asked,
    **STATUS_VIOLATIONS,
    **SUPPORT_VIOLATIONS,
    **COVER_VIOLATIONS,
    **MAIL_VIOLATIONS,
    **LEARNING_VIOLATIONS,
    "maintenance_title_not_blank": lambda: f.MaintenanceFactory(title=""),
    "maintenance_time_zone_not_blank": lambda: f.MaintenanceFactory(time_zone=""),
    "maintenance_kind_valid": lambda: f.MaintenanceFactory(kind="odd"),
    "maintenance_source_valid": lambda: f.MaintenanceFactory(source="oracle"),
    "maintenance_ends_at_after_starts_at": lambda: f.MaintenanceFactory(
        kind="cron", cron="0 3 * * *", ends_at=NOW - 3 * HOUR
    ),
    "maintenance_duration_seconds_in_range": lambda: f.MaintenanceFactory(duration_seconds=59),
    "maintenance_approved_at_with_approved_by": lambda: f.MaintenanceFactory(approved_by=None),
    "maintenance_cancelled_at_with_cancelled_by": lambda: f.MaintenanceFactory(cancelled_at=NOW, cancelled_from=NOW),
    "maintenance_announced_once": lambda: [
        f.MaintenanceFactory(source="vendor", vendor=partner, external_id="m1") for partner in [f.PartnerFactory()] * 2
    ],
    "maintenance_announced_by_its_vendor": lambda: f.MaintenanceFactory(source="vendor", external_id="m1"),
    "maintenance_cancelled_from_with_its_cause": lambda: f.MaintenanceFactory(
        source="vendor", vendor=f.PartnerFactory(), external_id="m1", withdrawn_at=NOW
    ),
    "maintenance_has_the_rule_of_its_kind": lambda: f.MaintenanceFactory(kind="weekly"),
    "idempotency_user_key_unique": record_twice,
    "user_email_unique_ci": user_twice,
    "user_leads_somebody_else": own_lead,
    "user_name_not_blank": lambda: f.UserFactory(name=""),
    "businesscalendar_name_not_blank": lambda: o.BusinessCalendarFactory(name=""),
    "businesscalendar_one_organisation": lambda: o.BusinessCalendarFactory.create_batch(2, is_organisation=True),
    "businesscalendar_timezone_not_blank": lambda: o.BusinessCalendarFactory(timezone=""),
    "calendarversion_date_unique": with_parent(
        o.CalendarVersionFactory, "calendar", o.BusinessCalendarFactory, effective_on=date(2026, 3, 2)
    ),
    "calendarholiday_name_not_blank": lambda: o.CalendarHolidayFactory(name=""),
    "calendarholiday_day_unique": with_parent(
        o.CalendarHolidayFactory, "calendar", o.BusinessCalendarFactory, day_on=date(2026, 3, 2)
    ),
    "escalation_kind_valid": lambda: o.EscalationFactory(kind="odd"),
    "escalation_severity_valid": lambda: o.EscalationFactory(severity="odd"),
    "escalation_state_valid": lambda: o.EscalationFactory(state="lost", ended_at=NOW),
    "escalation_subject_not_blank": lambda: o.EscalationFactory(subject=""),
    "escalation_title_not_blank": lambda: o.EscalationFactory(title=""),
    "escalation_acknowledged_at_with_acknowledged_by": lambda: o.EscalationFactory(acknowledged_at=NOW),
    "escalation_decided_at_with_decided_by": lambda: o.EscalationFactory(decided_at=NOW),
    "escalation_one_open_per_subject_kind": twice(o.EscalationFactory, subject="incident:1"),
    "escalation_open_has_no_end": lambda: o.EscalationFactory(ended_at=NOW),
    "escalation_closed_is_decided": lambda: o.EscalationFactory(state="closed", ended_at=NOW),
    "escalationrun_status_valid": lambda: o.EscalationRunFactory(status="lost"),
    "escalationrun_next_level_in_range": lambda: o.EscalationRunFactory(next_level=0),
    "escalationrun_step_due_while_climbing": lambda: o.EscalationRunFactory(next_due_at=None),
    "escalationevent_kind_valid": lambda: o.EscalationEventFactory(kind="odd"),
    "escalationtrigger_severity_valid": lambda: o.EscalationTriggerFactory(severity="odd"),
    "escalationpolicy_name_not_blank": lambda: o.EscalationPolicyFactory(name=""),
    "escalationpolicy_kind_valid": lambda: o.EscalationPolicyFactory(kind="odd"),
    "escalationpolicy_one_default": twice(o.EscalationPolicyFactory, kind="conflict", is_default=True),
    "escalationpolicy_repeat_count_in_range": lambda: o.EscalationPolicyFactory(repeat_count=10),
    "escalationpolicy_final_wait_seconds_in_range": lambda: o.EscalationPolicyFactory(final_wait_seconds=59),
    "escalationpolicy_ack_expires_seconds_in_range": lambda: o.EscalationPolicyFactory(ack_expires_seconds=299),
    "escalationpolicy_quiet_needs_calendar": lambda: o.EscalationPolicyFactory(has_quiet_hours=True),
    "escalationrule_kind_valid": lambda: o.EscalationRuleFactory(kind="odd"),
    "escalationrule_severity_valid": lambda: o.EscalationRuleFactory(severity="odd"),
    "escalationrule_metric_or_owner": lambda: o.EscalationRuleFactory(owner=f.UserFactory(), metric=f.MetricFactory()),
    "escalationrule_one_per_metric": with_parent(o.EscalationRuleFactory, "metric", f.MetricFactory),
    "escalationrule_one_per_owner": with_parent(o.EscalationRuleFactory, "owner", f.UserFactory, metric=None),
    "escalationrule_one_for_others": twice(o.EscalationRuleFactory, metric=None),
    "signalescalation_ended_at_after_started_at": lambda: o.SignalEscalationFactory(ended_at=NOW - HOUR),
    "escalationlevel_name_not_blank": lambda: o.EscalationLevelFactory(name=""),
    "escalationlevel_number_in_range": lambda: o.EscalationLevelFactory(number=0),
    "escalationlevel_wait_seconds_in_range": lambda: o.EscalationLevelFactory(wait_seconds=59),
    "escalationlevel_number_unique": with_parent(
        o.EscalationLevelFactory, "policy", o.EscalationPolicyFactory, number=1
    ),
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
    "partner_kind_valid": lambda: f.PartnerFactory(kind="odd"),
    "partner_stage_valid": lambda: f.PartnerFactory(stage="gone"),
    "partner_slug_free": lambda: f.PartnerFactory(slug="experiments"),
    "partnerstagechange_old_stage_valid": lambda: f.PartnerStageChangeFactory(old_stage="gone"),
    "partnerstagechange_new_stage_valid": lambda: f.PartnerStageChangeFactory(new_stage="gone"),
    "partnerstagechange_reason_not_blank": lambda: f.PartnerStageChangeFactory(reason=""),
    "partnercontact_name_not_blank": lambda: f.PartnerContactFactory(name=""),
    "partnercontact_one_primary": with_parent(f.PartnerContactFactory, "partner", f.PartnerFactory, is_primary=True),
    "partnercontact_primary_is_there": lambda: f.PartnerContactFactory(is_primary=True, left_on=NOW.date()),
    "integration_partner_name_unique": with_parent(f.IntegrationFactory, "partner", f.PartnerFactory, name="A"),
    "integration_name_not_blank": lambda: f.IntegrationFactory(name=""),
    "integration_tier_valid": lambda: f.IntegrationFactory(tier="gold"),
    "burnalert_severity_valid": lambda: f.BurnAlertFactory(severity="shout"),
    "burnalert_rule_not_blank": lambda: f.BurnAlertFactory(rule=""),
    "burnalert_ended_at_after_started_at": lambda: f.BurnAlertFactory(ended_at=NOW - HOUR),
    "burnalert_one_open_per_slo_rule": with_parent(f.BurnAlertFactory, "slo", f.SLOFactory),
    "burnalert_long_seconds_in_range": lambda: f.BurnAlertFactory(long_seconds=59),
    "sloday_unique": with_parent(f.SLODayFactory, "slo", f.SLOFactory),
    "sloday_judged_at_after_begun_at": lambda: f.SLODayFactory(judged_at=NOW - HOUR),
    "sloday_left_millionths_in_range": lambda: f.SLODayFactory(left_millionths=1_000_001),
    "sloevent_kind_valid": lambda: f.SLOEventFactory(kind="party"),
    "sloevent_text_not_blank": lambda: f.SLOEventFactory(text=""),
    "dependency_unique": dependency_twice,
    "slo_tier_valid": lambda: f.SLOFactory(tier="gold"),
    "slo_window_kind_valid": lambda: f.SLOFactory(window_kind="era"),
    "slo_status_valid": lambda: f.SLOFactory(status="fine"),
    "slo_window_days_in_range": lambda: f.SLOFactory(window_days=0),
    "slo_target_ratio_below_one": lambda: f.SLOFactory(target_ratio=1),
    "slo_ended_at_after_started_at": lambda: f.SLOFactory(started_at=NOW, ended_at=NOW),
    "slo_one_open_per_integration_tier": numbered_slos(None),
    "slo_number_unique": with_parent(f.SLOFactory, "integration", f.IntegrationFactory, ended_at=NOW),
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
    "playbook_name_not_blank": lambda: ledger.PlaybookFactory(name=""),
    "playbook_kind_valid": lambda: ledger.PlaybookFactory(kind="odd"),
    "playbookversion_number_unique": with_parent(ledger.PlaybookVersionFactory, "playbook", ledger.PlaybookFactory),
    "playbookversion_one_published": published_twice,
    "playbookversion_state_valid": lambda: ledger.PlaybookVersionFactory(state="odd"),
    "playbookversion_draft_is_unpublished": lambda: ledger.PlaybookVersionFactory(published_at=NOW),
    "playbookversion_published_has_time": lambda: ledger.PlaybookVersionFactory(
        state="retired", published_by=f.UserFactory()
    ),
    "playbookstep_key_unique": with_parent(
        ledger.PlaybookStepFactory, "playbook_version", ledger.PlaybookVersionFactory, key="a"
    ),
    "playbookstep_title_not_blank": lambda: ledger.PlaybookStepFactory(title=""),
    "playbookstep_phase_not_blank": lambda: ledger.PlaybookStepFactory(phase=""),
    "playbookstep_offset_days_in_range": lambda: ledger.PlaybookStepFactory(offset_days=367),
    "playbookrun_name_not_blank": lambda: ledger.PlaybookRunFactory(name=""),
    "playbookrun_state_valid": lambda: ledger.PlaybookRunFactory(state="odd"),
    "playbookrun_ended_at_with_ended_by": lambda: ledger.PlaybookRunFactory(state="done", ended_at=NOW),
    "playbookrun_state_fits": lambda: ledger.PlaybookRunFactory(state="done"),
    "runstep_key_unique": with_parent(ledger.RunStepFactory, "run", ledger.PlaybookRunFactory, key="a"),
    "runstep_title_not_blank": lambda: ledger.RunStepFactory(title=""),
    "runstep_state_valid": lambda: ledger.RunStepFactory(state="odd"),
    "runstep_done_at_with_done_by": lambda: ledger.RunStepFactory(state="done", done_at=NOW),
    "runstep_state_fits": lambda: ledger.RunStepFactory(state="done"),
    "runstep_required_not_skipped": lambda: ledger.RunStepFactory(
        state="skipped", skip_reason="x", done_at=NOW, done_by=f.UserFactory()
    ),
    "gatecheck_decision_valid": lambda: ledger.GateCheckFactory(decision="odd"),
    "gatecheck_verdict_valid": lambda: ledger.GateCheckFactory(verdict="odd"),
    "launch_kind_valid": lambda: ledger.LaunchFactory(kind="odd"),
    "launch_of_something": lambda: ledger.LaunchFactory(integration=None, partner=None),
    "setupcase_first_blocked_at_after_started_at": lambda: ledger.SetupCaseFactory(first_blocked_at=NOW - HOUR),
    "setupcase_ended_at_after_started_at": lambda: ledger.SetupCaseFactory(ended_at=NOW - HOUR, state="done"),
    "setupcase_open_has_no_end": lambda: ledger.SetupCaseFactory(ended_at=NOW),
    "setupcase_title_not_blank": lambda: ledger.SetupCaseFactory(title=""),
    "setupcase_state_valid": lambda: ledger.SetupCaseFactory(state="odd"),
    "setupcase_first_widget_at_after_started_at": lambda: ledger.SetupCaseFactory(first_widget_at=NOW - HOUR),
    "setupitem_text_not_blank": lambda: ledger.SetupItemFactory(text=""),
    "setupitem_kind_valid": lambda: ledger.SetupItemFactory(kind="odd"),
    "setupitem_done_at_with_done_by": lambda: ledger.SetupItemFactory(done_at=NOW),
    "ledgerentry_kind_valid": lambda: ledger.LedgerEntryFactory(kind="odd"),
    "ledgerentry_source_valid": lambda: ledger.LedgerEntryFactory(source="odd"),
    "ledgerentry_title_not_blank": lambda: ledger.LedgerEntryFactory(title=""),
    "ledgerentry_closed_at_with_closed_by": lambda: ledger.LedgerEntryFactory(closed_at=NOW),
    "ledgerentry_snoozed_until_with_snoozed_by": lambda: ledger.LedgerEntryFactory(snoozed_until=NOW),
    "ledgerentry_found_key_unique": twice(ledger.LedgerEntryFactory, found_key="tls_certificate:1"),
    "ledgerrenewal_evidence_not_blank": lambda: ledger.LedgerRenewalFactory(evidence=""),
    "ledgerrenewal_next_due_at_after_previous_due_at": lambda: ledger.LedgerRenewalFactory(
        previous_due_at=NOW, next_due_at=NOW
    ),
    "quotawindow_resource_not_blank": lambda: ledger.QuotaWindowFactory(resource=""),
    "quotawindow_one_open_per_integration_resource": with_parent(
        ledger.QuotaWindowFactory, "integration", f.IntegrationFactory
    ),
    "quotawindow_seen_at_after_began_at": lambda: ledger.QuotaWindowFactory(seen_at=NOW - HOUR),
    "quotawindow_ended_at_after_began_at": lambda: ledger.QuotaWindowFactory(ended_at=NOW - HOUR),
    "quotawindow_probes_in_range": lambda: ledger.QuotaWindowFactory(probes=0),
    "ledgernotice_once": with_parent(ledger.LedgerNoticeFactory, "entry", ledger.LedgerEntryFactory),
    "ledgernotice_lead_days_in_range": lambda: ledger.LedgerNoticeFactory(lead_days=367),
    "vantageresult_unique": with_parent(f.VantageResultFactory, "health_check", f.HealthCheckFactory, observed_at=NOW),
    "vantageresult_probe_not_blank": lambda: f.VantageResultFactory(probe=""),
    "vantageresult_probe_elsewhere": lambda: f.VantageResultFactory(probe="local"),
    "vantageresult_outcome_valid": lambda: f.VantageResultFactory(outcome="odd"),
    "uptimehour_unique": with_parent(f.UptimeHourFactory, "health_check", f.HealthCheckFactory),
    "uptimehour_tier_valid": lambda: f.UptimeHourFactory(tier="gold"),
    **{
        f"uptimehour_{kind}_us_in_range": lambda kind=kind: f.UptimeHourFactory(**{f"{kind}_us": 3_600_000_001})
        for kind in ("up", "degraded", "down", "unknown", "paused")
    },
    "uptimeday_unique": with_parent(f.UptimeDayFactory, "health_check", f.HealthCheckFactory),
    "uptimeday_tier_valid": lambda: f.UptimeDayFactory(tier="gold"),
    **{
        f"uptimeday_{kind}_us_in_range": lambda kind=kind: f.UptimeDayFactory(**{f"{kind}_us": 86_400_000_001})
        for kind in ("up", "degraded", "down", "unknown", "paused")
    },
    "latencyhour_unique": with_parent(f.LatencyHourFactory, "health_check", f.HealthCheckFactory),
    **PARTNER_VIOLATIONS,
    **INCIDENT_VIOLATIONS,
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


def test_constraints_say_what_is_wrong_in_words():
    silent = [
        constraint.name
        for label in OUR_APPS
        for model in apps.get_app_config(label).get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
        and constraint.violation_error_message == constraint.default_violation_error_message
    ]

    assert silent == []
