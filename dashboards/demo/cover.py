"""Who is on duty at the demo company's support desk, and who is out."""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings

from dashboards.demo.people import People
from dashboards.demo.story import Story
from operations.models import BusinessCalendar
from support.models import Absence, AgentProfile, DutyShift, Handover, TicketSkill
from support.services.absences import advance_absences, create_absence

SINCE = timedelta(days=97)
_WEEK = ("mon", "tue", "wed", "thu", "fri")
_EARLY, _LATE, _SATURDAY = "08:00-16:00", "12:00-20:00", "10:00-16:00"
_OUT_DAYS = 6


def add_cover(story: Story, people: People) -> None:
    """Save profiles, shifts of every team, a skill, and an absence that has begun."""
    desk = BusinessCalendar.objects.get(name="Support desk")
    first = (story.now - SINCE).date()
    for name, team in people.teams.items():
        team.calendar = desk
        team.save(update_fields=["calendar"])
        for place, agent in enumerate(people.agents[name]):
            AgentProfile.objects.create(user=agent, cap=40)
            windows = {day: [_LATE if place % 2 else _EARLY] for day in _WEEK}
            if place < 2:  # noqa: PLR2004 - two of each team work on Saturdays
                windows["sat"] = [_SATURDAY]
            _add_shift(team.pk, agent.pk, windows, first)
    billing = TicketSkill.objects.create(category="Billing", description="Reads the ledger and may refund.")
    billing.agents.set(AgentProfile.objects.filter(user__in=people.agents["Billing"]))
    _add_absences(story, people)


def _add_shift(team_id: int, user_id: int, windows: dict[str, list[str]], first: date) -> None:
    zone = settings.ORGANISATION_TIME_ZONE
    DutyShift.objects.create(team_id=team_id, user_id=user_id, timezone=zone, windows=windows, starts_on=first)


def _add_absences(story: Story, people: People) -> None:
    """One agent is out since yesterday, another will be next week."""
    agents, billing = people.agents["Integrations"], people.agents["Billing"]
    morning = datetime.combine(story.now.date(), time(6), tzinfo=UTC)
    plans = (
        (agents[0], agents[1], morning - timedelta(days=1), Handover.URGENT, "vacation"),
        (
            billing[1],
            billing[0],
            story.now + timedelta(days=5),
            Handover.ALL,
            "training",
        ),
    )
    for user, substitute, starts_at, handover, kind in plans:
        ends_at = starts_at + timedelta(days=_OUT_DAYS)
        row = Absence(
            user=user, substitute=substitute, starts_at=starts_at, ends_at=ends_at, handover=handover, kind=kind
        )
        create_absence(absence=row, at=story.now - timedelta(days=14), by=people.lead_of("support_lead"))
    advance_absences(at=story.now)
