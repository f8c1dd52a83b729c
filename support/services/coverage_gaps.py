"""Warning of hours without enough agents while there is time to do something about it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from foundation.claims import take_advisory_lock
from foundation.words import figure
from operations.selectors.people import list_role_members
from operations.services.notifications import Notice, notify
from support.cover.staffing import HOURS, Hour
from support.models import CoverageGap, GapOutcome, Team
from support.selectors.coverage import Coverage, get_outlook

WARNED_DAYS = 7
SOON = timedelta(days=2)
"""What begins later than that is mailed with the day's other news; inboxes have it at once."""
_TOLD = ("coo", "operations")


def watch_coverage(*, at: datetime) -> int:
    """Note the days of the coming week on which a team with shifts lacks agents, tell of new ones, end those that are
    closed or over; how many are new. Told once each, by whichever worker is first.
    """
    outlook = get_outlook(at, days=WARNED_DAYS + 1)
    passed = {(slot.day, slot.hour) for slot in outlook.slots if slot.end <= at}
    with transaction.atomic():
        take_advisory_lock(["support", "coverage"])
        stored = {(gap.team_id, gap.day_on): gap for gap in CoverageGap.objects.filter(ended_at=None)}
        planned = {duty.shift.team_id for duty in outlook.duties} | {team_id for team_id, _ in stored}
        new = 0
        for team in outlook.teams:
            for day, lacking in _list_lacking(outlook.of(team), at=at).items() if team.pk in planned else ():
                gap = stored.pop((team.pk, day), None)
                if gap is None:
                    _open(team, day, lacking, at=at)
                    new += 1
                else:
                    _update(gap, lacking, [hour for hour in gap.hours if (day, hour) in passed])
        today = outlook.slots[0].day
        for gap in stored.values():
            is_over = gap.day_on < today or all((gap.day_on, hour) in passed for hour in gap.hours)
            _end(gap, is_over=is_over, at=at)
    return new


def _list_lacking(coverage: Coverage, *, at: datetime) -> dict[date, list[Hour]]:
    """The hours to come that lack agents, by day."""
    found: dict[date, list[Hour]] = {}
    for hour in coverage.hours:
        if hour.lacking > 0 and hour.slot.end > at:
            found.setdefault(hour.slot.day, []).append(hour)
    return found


def _open(team: Team, day: date, lacking: Sequence[Hour], *, at: datetime) -> None:
    worst = max(lacking, key=lambda hour: hour.lacking)
    hours = [hour.slot.hour for hour in lacking]
    gap = CoverageGap.objects.create(team=team, day_on=day, hours=hours, lacking=worst.lacking, found_at=at)
    text = (
        f"{write_hours(hours)}. In the worst hour {figure(worst.on_duty)} of {figure(worst.needed)} agents are there."
    )
    notice = Notice(
        event=_event(gap),
        title=f"{team} lacks agents on {day:%a} {day.day} {day:%b}",
        text=text,
        url=f"/tickets/cover/?team={team.pk}",
        digest="daily" if lacking[0].slot.start - at > SOON else "",
    )
    notify(notice=notice, to=_list_told(team), at=at)


def _update(gap: CoverageGap, lacking: Sequence[Hour], passed: Sequence[int]) -> None:
    """Keep to what is lacking now, and to the hours of it that have passed."""
    hours = sorted({*passed, *(hour.slot.hour for hour in lacking)})
    worst = max(hour.lacking for hour in lacking)
    if (hours, worst) != (gap.hours, gap.lacking):
        gap.hours, gap.lacking = hours, worst
        gap.save(update_fields=["hours", "lacking"])


def _end(gap: CoverageGap, *, is_over: bool, at: datetime) -> None:
    gap.ended_at, gap.ending = at, GapOutcome.PASSED if is_over else GapOutcome.CLOSED
    gap.save(update_fields=["ended_at", "ending"])
    if is_over:
        return
    title = f"{gap.team} has enough agents on {gap.day_on:%a} {gap.day_on.day} {gap.day_on:%b}"
    url = f"/tickets/cover/?team={gap.team_id}"
    notify(notice=Notice(event=f"{_event(gap)}:end", title=title, url=url, answers=_event(gap)), to=(), at=at)


def _event(gap: CoverageGap) -> str:
    return f"coverage:{gap.pk}"


def _list_told(team: Team) -> set[int]:
    told = {person.pk for role in _TOLD for person in list_role_members(role)}
    return told | ({team.lead_id} if team.lead_id else set())


def write_hours(hours: Sequence[int]) -> str:
    """Hours as stretches of the clock: 09:00–12:00, 15:00–16:00."""
    stretches: list[list[int]] = []
    for hour in sorted(hours):
        if stretches and stretches[-1][1] == hour:
            stretches[-1][1] = hour + 1
        else:
            stretches.append([hour, hour + 1])
    return ", ".join(f"{start:02d}:00–{end % HOURS or HOURS:02d}:00" for start, end in stretches)
