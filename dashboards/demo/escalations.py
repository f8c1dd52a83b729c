"""What was escalated in the demo company: hours, policies, rules for signals, and matters in several states."""

from datetime import timedelta

from django.contrib.auth.models import Group

from dashboards.demo.people import People
from dashboards.demo.story import Story
from metrics.models import Metric
from metrics.services.signals import judge_signals
from operations.models import BusinessCalendar, EscalationKind, EscalationLevel, EscalationPolicy, EscalationRule
from operations.services.calendars import NewHours, add_public_holidays, create_calendar
from operations.services.escalation_actions import (
    Decision,
    close_escalation,
    resolve_escalation,
    take_escalation,
)
from operations.services.escalation_steps import advance_due_escalations
from operations.services.escalations import NewEscalation, raise_escalation
from operations.services.signal_escalations import escalate_signals

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_OFFICE = {day: ["08:00-12:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def add_escalations(story: Story, people: People) -> None:
    """Save the calendar, the policies and the matters, each climbed as far as its age lets it."""
    policy = _add_policy(story, people)
    _add_rules(people)
    _add_ended(story, people, policy)
    _add_open(story, people, policy)


def add_signal_escalations(story: Story) -> None:
    """Judge the computed metrics and escalate what signals; the worker does it every minute from then on."""
    judge_signals(at=story.now)
    escalate_signals(at=story.now)
    advance_due_escalations(at=story.now)


def _add_rules(people: People) -> None:
    """What customers feel goes to operations at once, experiments disturb nobody, the rest follows the default."""
    lead = people.lead_of("support_lead")
    EscalationRule.objects.create(owner=lead, kind=EscalationKind.PROCESS_FAILURE)
    for key, kind, is_raised in (
        ("integration_uptime_production", EscalationKind.DISRUPTION, True),
        ("integration_uptime_experimental", EscalationKind.DISRUPTION, False),
    ):
        EscalationRule.objects.create(metric=Metric.objects.get(key=key), kind=kind, is_raised=is_raised)


def _add_policy(story: Story, people: People) -> EscalationPolicy:
    began = story.now - 600 * _DAY
    calendar = create_calendar(
        calendar=BusinessCalendar(
            name="Office, Denver", timezone="America/Denver", country="US", subdivision="CO", is_organisation=True
        ),
        hours=NewHours(began.date(), _OFFICE),
        at=began,
        by=people.coo,
    )
    add_public_holidays(calendar=calendar, years=[story.now.year, story.now.year + 1], at=story.now)
    EscalationPolicy.objects.create(name="Business matters", is_default=True, calendar=calendar, has_quiet_hours=True)
    policy = EscalationPolicy.objects.create(name="Around the clock", kind=EscalationKind.DISRUPTION, is_default=True)
    level = EscalationLevel.objects.create(policy=policy, number=1, name="Operations", wait_seconds=900)
    level.groups.add(Group.objects.get(name="operations"))
    return policy


def _add_ended(story: Story, people: People, policy: EscalationPolicy) -> None:
    raised_at = story.now - 20 * _DAY
    new = NewEscalation(
        EscalationKind.VENDOR_DISPUTE,
        "partner:fees",
        "Fees for API calls doubled without notice",
        "The invoice names a new price list; the contract asks for 60 days of notice.",
        policy=policy,
    )
    ended = raise_escalation(new=new, at=raised_at, by=people.lead_of("partner_manager"))
    advance_due_escalations(at=raised_at)
    take_escalation(escalation_id=ended.pk, by=people.coo, at=raised_at + _HOUR)
    resolve_escalation(escalation_id=ended.pk, note="They took it back.", by=people.coo, at=raised_at + 3 * _DAY)
    owner, day = people.lead_of("partner_manager"), story.now.date()
    decision = Decision("Old price until renewal; notice goes into the ledger.", owner.pk, day, day + 30 * _DAY)
    close_escalation(escalation_id=ended.pk, decision=decision, by=people.coo, at=raised_at + 4 * _DAY)


def _add_open(story: Story, people: People, policy: EscalationPolicy) -> None:
    matters = (
        (EscalationKind.DISRUPTION, "incident:bookings", "Bookings from two widgets arrive twice", "critical", 40),
        (EscalationKind.RESOURCE, "team:integrations", "Two launches in May need the same team", "normal", 90),
        (EscalationKind.COMPLIANCE, "contract:dpa", "Data processing terms of a vendor lapse in a week", "normal", 25),
    )
    for minute in range(90, -1, -5):  # As the scheduler would have had it.
        at = story.now - timedelta(minutes=minute)
        for kind, subject, title, severity, minutes in matters:
            if minutes == minute:
                new = NewEscalation(kind, subject, title, severity=severity, policy=policy)
                raise_escalation(new=new, at=at, by=people.lead_of("operations"))
        advance_due_escalations(at=at)
