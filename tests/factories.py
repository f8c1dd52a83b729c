"""One factory a model: valid rows with plain, fixed values. Nothing random; give the fields a test is about."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import factory
from django.contrib.auth.models import Group, Permission
from factory.django import DjangoModelFactory

from metrics.models import (
    Annotation,
    Assignment,
    Baseline,
    ColumnBlock,
    DayCell,
    Direction,
    DirtyMark,
    EnteredValue,
    Experiment,
    ExperimentArm,
    ExperimentPlanEdit,
    Exposure,
    Funnel,
    Grain,
    Hypothesis,
    Kind,
    Metric,
    MetricDraft,
    MetricStatus,
    MetricVersion,
    MonthCell,
    PeriodClose,
    PeriodValue,
    ProductEvent,
    Report,
    ReportKind,
    SelfCheck,
    SignalEpisode,
    SourceRun,
    Target,
    UnitOutcome,
    ValueRevision,
)
from operations.models import Heartbeat, IdempotencyRecord, User
from partnerships.models import (
    SLO,
    AccountingProfile,
    Adjustment,
    BurnAlert,
    BurnSeverity,
    CheckResult,
    CheckState,
    Dependency,
    HealthCheck,
    Integration,
    LatencyHour,
    Maintenance,
    Outcome,
    Partner,
    PartnerContact,
    PartnerStage,
    PartnerStageChange,
    SLODay,
    SLOEvent,
    SLOEventKind,
    StatusInterval,
    Tier,
    TierPeriod,
    UptimeDay,
    UptimeHour,
    VantageResult,
)
from support.models import Customer, EventKind, Team, Ticket, TicketEvent, TicketState
from tests.factories_cover import COVER_FACTORIES
from tests.factories_incidents import INCIDENT_FACTORIES
from tests.factories_learning import LEARNING_FACTORIES
from tests.factories_ledger import LEDGER_FACTORIES
from tests.factories_mail import MAIL_FACTORIES
from tests.factories_notifications import NOTIFICATION_FACTORIES
from tests.factories_operations import OPERATIONS_FACTORIES
from tests.factories_partners import PARTNER_FACTORIES
from tests.factories_status import STATUS_FACTORIES
from tests.factories_support import SUPPORT_FACTORIES

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday noon; the instant factories count from."""

PASSWORD = "correct-horse-battery"


