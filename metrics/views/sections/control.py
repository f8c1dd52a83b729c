"""The control chart, and the key to what is lettered on it."""

from typing import Any

from metrics.models import Annotation
from metrics.selectors.annotations import list_annotations
from metrics.selectors.standings import last_day
from metrics.views.control_figure import Lettered, control_figure, letter_weeks
from metrics.views.periods import day_name
from metrics.views.sections.subject import Subject


def control_context(subject: Subject) -> dict[str, Any]:
    standing, weeks = subject.standing, subject.standing.weeks
    notes = list_annotations(subject.metric, weeks[0].start, last_day(weeks[-1]), at=subject.at) if weeks else []
    lettered = letter_weeks(standing, notes)
    figure = control_figure(standing, standing.find_forecast(), lettered, subject.unit, today=subject.today)
    return {"control": figure, "flags": [flag for one in lettered for flag in _flags(one, subject)]}


def _flags(one: Lettered, subject: Subject) -> list[dict[str, str]]:
    return [_flag(one.letter, note, subject) for note in one.notes]


def _flag(letter: str, note: Annotation, subject: Subject) -> dict[str, str]:
    return {
        "letter": letter,
        "words": f"{day_name(note.happened_on, today=subject.today)}: {note.text}",
        "kind": note.get_kind_display().lower(),
        "url": note.url,
    }
