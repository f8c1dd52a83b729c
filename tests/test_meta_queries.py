"""Every list costs the same number of queries at one row and at three."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.api import router
from operations.models import User
from tests.api_client import BASE, superuser_client
from tests.factories import (
    FACTORIES,
    CustomerFactory,
    HealthCheckFactory,
    HypothesisFactory,
    IntegrationFactory,
    MetricFactory,
    MetricVersionFactory,
    PartnerFactory,
    ReportFactory,
    RunningExperimentFactory,
    SLOFactory,
    SolvedTicketFactory,
    SuperuserFactory,
    TeamFactory,
    TicketFactory,
    UserFactory,
)
from tests.factories_cover import AbsenceFactory, AgentProfileFactory, DutyShiftFactory
from tests.factories_incidents import AffectedIntegrationFactory, IncidentFactory
from tests.factories_learning import ChangeFactory, InsightFactory, ReviewFactory
from tests.factories_ledger import (
    NOW,
    LaunchFactory,
    LedgerEntryFactory,
    PlaybookVersionFactory,
    RunStepFactory,
    SetupCaseFactory,
)
from tests.factories_mail import InboundMailFactory
from tests.factories_notifications import NotificationFactory, OutboxMessageFactory
from tests.factories_operations import EscalationFactory, EscalationRuleFactory
from tests.factories_partners import PartnershipSignoffFactory
from tests.factories_support import SlaPolicyVersionFactory, TicketClockFactory

pytestmark = pytest.mark.django_db
BY_MODEL = {factory._meta.model: factory for factory in FACTORIES}
MODELS = sorted(BY_MODEL, key=lambda model: model._meta.label)


def cover_rows():
    """Somebody on duty with a ticket, and somebody out with a substitute, now."""
    agent, now = AgentProfileFactory().user, timezone.now()
    DutyShiftFactory(team=TeamFactory(lead=UserFactory()), user=agent)
    TicketFactory(assignee=agent)
    AbsenceFactory(substitute=UserFactory(), starts_at=now, ends_at=now + timedelta(days=1))


def desk_rows():
    """Cover, an open ticket of a cause that has an insight with a change, one that was solved, and a clock that is due."""
    cover_rows()
    ticket, soon = full_row(TicketFactory), timezone.now() + timedelta(hours=1)
    promised = {"due_at": soon, "remaining_us": 3600 * 1_000_000, "policy_version": SlaPolicyVersionFactory()}
    TicketClockFactory(ticket=ticket, **promised)
    SolvedTicketFactory(resolved_at=timezone.now())
    cause = f"cause-{ticket.pk}"
    TicketFactory(category=cause, opened_at=timezone.now())
    ChangeFactory(insight=InsightFactory(cause=cause, state="planned"))


PAGES = {
    "partnerships:slos": lambda: SLOFactory(
        integration=HealthCheckFactory(integration__owner=UserFactory()).integration
    ),
    "partnerships:integrations": lambda: HealthCheckFactory(integration__owner=UserFactory()),
    "launches:launches": lambda: RunStepFactory(run=LaunchFactory().run),
    "playbooks:playbooks": lambda: PlaybookVersionFactory(
        playbook__owner=UserFactory(), state="published", published_at=NOW
    ),
    "setup_cases:cases": lambda: SetupCaseFactory(owner=UserFactory()),
    "team:team": lambda: TeamFactory().members.add(UserFactory()),
    "team:mine": lambda: ReviewFactory(agent=User.objects.get(is_superuser=True)),
    "insights:board": lambda: full_row(InsightFactory),
    "insights:needs": lambda: ChangeFactory(insight__owner=UserFactory()),
    "ledger:ledger": lambda: LedgerEntryFactory(
        integration=IntegrationFactory(), partner=PartnerFactory(), owner=UserFactory()
    ),
    "incidents:incidents": lambda: IncidentFactory(integration=IntegrationFactory()),
    "incidents:honesty": lambda: AffectedIntegrationFactory(
        incident__fault="theirs", incident__opened_at=timezone.now(), incident__integration=IntegrationFactory()
    ),
    "partners:experiments": PartnershipSignoffFactory,
    "partners:partners": lambda: IntegrationFactory(partner__owner=UserFactory()),
    "desk:overview": desk_rows,
    "support:tickets": lambda: full_row(TicketFactory),
    "support:cover": cover_rows,
    "support:promises": SlaPolicyVersionFactory,
    "support:mail_aside": lambda: InboundMailFactory(ticket=TicketFactory()),
    "metrics:scorecard": lambda: MetricVersionFactory(metric__owner=UserFactory()),
    "metrics:reports": lambda: ReportFactory(created_by=UserFactory()),
    "metrics:metrics": lambda: MetricVersionFactory(metric__owner=UserFactory()),
    "experiments:experiments": RunningExperimentFactory,
    "experiments:hypotheses": HypothesisFactory,
    "notifications:inbox": lambda: NotificationFactory(user=User.objects.get(is_superuser=True)),
    "notifications:outbox": lambda: OutboxMessageFactory(state="dead", next_attempt_at=None),
    "escalations:rules": EscalationRuleFactory,
    "escalations:escalations": lambda: EscalationFactory(owner=UserFactory()),
    "dashboards:overview": lambda: (HealthCheckFactory(), full_row(TicketFactory)),
}


def full_row(factory):
    """A row whose references are all filled, each with a row of its own, so that a missing join shows."""
    model, extra = factory._meta.model, {}
    makers = {"owner": UserFactory, "lead": UserFactory, "assignee": UserFactory, "actor": UserFactory}
    makers |= {"team": TeamFactory, "customer": CustomerFactory, "changed_by": UserFactory, "set_by": UserFactory}
    for field in model._meta.fields:
        if field.name in makers and field.is_relation:
            extra[field.name] = makers[field.name]()
    return factory(**extra)


def queries(get):
    """The number of queries of a second call; the first one warms caches."""
    get()
    with CaptureQueriesContext(connection) as captured:
        response = get()
    assert response.status_code == 200
    return len(captured), [query["sql"] for query in captured]


def compare(get, add):
    caches["throttle"].clear()
    add()
    one, _ = queries(get)
    add()
    add()
    three, statements = queries(get)
    assert three == one, "\n".join(statements)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_admin_list(client, model):
    client.force_login(SuperuserFactory())
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    compare(lambda: client.get(url), lambda: full_row(BY_MODEL[model]))


@pytest.mark.parametrize("prefix", sorted(prefix for prefix, _, _ in router.registry))
def test_api_list(prefix):
    client = superuser_client()
    model = next(view.queryset.model for name, view, _ in router.registry if name == prefix)
    add = PartnerFactory if model not in BY_MODEL else lambda: full_row(BY_MODEL[model])  # Audit entries come with it.

    compare(lambda: client.get(f"{BASE}/{prefix}/"), add)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_list(client, name):
    client.force_login(SuperuserFactory())

    compare(lambda: client.get(reverse(name)), PAGES[name])


def test_inventory_of_list_pages_is_complete():
    """A new page that lists rows belongs into PAGES; these are the ones without rows of their own."""
    from django.urls import get_resolver

    plain = {"dashboards:search", "dashboards:data_health", "support:ticket_new", "support:import"}
    plain |= {"support:bulk", "support:view_new", "support:mails_discard", "team:training_new"}
    plain |= {"notifications:read_all", "notifications:settings", "notifications:replay", "notifications:dismiss"}
    plain |= {"ledger:entry_new", "launches:launch_new", "insights:insight_new"}
    plain |= {"support:absence_new", "support:shift_new"}
    plain |= {"escalations:escalation_new", "escalations:rule_new"}
    plain |= {"incidents:incident_new"}
    exports = {
        "dashboards:data_health_csv",
        "dashboards:data_health_json",
        "experiments:experiments_csv",
        "experiments:experiments_json",
        "experiments:hypotheses_csv",
        "metrics:metrics_csv",
        "metrics:metrics_json",
        "metrics:scorecard_csv",
        "metrics:scorecard_json",
        "support:tickets_csv",
        "partnerships:integrations_csv",
        "partnerships:slos_csv",
        "partners:partners_csv",
        "ledger:ledger_csv",
        "launches:launches_csv",
        "setup_cases:cases_csv",
        "insights:needs_csv",
        "incidents:incidents_csv",
        "incidents:honesty_csv",
        "escalations:escalations_csv",
    }
    found = set()
    for namespace in (
        "dashboards",
        "partnerships",
        "incidents",
        "support",
        "desk",
        "metrics",
        "experiments",
        "ledger",
        "notifications",
        "launches",
        "setup_cases",
        "insights",
        "team",
        "playbooks",
        "partners",
        "escalations",
    ):
        _, resolver = get_resolver().namespace_dict[namespace]
        for pattern in resolver.url_patterns:
            if not pattern.pattern.converters:
                found.add(f"{namespace}:{pattern.name}")
    assert found - plain - exports == set(PAGES)


def test_reading_one_metric_with_many_versions_is_constant():
    client, metric = superuser_client(), MetricFactory()
    numbers = iter(range(1, 99))

    compare(
        lambda: client.get(f"{BASE}/metrics/{metric.key}/"),
        lambda: MetricVersionFactory(metric=metric, number=next(numbers)),
    )


def test_integration_rows_do_not_touch_their_partner():
    client = superuser_client()

    compare(lambda: client.get(f"{BASE}/integrations/"), IntegrationFactory)
