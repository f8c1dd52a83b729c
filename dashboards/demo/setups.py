"""Set-up cases of the demo company: one on its way, one that is blocked, one that is done."""

from collections.abc import Sequence
from datetime import timedelta

from dashboards.demo.integrations import Watched
from dashboards.demo.people import People
from dashboards.demo.story import Story
from support.models import Customer, SetupCase, SetupItem, SetupItemKind, SetupState, Ticket

_STEPS = ("Agree on what the first dashboard shows", "Connect their workspace", "Map their fields", "Show the widget")
_PLANS = (
    (SetupState.OPEN, 9, 2, "", None),
    (SetupState.BLOCKED, 16, 1, "Their administrator has to allow our application", None),
    (SetupState.DONE, 40, 4, "", 12),
)
"""State, days since it began, steps done, what blocks it, and days to the first widget."""


def add_setup_cases(story: Story, people: People, watched: Sequence[Watched]) -> None:
    """Save the cases; none without customers."""
    customers = list(Customer.objects.order_by("pk")[: len(_PLANS)])
    lead = people.lead_of("support_lead")
    for number, (customer, plan) in enumerate(zip(customers, _PLANS, strict=False)):
        state, days, done, blocker, shown = plan
        begun = story.now - timedelta(days=days, hours=3)
        integration = watched[number].integration
        case = SetupCase.objects.create(
            customer=customer,
            title=f"{integration.name} for {customer.name}",
            integration=integration.slug,
            owner=people.by_role["support_agent"][number],
            state=state,
            started_at=begun,
            first_widget_at=begun + timedelta(days=shown) if shown else None,
            first_blocked_at=begun + timedelta(days=5) if blocker else None,
            ended_at=begun + timedelta(days=14) if state == SetupState.DONE else None,
        )
        case.tickets.set(Ticket.objects.filter(customer=customer, opened_at__gte=begun).order_by("pk")[:2])
        for place, text in enumerate(_STEPS):
            at = begun + timedelta(days=2 * place + 1) if place < done else None
            SetupItem.objects.create(case=case, text=text, position=place, done_at=at, done_by=lead if at else None)
        if blocker:
            SetupItem.objects.create(case=case, kind=SetupItemKind.BLOCKER, text=blocker, position=len(_STEPS))
