"""Immutable versions of metrics: what a definition is, and the next one of a metric."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from metrics.formulas import complete_formula
from metrics.models import Metric, MetricDraft, MetricVersion
from metrics.services.derived import mark_derived_from


@dataclass(frozen=True)
class Definition:
    """What is measured: a kind over a source, by a formula, with the dimensions whose segments are kept."""

    kind: str
    source: str
    formula: Mapping[str, Any]
    dimensions: Sequence[str] = ()
    is_retroactive: bool = False
    rolling_days: int | None = None


def definition_of(row: MetricVersion | MetricDraft) -> Definition:
    """What a version or a draft says."""
    return Definition(row.kind, row.source, row.formula, row.dimensions, row.is_retroactive, row.rolling_days)


def build_version(metric: Metric, definition: Definition, *, at: datetime) -> MetricVersion:
    """The version a definition would be, unsaved, cut by the organisation's calendar as it is set now."""
    body = {
        "kind": definition.kind,
        "source": definition.source,
        "formula": complete_formula(definition.kind, definition.formula, metric_key=metric.key),
        "dimensions": list(definition.dimensions),
        "time_zone": settings.ORGANISATION_TIME_ZONE,
        "week_start": settings.ORGANISATION_WEEK_START,
        "fiscal_year_start": settings.ORGANISATION_YEAR_START,
        "rolling_days": definition.rolling_days,
    }
    return MetricVersion(
        metric=metric,
        number=1 + max(metric.versions.values_list("number", flat=True), default=0),
        hash=hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(),
        effective_from=at,
        is_retroactive=definition.is_retroactive,
        **body,
    )


def create_version(
    *, metric: Metric, definition: Definition, reason: str, at: datetime, approved_by: Any = None
) -> MetricVersion:
    """The next immutable version of a metric, effective at once; `approved_by` is a user, or nobody for code's own."""
    version = build_version(metric, definition, at=at)
    version.reason, version.approved_by, version.approved_at = reason, approved_by, at
    version.save(force_insert=True)
    mark_derived_from(metric.key)
    return version


def in_all_history(definition: Definition) -> Definition:
    """The same definition, whose values stand for all periods."""
    return replace(definition, is_retroactive=True)