class UserFactory(DjangoModelFactory):
    """A person without rights; `groups=["coo"]` gives roles, `permissions=["support.view_ticket"]` single rights."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")
    is_staff = False

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(kwargs.pop("email"), kwargs.pop("password", None), **kwargs)

    @factory.post_generation
    def groups(self, create, names, **_kwargs):
        for name in names or ():
            self.groups.add(Group.objects.get(name=name))

    @factory.post_generation
    def permissions(self, create, names, **_kwargs):
        for name in names or ():
            app, codename = name.split(".")
            self.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))


class SuperuserFactory(UserFactory):
    name = factory.Sequence(lambda n: f"Root {n}")
    is_staff = True
    is_superuser = True


class HeartbeatFactory(DjangoModelFactory):
    class Meta:
        model = Heartbeat

    name = factory.Sequence(lambda n: f"part{n}")
    seen_at = NOW


class IdempotencyRecordFactory(DjangoModelFactory):
    class Meta:
        model = IdempotencyRecord

    user = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"key-{n}")
    path = "/api/v1/partners/"
    body_hash = "0" * 64
    status = 201
    response = factory.LazyFunction(dict)
    created_at = NOW


class PartnerFactory(DjangoModelFactory):
    class Meta:
        model = Partner

    name = factory.Sequence(lambda n: f"Partner {n}")
    slug = factory.Sequence(lambda n: f"partner-{n}")
    stage = PartnerStage.ACTIVE


class PartnerStageChangeFactory(DjangoModelFactory):
    class Meta:
        model = PartnerStageChange

    partner = factory.SubFactory(PartnerFactory)
    old_stage = PartnerStage.NEGOTIATING
    new_stage = PartnerStage.ACTIVE
    changed_at = NOW
    changed_by = factory.SubFactory(UserFactory)
    reason = "The contract is signed"


class PartnerContactFactory(DjangoModelFactory):
    class Meta:
        model = PartnerContact

    partner = factory.SubFactory(PartnerFactory)
    name = factory.Sequence(lambda n: f"Contact {n}")


class IntegrationFactory(DjangoModelFactory):
    """An integration without a tier history; add a TierPeriodFactory where the history matters."""

    class Meta:
        model = Integration

    partner = factory.SubFactory(PartnerFactory)
    name = factory.Sequence(lambda n: f"Integration {n}")
    slug = factory.Sequence(lambda n: f"integration-{n}")
    tier = Tier.PRODUCTION


class TierPeriodFactory(DjangoModelFactory):
    class Meta:
        model = TierPeriod

    integration = factory.SubFactory(IntegrationFactory)
    tier = Tier.PRODUCTION
    started_at = NOW - timedelta(days=30)
    ended_at = None


class HealthCheckFactory(DjangoModelFactory):
    """An HTTP check that is not scheduled yet; give `next_due_at` to make it due."""

    class Meta:
        model = HealthCheck

    integration = factory.SubFactory(IntegrationFactory)
    name = factory.Sequence(lambda n: f"Check {n}")
    url = "https://status.example.com/health"


class CheckResultFactory(DjangoModelFactory):
    class Meta:
        model = CheckResult

    health_check = factory.SubFactory(HealthCheckFactory)
    scheduled_for = factory.Sequence(lambda n: NOW + timedelta(minutes=n))
    started_at = factory.SelfAttribute("scheduled_for")
    finished_at = factory.LazyAttribute(lambda o: o.started_at + timedelta(milliseconds=120))
    outcome = Outcome.OK
    latency_us = 120_000
    http_status = 200


class VantageResultFactory(DjangoModelFactory):
    class Meta:
        model = VantageResult

    health_check = factory.SubFactory(HealthCheckFactory)
    probe = "eu-west"
    observed_at = factory.Sequence(lambda n: NOW + timedelta(minutes=n))
    outcome = Outcome.FAIL
    recorded_by = factory.SubFactory(UserFactory)
    recorded_at = NOW


class StatusIntervalFactory(DjangoModelFactory):
    """An open interval. A second one of a check must start where the first ended; the database refuses gaps."""

    class Meta:
        model = StatusInterval

    health_check = factory.SubFactory(HealthCheckFactory)
    state = CheckState.UP
    started_at = NOW - timedelta(hours=1)
    ended_at = None


class UptimeHourFactory(DjangoModelFactory):
    class Meta:
        model = UptimeHour

    health_check = factory.SubFactory(HealthCheckFactory)
    hour = NOW
    tier = Tier.PRODUCTION
    up_us = 3_600_000_000


class UptimeDayFactory(DjangoModelFactory):
    class Meta:
        model = UptimeDay

    health_check = factory.SubFactory(HealthCheckFactory)
    day_on = NOW.date()
    tier = Tier.PRODUCTION
    up_us = 86_400_000_000


class LatencyHourFactory(DjangoModelFactory):
    class Meta:
        model = LatencyHour

    health_check = factory.SubFactory(HealthCheckFactory)
    hour = NOW
    n = 0


class AccountingProfileFactory(DjangoModelFactory):
    class Meta:
        model = AccountingProfile

    name = factory.Sequence(lambda n: f"Profile {n}")


class SLOFactory(DjangoModelFactory):
    """99.9 % of the last 30 days in production, counted as a profile without exceptions says."""

    class Meta:
        model = SLO

    integration = factory.SubFactory(IntegrationFactory)
    tier = factory.SelfAttribute("integration.tier")
    target_ratio = Decimal("0.999")
    profile = factory.SubFactory(AccountingProfileFactory)
    started_at = NOW - timedelta(days=30)


class AdjustmentFactory(DjangoModelFactory):
    """A proposal to count an hour as up."""

    class Meta:
        model = Adjustment

    health_check = factory.SubFactory(HealthCheckFactory)
    started_at = NOW - timedelta(hours=2)
    ended_at = NOW - timedelta(hours=1)
    adjusted_to = "up"
    reason = "Our own certificate had expired."
    requested_at = NOW
    requested_by = factory.SubFactory(UserFactory)


class MaintenanceFactory(DjangoModelFactory):
    """An hour of approved maintenance of nothing; give `checks`, `integrations` or `partner`."""

    class Meta:
        model = Maintenance
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Maintenance {n}")
    time_zone = "Europe/Berlin"
    starts_at = NOW - timedelta(hours=3)
    duration_seconds = 3600
    planned_at = NOW - timedelta(days=1)
    approved_at = NOW - timedelta(days=1)
    approved_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def checks(self, create, rows, **_kwargs):
        self.checks.set(rows or ())

    @factory.post_generation
    def integrations(self, create, rows, **_kwargs):
        self.integrations.set(rows or ())


class BurnAlertFactory(DjangoModelFactory):
    class Meta:
        model = BurnAlert

    slo = factory.SubFactory(SLOFactory)
    rule = "page-burn-60"
    severity = BurnSeverity.PAGE
    condition = "2 % of the budget in 1 h"
    threshold = Decimal("14.4")
    long_seconds = 3600
    short_seconds = 300
    long_burn = 20
    short_burn = 200
    started_at = NOW


class SLODayFactory(DjangoModelFactory):
    class Meta:
        model = SLODay

    slo = factory.SubFactory(SLOFactory)
    day_on = NOW.date()
    begun_at = NOW
    judged_at = NOW
    left_millionths = 1_000_000


class SLOEventFactory(DjangoModelFactory):
    class Meta:
        model = SLOEvent

    slo = factory.SubFactory(SLOFactory)
    kind = SLOEventKind.STATUS
    happened_at = NOW
    text = "Healthy to at risk"


class DependencyFactory(DjangoModelFactory):
    class Meta:
        model = Dependency

    integration = factory.SubFactory(IntegrationFactory)
    upstream = factory.SubFactory(HealthCheckFactory)
    created_at = NOW


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer

    name = factory.Sequence(lambda n: f"Customer {n}")


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")


class TicketFactory(DjangoModelFactory):
    """An open ticket without events; use the ticket services where the history matters."""

    class Meta:
        model = Ticket

    subject = factory.Sequence(lambda n: f"Ticket {n}")
    state = TicketState.OPEN
    opened_at = NOW - timedelta(hours=5)


class SolvedTicketFactory(TicketFactory):
    state = TicketState.SOLVED
    resolved_at = NOW


class TicketEventFactory(DjangoModelFactory):
    class Meta:
        model = TicketEvent

    ticket = factory.SubFactory(TicketFactory)
    kind = EventKind.OPENED
    at = NOW - timedelta(hours=5)


class MetricFactory(DjangoModelFactory):
    class Meta:
        model = Metric

    key = factory.Sequence(lambda n: f"metric_{n}")
    name = factory.Sequence(lambda n: f"Metric {n}")
    question = "How many were there?"
    direction = Direction.DOWN
    status = MetricStatus.APPROVED


class MetricVersionFactory(DjangoModelFactory):
    class Meta:
        model = MetricVersion

    metric = factory.SubFactory(MetricFactory)
    number = 1
    kind = Kind.COUNT
    source = "nowhere"
    formula = factory.LazyFunction(dict)
    time_zone = "UTC"
    hash = "0" * 64
    effective_from = NOW - timedelta(days=365)


class MetricDraftFactory(DjangoModelFactory):
    """An open draft that counts opened tickets."""

    class Meta:
        model = MetricDraft

    metric = factory.SubFactory(MetricFactory)
    kind = Kind.COUNT
    source = "tickets_opened"
    formula = factory.LazyFunction(dict)
    reason = "We want to know."
    created_by = factory.SubFactory(UserFactory)
    created_at = NOW
    edited_by = factory.SelfAttribute("created_by")
    edited_at = NOW


class TargetFactory(DjangoModelFactory):
    """A linear path from 32 to 8 over the first half of 2026."""

    class Meta:
        model = Target

    metric = factory.SubFactory(MetricFactory)
    baseline_value = 32.0
    target_value = 8.0
    start_on = date(2026, 1, 1)
    due_on = date(2026, 6, 30)
    set_at = NOW


class BaselineFactory(DjangoModelFactory):
    """Limits 10 to 20 around 15, frozen by the system."""

    class Meta:
        model = Baseline

    version = factory.SubFactory(MetricVersionFactory)
    first_period = date(2025, 3, 3)
    last_period = date(2025, 8, 25)
    n = 26
    centre = 15.0
    lower = 10.0
    upper = 20.0
    mean_range = 1.88
    range_limit = 6.14
    reason = "First 26 complete weeks."
    frozen_at = NOW


class SignalEpisodeFactory(DjangoModelFactory):
    """A worsening signal that is open."""

    class Meta:
        model = SignalEpisode

    baseline = factory.SubFactory(BaselineFactory)
    side = "high"
    rules = "R1"
    is_paging = True
    is_improving = False
    opened_on = date(2026, 2, 16)
    last_on = date(2026, 2, 23)
    detected_at = NOW


class DayCellFactory(DjangoModelFactory):
    class Meta:
        model = DayCell

    version = factory.SubFactory(MetricVersionFactory)
    day = NOW.date()
    n = 1


class MonthCellFactory(DjangoModelFactory):
    class Meta:
        model = MonthCell

    version = factory.SubFactory(MetricVersionFactory)
    month = NOW.date().replace(day=1)
    n = 1


class ColumnBlockFactory(DjangoModelFactory):
    """One block that holds the value 0 twice."""

    class Meta:
        model = ColumnBlock

    cell = factory.SubFactory(MonthCellFactory)
    data = b"\0\0"


class SelfCheckFactory(DjangoModelFactory):
    class Meta:
        model = SelfCheck

    source = "tickets_opened"
    ran_at = NOW
    is_equal = True


class PeriodValueFactory(DjangoModelFactory):
    class Meta:
        model = PeriodValue

    version = factory.SubFactory(MetricVersionFactory)
    grain = Grain.DAY
    start = factory.Sequence(lambda n: date(2025, 1, 1) + timedelta(days=n))
    value = 1.0
    n = 1
    computed_at = NOW


class ValueRevisionFactory(DjangoModelFactory):
    class Meta:
        model = ValueRevision

    version = factory.SubFactory(MetricVersionFactory)
    grain = Grain.DAY
    start = NOW.date()
    value = 1.0
    n = 1
    computed_at = NOW


class AnnotationFactory(DjangoModelFactory):
    class Meta:
        model = Annotation

    happened_on = NOW.date()
    text = "Triage rota starts"
    made_at = NOW


class EnteredValueFactory(DjangoModelFactory):
    """The first value of a day; give `supersedes` for a correction."""

    class Meta:
        model = EnteredValue

    metric = factory.SubFactory(MetricFactory)
    happened_on = NOW.date()
    happened_at = factory.LazyAttribute(lambda o: datetime.combine(o.happened_on, time(12), UTC))
    value = Decimal(1)
    evidence = "The books"
    entered_by = factory.SubFactory(UserFactory)
    entered_at = NOW


class HypothesisFactory(DjangoModelFactory):
    """A draft; give state, locked_* and decided_* for the others."""

    class Meta:
        model = Hypothesis

    key = factory.Sequence(lambda n: f"hypothesis{n}")
    because = "a shorter form asks less"
    metric = factory.SubFactory(MetricFactory)
    expected_change = 1.0
    before_start_on = date(2026, 2, 1)
    before_end_on = date(2026, 2, 28)
    due_on = date(2026, 3, 31)
    owner = factory.SubFactory(UserFactory)


class ExperimentFactory(DjangoModelFactory):
    """A draft without arms; RunningExperimentFactory makes one that takes units."""

    class Meta:
        model = Experiment

    key = factory.Sequence(lambda n: f"experiment{n}")
    name = "Shorter form"
    metric_name = "activated"
    salt = "salt"


class RunningExperimentFactory(ExperimentFactory):
    """Started a week before NOW at 50/50, arms "control" and "short"; `arms=False` for none."""

    state = "running"
    minimum_effect = 0.05
    planned_n = 1000
    planned_end_on = date(2026, 3, 23)
    started_at = NOW - timedelta(days=7)
    started_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def arms(self, create, extracted, **_):
        if extracted is not False:
            ExperimentArmFactory(experiment=self, key="control", name="Control", is_control=True)
            ExperimentArmFactory(experiment=self, key="short", name="Short")

    class Meta:
        skip_postgeneration_save = True


class ExperimentArmFactory(DjangoModelFactory):
    class Meta:
        model = ExperimentArm

    experiment = factory.SubFactory(ExperimentFactory)
    key = factory.Sequence(lambda n: f"arm{n}")
    name = "Arm"


class ExperimentPlanEditFactory(DjangoModelFactory):
    class Meta:
        model = ExperimentPlanEdit

    experiment = factory.SubFactory(ExperimentFactory)
    field = "planned_n"
    old = 100
    new = 200
    reason = "Half the traffic"
    edited_by = factory.SubFactory(UserFactory)
    edited_at = NOW


class AssignmentFactory(DjangoModelFactory):
    class Meta:
        model = Assignment

    arm = factory.SubFactory(ExperimentArmFactory)
    experiment = factory.SelfAttribute("arm.experiment")
    unit = factory.Sequence(lambda n: f"unit{n}")
    assigned_at = NOW


class ExposureFactory(DjangoModelFactory):
    class Meta:
        model = Exposure

    arm = factory.SubFactory(ExperimentArmFactory)
    experiment = factory.SelfAttribute("arm.experiment")
    unit = factory.Sequence(lambda n: f"unit{n}")
    exposed_at = NOW
    key = factory.Sequence(lambda n: f"exposure{n}")


class UnitOutcomeFactory(DjangoModelFactory):
    class Meta:
        model = UnitOutcome

    experiment = factory.SubFactory(ExperimentFactory)
    unit = factory.Sequence(lambda n: f"unit{n}")
    name = "activated"
    happened_at = NOW
    key = factory.Sequence(lambda n: f"outcome{n}")


class ProductEventFactory(DjangoModelFactory):
    class Meta:
        model = ProductEvent

    unit = factory.Sequence(lambda n: f"unit{n}")
    name = "signed_up"
    happened_at = NOW
    key = factory.Sequence(lambda n: f"event{n}")


class FunnelFactory(DjangoModelFactory):
    class Meta:
        model = Funnel

    key = factory.Sequence(lambda n: f"funnel{n}")
    name = "Activation"
    steps = factory.LazyFunction(lambda: ["signed_up", "widget_shown"])


class PeriodCloseFactory(DjangoModelFactory):
    class Meta:
        model = PeriodClose

    month = factory.Sequence(lambda n: date(2000 + n // 12, n % 12 + 1, 1))
    closed_by = factory.SubFactory(UserFactory)
    closed_at = NOW
    revisions_to = 0


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = Report

    kind = ReportKind.METRIC
    as_of = NOW
    revisions_to = 0
    params = factory.LazyFunction(lambda: {"metrics": [], "labels": {}, "segment": "", "weeks": 1, "months": 1})
    content = b'{"metrics":[]}\n'
    sha256 = "0" * 64
    created_at = NOW


class DirtyMarkFactory(DjangoModelFactory):
    class Meta:
        model = DirtyMark

    source = "nowhere"
    utc_hour = factory.Sequence(lambda n: 492_000 + n)


class SourceRunFactory(DjangoModelFactory):
    class Meta:
        model = SourceRun

    source = factory.Sequence(lambda n: f"source{n}")
    finished_at = NOW


FACTORIES = (
    *STATUS_FACTORIES,
    *NOTIFICATION_FACTORIES,
    *OPERATIONS_FACTORIES,
    UserFactory,
    HeartbeatFactory,
    IdempotencyRecordFactory,
    PartnerFactory,
    PartnerStageChangeFactory,
    PartnerContactFactory,
    IntegrationFactory,
    TierPeriodFactory,
    HealthCheckFactory,
    CheckResultFactory,
    VantageResultFactory,
    StatusIntervalFactory,
    UptimeHourFactory,
    UptimeDayFactory,
    LatencyHourFactory,
    AccountingProfileFactory,
    SLOFactory,
    AdjustmentFactory,
    MaintenanceFactory,
    BurnAlertFactory,
    SLODayFactory,
    SLOEventFactory,
    DependencyFactory,
    CustomerFactory,
    TeamFactory,
    TicketFactory,
    TicketEventFactory,
    MetricFactory,
    MetricVersionFactory,
    MetricDraftFactory,
    TargetFactory,
    BaselineFactory,
    SignalEpisodeFactory,
    DayCellFactory,
    MonthCellFactory,
    ColumnBlockFactory,
    SelfCheckFactory,
    PeriodValueFactory,
    ValueRevisionFactory,
    DirtyMarkFactory,
    SourceRunFactory,
    AnnotationFactory,
    EnteredValueFactory,
    HypothesisFactory,
    ExperimentFactory,
    ExperimentArmFactory,
    ExperimentPlanEditFactory,
    AssignmentFactory,
    ExposureFactory,
    UnitOutcomeFactory,
    ProductEventFactory,
    FunnelFactory,
    PeriodCloseFactory,
    ReportFactory,
    *LEDGER_FACTORIES,
    *PARTNER_FACTORIES,
    *INCIDENT_FACTORIES,
    *SUPPORT_FACTORIES,
    *COVER_FACTORIES,
    *MAIL_FACTORIES,
    *LEARNING_FACTORIES,
)
"""One of each model's; the meta-tests make rows of any model with these."""
