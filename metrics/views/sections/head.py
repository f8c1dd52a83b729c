"""The head: the figure, what it means, and the facts beside it."""

from typing import Any

from metrics.views.hero import facts_for, icon_notes, population_words, sentence_for
from metrics.views.sections.subject import Subject
from metrics.views.tiles import stale_mark, tile_for


def head_context(subject: Subject) -> dict[str, Any]:
    standing, unit = subject.standing, subject.unit
    forecast = standing.find_forecast()
    return {
        "metric": standing.metric,
        "tile": tile_for(standing, today=subject.today),
        "sentence": sentence_for(standing, forecast, unit, today=subject.today),
        "icon_notes": icon_notes(standing, forecast, unit, today=subject.today),
        "population": population_words(standing, subject.unit),
        "stale": stale_mark(standing),
        "facts": facts_for(standing, at=subject.at),
    }
