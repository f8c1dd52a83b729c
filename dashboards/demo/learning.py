"""What the demo company learnt from its tickets: causes, insights at every step, and changes with their outcomes."""

from dataclasses import dataclass
from datetime import timedelta

from dashboards.demo.people import People
from dashboards.demo.story import Story
from dashboards.demo.ticket_texts import EASED, EASED_DAYS, TOPICS
from operations.models import User
from support.models import (
    Cause,
    Change,
    ChangeOutcome,
    ChangeVerdict,
    Customer,
    Insight,
    InsightKind,
    InsightState,
    Ticket,
)
from support.selectors.outcomes import PER, compare
from support.services.candidates import open_candidates
from support.services.changes import plan_change, ship_change
from support.services.insights import NewInsight, move_insight, open_insight
from support.services.outcomes import decide_outcome, freeze_due_outcomes
from support.services.requesters import mark_requester_told

DAY = timedelta(days=1)
_REVENUE = {"startup": 480_000, "mid-market": 2_400_000, "enterprise": 12_000_000}
_MOST = 12
"""Tickets that somebody would attach by hand."""


@dataclass(frozen=True)
class Told:
    """One insight: its words, the cause and a word in the subject of its tickets, and how far it came."""

    statement: str
    kind: InsightKind
    cause: str
    word: str
    opened: int
    until: InsightState
    change: tuple[str, str, str] = ("", "", "")
    shipped: int = 0


_STORY = (
    Told(
        *("Payments are taken twice when the page is reloaded", InsightKind.DEFECT, EASED, "Charged twice", 130),
        InsightState.CONFIRMED,
        ("product", "Take each payment once", "A reload no longer sends the payment again."),
        shipped=EASED_DAYS,
    ),
    Told(
        *("The mail that resets a password is taken for spam", InsightKind.DEFECT, "Sign-in", "reset mail", 120),
        InsightState.REFUTED,
        ("process", "Send from our own domain", "Mail from a known domain reaches the inbox."),
        shipped=80,
    ),
    Told(
        *("Widgets are cut off on phones", InsightKind.USABILITY, "Widget display", "on my phone", 95),
        InsightState.MEASURED,
        ("product", "Widgets that fit a phone", "Nothing is left to be cut off."),
        shipped=60,
    ),
    Told(
        *("Nobody is told that a token ends", InsightKind.MISSING, "Connection lost", "token expired", 60),
        InsightState.SHIPPED,
        ("product", "Warn seven days before a token ends", "Who is warned connects again in time."),
        shipped=12,
    ),
    Told(
        *("Clients cannot be shown a dashboard", InsightKind.MISSING, "How-to", "share a dashboard", 45),
        InsightState.PLANNED,
        ("article", "How to share with a client", "Most only look for the button."),
    ),
    Told(
        *("Reshoots come from unclear briefs", InsightKind.PROCESS, "Asset delivery", "Reshoot", 20),
        InsightState.VALIDATED,
    ),
)


def add_learning(story: Story, people: People) -> None:
    """Save the catalogue, what customers pay, the insights of the story, and what the tickets suggest today."""
    Cause.objects.bulk_create(
        Cause(code=topic.category, name=topic.category, description=f"Such as: {topic.subjects[0]}".format(app="Asana"))
        for topic in TOPICS
    )
    customers = list(Customer.objects.order_by("pk"))
    for number, customer in enumerate(customers):
        customer.yearly_revenue_minor = _REVENUE.get(customer.segment, 480_000) * (8 + number % 5) // 10
    Customer.objects.bulk_update(customers, ["yearly_revenue_minor"], batch_size=500)
    for number, told in enumerate(_STORY):
        _tell(story, told, people.by_role["support_agent"][number], people.lead_of("support_lead"))
    open_candidates(at=story.now)


def _tell(story: Story, told: Told, owner: User, lead: User) -> None:
    opened = story.now - told.opened * DAY
    before = Ticket.objects.filter(category=told.cause, subject__icontains=told.word, opened_at__lt=opened)
    tickets = list(before.order_by("-opened_at").values_list("pk", flat=True)[:_MOST])
    new = NewInsight(told.statement, told.kind, told.cause, owner=owner, tickets=tickets)
    insight = open_insight(new=new, by=lead, at=opened)
    move_insight(insight_id=insight.pk, state=InsightState.VALIDATED, by=lead, at=opened + 2 * DAY)
    if told.until is InsightState.VALIDATED:
        return
    change = _plan(story, told, insight, owner)
    if not told.shipped:
        return
    shipped = story.now - told.shipped * DAY
    ship_change(change_id=change.pk, by=owner, at=shipped)
    for notice in list(insight.notices.order_by("pk")[: 4 if told.until is InsightState.SHIPPED else _MOST]):
        mark_requester_told(notice_id=notice.pk, by=owner, at=shipped + DAY)
    if told.until is InsightState.SHIPPED:
        return
    checked = shipped + 43 * DAY
    freeze_due_outcomes(at=checked)
    if told.until is not InsightState.MEASURED:
        outcome = ChangeOutcome.objects.select_related("change").get(change=change)
        verdict, note = _conclude(outcome)
        decide_outcome(outcome_id=outcome.pk, verdict=verdict, note=note, by=lead, at=checked + 2 * DAY)


def _conclude(outcome: ChangeOutcome) -> tuple[str, str]:
    """What an honest reader of the interval would say of these tickets."""
    difference = compare(outcome)
    if difference is None:
        return ChangeVerdict.INCONCLUSIVE.value, "There was nothing to compare."
    if difference.high < 0:
        return ChangeVerdict.CONFIRMED.value, "Fewer write about it, by more than chance explains."
    if PER * difference.low > -outcome.change.expected_change:
        return ChangeVerdict.REFUTED.value, "As many write as before: the cause lies elsewhere."
    return ChangeVerdict.INCONCLUSIVE.value, "Chance explains the difference; too few weeks to tell."


def _plan(story: Story, told: Told, insight: Insight, owner: User) -> Change:
    """Four weeks before are compared with four weeks after, six weeks from shipping."""
    kind, title, statement = told.change
    planned = story.now - (told.opened - 10) * DAY
    shipped = story.now - (told.shipped or told.opened - 52) * DAY
    fields = {
        "kind": kind,
        "title": title,
        "statement": statement,
        "before_start_on": (planned - 28 * DAY).date(),
        "before_end_on": (planned - DAY).date(),
        "expected_change": 1.0,
        "check_on": (shipped + 42 * DAY).date(),
        "owner": owner,
    }
    return plan_change(insight_id=insight.pk, fields=fields, by=owner, at=planned)
