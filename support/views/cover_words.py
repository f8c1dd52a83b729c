"""Coverage, shifts and absences as the page of cover shows them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from foundation.words import figure, moment
from operations.business_time.rules import WEEKDAYS
from support.cover.staffing import Hour
from support.models import Absence, DutyShift
from support.selectors.coverage import WEEKS, Coverage, Outlook
from support.selectors.duty import Duty
from support.services.coverage_gaps import write_hours

_SHOWN_GAPS = 4
_WHOLE = 10


def show_grid(coverage: Coverage, at: datetime) -> dict[str, object]:
    """The table of hours by days, and what is lacking in words."""
    days = coverage.days()
    rows = zip(*days.values(), strict=True)
    return {
        "days": [{"weekday": f"{day:%a}"[:2], "number": day.day, "is_today": n == 0} for n, day in enumerate(days)],
        "rows": [{"hour": f"{row[0].slot.hour:02d}", "cells": [_cell(hour, at) for hour in row]} for row in rows],
    }


def _cell(hour: Hour, at: datetime) -> dict[str, str]:
    """What one hour shows: who is there, and where that is too few who is needed."""
    there = _agents(hour.on_duty)
    if not hour.slot.length:
        return {"cls": "off", "text": "×", "needed": ""}
    if hour.slot.end <= at or not hour.is_open:
        return {"cls": "off", "text": there if hour.on_duty else "–", "needed": ""}
    if not hour.lacking:
        return {"cls": "", "text": there, "needed": ""}
    is_half = hour.on_duty * 2 < (hour.needed or 0)
    return {"cls": "gap" if is_half else "low", "text": there, "needed": _agents(hour.needed or 0)}


def _agents(number: float) -> str:
    return f"{number:.0f}" if number >= _WHOLE else f"{number:g}"


def write_gaps(coverages: Iterable[Coverage], at: datetime) -> str:
    """The next days on which any of the teams lacks agents, in a sentence."""
    found = []
    for coverage in coverages:
        for day, hours in coverage.days().items():
            lacking = [hour.slot.hour for hour in hours if hour.lacking and hour.slot.end > at]
            if lacking:
                found.append((day, f"{coverage.team} on {day:%a} {day.day} {day:%b} {write_hours(lacking)}"))
    if not found:
        return "No hour of the coming fourteen days lacks agents."
    named = "; ".join(words for _, words in sorted(found)[:_SHOWN_GAPS])
    more = f", and {len(found) - _SHOWN_GAPS} more days of a team" if len(found) > _SHOWN_GAPS else ""
    return f"Short: {named}{more}."


def write_method(outlook: Outlook, coverage: Coverage) -> str:
    """What the needed agents are worked out of, with the number of tickets."""
    seen = {(hour.slot.day.weekday(), hour.slot.hour): hour.arrivals.count for hour in coverage.hours}
    demand = outlook.demand
    return (
        f"Needed: tickets of the same weekday and hour, mean of the last {WEEKS} weeks "
        f"(n = {figure(sum(seen.values()), 0)}), {demand.handling_minutes:g} minutes of work each as it is set, "
        f"by agents who can give {demand.occupancy:.0%} of their time to them. A dash is outside the desk's hours."
    )


def show_duty(
    duty: Duty, end: datetime, loads: dict[int, int], caps: dict[int, int], at: datetime
) -> dict[str, object]:
    """Somebody who is there now, with what they have."""
    user, load = duty.shift.user, loads.get(duty.shift.user_id, 0)
    cap = caps.get(user.pk)
    return {
        "pk": user.pk,
        "name": str(user),
        "team": str(duty.shift.team),
        "until": moment(end, now=at),
        "load": f"{load} of {cap}" if cap is not None else f"{load}, no profile",
        "is_full": cap is not None and load >= cap,
    }


def show_absence(row: Absence, at: datetime) -> dict[str, object]:
    """One line of the list of absences."""
    tone, state = _state_of(row, at)
    return {
        "pk": row.pk,
        "name": str(row.user),
        "kind": row.get_kind_display(),
        "from": moment(row.starts_at, now=at),
        "until": moment(row.ends_at, now=at),
        "substitute": str(row.substitute or "whoever is next"),
        "handover": row.get_handover_display(),
        "tone": tone,
        "state": state,
        "is_open": row.over_at is None,
        "verb": "End now" if row.starts_at <= at else "Call off",
    }


def _state_of(row: Absence, at: datetime) -> tuple[str, str]:
    if row.starts_at > at:
        return "none", "Ahead"
    return ("watch", "Out") if row.ends_at > at else ("done", "Over")


def show_shift(row: DutyShift) -> dict[str, object]:
    """One line of the list of shifts."""
    until = f" to {row.ends_on.day} {row.ends_on:%b %Y}" if row.ends_on else ""
    return {
        "pk": row.pk,
        "name": str(row.user),
        "team": str(row.team),
        "hours": write_week(row.windows),
        "zone": row.timezone.rsplit("/", 1)[-1].replace("_", " "),
        "days": f"from {row.starts_on.day} {row.starts_on:%b %Y}{until}",
    }


def write_week(windows: dict[str, Sequence[str]]) -> str:
    """Weekly hours in short: Mon–Fri 09:00-17:00; Sat 10:00-16:00."""
    parts: list[tuple[list[int], str]] = []
    for number, day in enumerate(WEEKDAYS):
        hours = ", ".join(windows.get(day, ()))
        if not hours:
            continue
        if parts and parts[-1][1] == hours and parts[-1][0][-1] == number - 1:
            parts[-1][0].append(number)
        else:
            parts.append(([number], hours))
    return "; ".join(f"{_span(days)} {hours}" for days, hours in parts)


def _span(days: Iterable[int]) -> str:
    names = [WEEKDAYS[day].capitalize() for day in days]
    return names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"
