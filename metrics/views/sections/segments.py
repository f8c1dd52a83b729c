"""Small multiples of the metric's segments on one scale."""

from collections.abc import Sequence
from typing import Any

from charts.primitives import Caption
from charts.spark import spark
from metrics.selectors.segments import Segment, list_segments
from metrics.selectors.standings import Standing
from metrics.sources import list_sources
from metrics.views.sections.subject import Subject

MOST = 0.5


def segments_context(subject: Subject) -> dict[str, Any]:
    """The segments of the dimension that `by` names, the first kept one without; none where no segments are kept."""
    dimensions = subject.version.dimensions
    if not dimensions or subject.is_believed:
        return {"segments": None}
    asked = subject.request.GET.get("by", "")
    dimension = asked if asked in dimensions else dimensions[0]
    found, labels = list_segments(subject.standing, dimension), _labels(subject)
    label = labels.get(dimension, dimension)
    return {
        "segments": {
            "heading": _heading(found, label),
            "note": _note(found),
            "links": [
                {"by": name, "label": labels.get(name, name), "is_current": name == dimension} for name in dimensions
            ]
            if len(dimensions) > 1
            else [],
            "parts": _parts(found, subject),
        }
    }


def _labels(subject: Subject) -> dict[str, str]:
    sources = {source.key: source for source in list_sources()}
    return dict(sources[subject.version.source].dimensions) if subject.version.source in sources else {}


def _heading(found: Sequence[Segment], label: str) -> str:
    first = found[0] if found else None
    if first and first.share is not None and first.share > MOST and len(found) > 1:
        return f"{_word(first)} holds most of the gap"
    return f"By {label.lower()}"


def _note(found: Sequence[Segment]) -> str:
    shares = " · share of the distance to the path" if any(segment.share is not None for segment in found) else ""
    return f"20 weeks, one scale, path dashed{shares}"


def _word(segment: Segment) -> str:
    return segment.word[:1].upper() + segment.word[1:].replace("_", " ") if segment.word else "None"


def _parts(found: Sequence[Segment], subject: Subject) -> list[dict[str, Any]]:
    unit, standing = subject.unit, subject.standing
    path = _path(standing, len(found[0].values)) if found else []
    known = [value for segment in found for value in segment.values if value is not None]
    known += [value for value in path if value is not None]
    shared = (min(known), max(known)) if known else ()
    return [
        {
            "word": _word(segment),
            "value": unit.words(segment.last),
            "drawing": spark(
                segment.values,
                Caption(f"segment-{index}", f"{_word(segment)}: {unit.words(segment.last)} in the last week"),
                path=path,
                shared=shared,
            ),
            "words": f"n = {segment.n:,}" + ("" if segment.share is None else f", {segment.share:.0%} of the gap"),
        }
        for index, segment in enumerate(found)
    ]


def _path(standing: Standing, count: int) -> list[float | None]:
    return [standing.path_on(week) for week in standing.weeks[-count:]]
