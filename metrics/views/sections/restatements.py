"""Complete periods whose value changed later: the newest as a banner above the rows, and all of them as a table."""

from typing import Any

from foundation.words import local
from metrics.models import Grain
from metrics.selectors.restatements import Restatement, list_restatements
from metrics.views.periods import day_name, period_name
from metrics.views.sections.subject import Subject


def restatements_context(subject: Subject) -> dict[str, Any]:
    """`restated` is the banner's sentence, `restatements` the table's rows.

    Empty where nothing was restated; on a page of the past, by then.
    """
    found = list_restatements(subject.version, as_of=subject.as_of)
    return {
        "restated": restated_words(found, subject),
        "restatements": [
            {
                "period": _name(change),
                "old": subject.unit.write(change.old),
                "new": subject.unit.words(change.new),
                "n": f"{change.n:,}",
                "at": day_name(local(change.at).date(), today=subject.today),
                "edits": f"{change.edits:,}",
                "frozen": subject.unit.words(change.frozen.value) if change.frozen else "",
                "url": f"{subject.link(grain=change.grain, start=change.start)}#rows",
            }
            for change in found
        ],
    }


def restated_words(found: list[Restatement], subject: Subject) -> str:
    """Week 44: 22.5 → 22.2 h on 17 Nov, 14 late edits. October stays frozen in reports at 23.3 h."""
    if not found:
        return ""
    newest, unit = found[0], subject.unit
    name, day = _name(newest), day_name(local(newest.at).date(), today=subject.today)
    change = f"{unit.write(newest.old)} → {unit.words(newest.new)} on {day}, {_edits(newest.edits)}"
    words = f"{name[0].upper()}{name[1:]}: {change}."
    closed = next((change for change in found if change.frozen and change.frozen.value != change.new), None)
    if closed is None or closed.frozen is None:
        return words
    return f"{words} {_name(closed)} stays frozen in reports at {unit.words(closed.frozen.value)}."


def _edits(count: int) -> str:
    return f"{count:,} late edit{'' if count == 1 else 's'}"


def _name(change: Restatement) -> str:
    week_start = change.version.week_start if change.grain == Grain.WEEK else 0
    return period_name(change.start, change.grain, week_start=week_start)
