"""The running clocks around now as a chart with its table."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any

from charts.due_dots import DotRow, dots_key, due_dots
from charts.primitives import Caption, Markup, figure
from charts.table import details
from foundation.words import figure as number
from foundation.words import moment, spelled
from support.models import ClockMetric, Priority
from support.selectors.due_clocks import AHEAD, BEHIND, DueClock, DueClocks, DueState

DRAWN = 200
"""So many are drawn and listed, those that are due first; more would say no more and make the page heavy."""
_HOUR = timedelta(hours=1)
_STRONG = {Priority.URGENT, Priority.HIGH}


def show_clocks(found: DueClocks) -> dict[str, Any]:
    """The section: its two counts and its figure; no figure where nothing is promised."""
    is_any = found.clocks or found.earlier or found.later
    return {
        "over": found.earlier + len(found.list_in(DueState.OVER)),
        "at_risk": len(found.list_in(DueState.AT_RISK)),
        "figure": _figure(found) if is_any else None,
    }


def _figure(found: DueClocks) -> Markup:
    drawn = found.clocks[:DRAWN]
    rows = [_dots(priority, [one for one in drawn if one.priority == priority], found.at) for priority in Priority]
    caption = Caption("clocks", "Clocks by due time", write_counts(found))
    drawing = due_dots(rows, caption, hours=(-(BEHIND // _HOUR), AHEAD // _HOUR))
    key = dots_key([(state.tone, state.label) for state in DueState])
    return figure(write_finding(found), _note(found), drawing, size="x", after=key + _table(found))


def _dots(priority: Priority, clocks: Sequence[DueClock], at: datetime) -> DotRow:
    dots = [((one.due_at - at) / _HOUR, one.state.tone) for one in clocks]
    return DotRow(priority.label, dots, is_strong=priority in _STRONG)


def write_finding(found: DueClocks) -> str:
    """What the chart says: Two are over, nine more for longer, four are at risk before 10:15."""
    over, risky = len(found.list_in(DueState.OVER)), found.list_in(DueState.AT_RISK)
    parts = []
    if over and found.earlier:
        parts.append(f"{_are(over)} over, {spelled(found.earlier)} more for longer")
    elif over or found.earlier:
        parts.append(f"{_are(over or found.earlier)} over{'' if over else f' for longer than {BEHIND // _HOUR} h'}")
    if risky:
        more = f"{spelled(len(risky))} more {'is' if len(risky) == 1 else 'are'}" if parts else _are(len(risky))
        parts.append(f"{more} at risk before {_before(risky[-1].due_at, found.at)}")
    if not parts:
        parts.append(_calm(len(found.clocks)))
    said = ", ".join(parts)
    return said[0].upper() + said[1:]


def _calm(count: int) -> str:
    if not count:
        return f"nothing is due within {AHEAD // _HOUR} h"
    return "all are in time" if count > 1 else "the one that is due is in time"


def _are(count: int) -> str:
    return f"{spelled(count)} {'is' if count == 1 else 'are'}"


def _before(last: datetime, at: datetime) -> str:
    """The full minute after the last of them."""
    return moment(last.replace(second=0, microsecond=0) + timedelta(minutes=1), now=at)


def write_counts(found: DueClocks) -> str:
    """All that the chart counts, for those who do not see it."""
    over, risky, calm = (len(found.list_in(state)) for state in DueState)
    said = [f"{number(over + found.earlier, 0)} past due"]
    if found.earlier:
        said.append(f"{number(found.earlier, 0)} of them for more than {BEHIND // _HOUR} hours")
    said += [f"{number(risky, 0)} with {DueState.AT_RISK.label}", f"{number(calm, 0)} in time"]
    return ", ".join(said) + f"; {number(found.later, 0)} due later"


def _note(found: DueClocks) -> str:
    at = found.at
    said = [f"Running clocks due from {moment(at - BEHIND, now=at)} to {moment(at + AHEAD, now=at)}, by priority"]
    if found.earlier:
        said.append(f"{number(found.earlier, 0)} over for longer")
    if found.later:
        said.append(f"{number(found.later, 0)} due later")
    if len(found.clocks) > DRAWN:
        last = moment(found.clocks[DRAWN - 1].due_at, now=at)
        said.append(f"the first {number(DRAWN, 0)} of {number(len(found.clocks), 0)} are drawn, up to {last}")
    return " · ".join(said)


def _table(found: DueClocks) -> Markup:
    drawn = found.clocks[:DRAWN]
    if not drawn:
        return Markup("")
    return details(
        f"Clocks by due time, {number(len(drawn), 0)} of {number(len(found.clocks), 0)}",
        ("Ticket", "Clock", "Priority", "Due", "Stands"),
        [_row(one, found.at) for one in drawn],
        words=(1, 2, 4),
    )


def _row(one: DueClock, at: datetime) -> tuple[object, ...]:
    ticket = one.ticket
    link = Markup(f'<a href="{escape(ticket.get_absolute_url())}">{escape(ticket.reference)}</a>')
    again = f" {one.instance}" if one.instance > 1 else ""
    clock, priority = f"{ClockMetric(one.metric).label}{again}", Priority(one.priority).label
    return link, clock, priority, moment(one.due_at, now=at), one.state.label
