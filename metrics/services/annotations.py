"""Notes on charts: what happened on a day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from metrics.models import Annotation, AnnotationKind, Metric


@dataclass(frozen=True)
class NewAnnotation:
    """What happened on a day; without a metric it concerns all of them."""

    happened_on: date
    text: str
    metric: Metric | None = None
    kind: str = AnnotationKind.NOTE
    url: str = ""


def annotate(*, new: NewAnnotation, at: datetime, by: Any = None, key: str = "") -> Annotation:
    """The annotation, stored once: what was already written under `key` is returned as it is."""
    fields = {
        "happened_on": new.happened_on,
        "text": new.text[:300],
        "metric": new.metric,
        "kind": new.kind,
        "url": new.url,
        "made_by": by,
        "made_at": at,
    }
    if not key:
        return Annotation.objects.create(**fields)
    return Annotation.objects.get_or_create(key=key, defaults=fields)[0]
