"""Reports: documents of values as of an instant, kept byte for byte and derivable again."""

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError
from metrics.models import Report, ReportKind
from metrics.periods import ALL_START
from metrics.selectors.as_of import Cut
from metrics.selectors.population import condition_of
from metrics.selectors.report_document import build_document, canonical_json
from metrics.selectors.values import get_current_versions
from metrics.services.frozen import cut_revisions

_LENGTHS = {ReportKind.SCORECARD: {"weeks": 6, "months": 12}, ReportKind.METRIC: {"weeks": 52, "months": 24}}
_LONGEST = 520
_MEMBERS = {
    ReportKind.SCORECARD: {"metrics", "weeks", "months"},
    ReportKind.METRIC: {"metric", "segment", "weeks", "months"},
}
_HEAD = (
    "metric", "name", "unit", "version", "grain", "start", "last_day", "value", "n", "complete", "computed_at",
    "closed_at", "restated_value", "restated_n",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a report's bytes are unharmed, and whether the same document still follows from the revisions."""

    is_intact: bool
    is_reproduced: bool


def create_report(*, kind: str, params: Mapping[str, Any], as_of: datetime, at: datetime, by: Any = None) -> Report:
    """The stored report of what was believed at `as_of`, in the name of `by`.

    `params` of a metric's report: metric (its key), segment; of a scorecard's: metrics (keys in order; all without
    it). Both: weeks and months, how many of each before the running one. Raises InvalidInputError naming the member.
    """
    check_as_of(as_of, at=at)
    as_of = as_of.astimezone(UTC)
    settled = settle_params(kind, params)
    with transaction.atomic():
        last = cut_revisions()
        content = canonical_json(build_document(kind, settled, cut=Cut(as_of, last)))
        return Report.objects.create(
            kind=kind,
            params=settled,
            as_of=as_of,
            revisions_to=last,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            created_by=by,
            created_at=at,
        )


def verify_report(report: Report) -> Verification:
    """Derive the report's document again from the revisions of then and compare it with the stored bytes."""
    stored = bytes(report.content)
    again = canonical_json(
        build_document(report.kind, report.params, cut=Cut(report.as_of.astimezone(UTC), report.revisions_to))
    )
    return Verification(is_intact=hashlib.sha256(stored).hexdigest() == report.sha256, is_reproduced=again == stored)


def report_as_csv(report: Report) -> bytes:
    """The report's values as CSV, made from its stored bytes alone and so always the same."""
    document = json.loads(bytes(report.content))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEAD)
    for metric in document["metrics"]:
        head = (metric["key"], _plain(metric["name"]), _plain(metric["unit"]))
        for grain in ("weeks", "months"):
            for point in metric[grain]:
                writer.writerow([*head, point.get("version", metric["version"]), grain[:-1], *_cells(point)])
    return text.getvalue().encode()


def _cells(point: Mapping[str, Any]) -> list[Any]:
    restated = point["restated"] or {}
    names = ("start", "last_day", "value", "n", "complete", "computed_at", "closed_at")
    return [*(point[name] for name in names), restated.get("value"), restated.get("n")]


def _plain(words: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@", "\t", "\r")) else words


def check_as_of(as_of: datetime, *, at: datetime) -> None:
    """Raises InvalidInputError for an instant that has not been, or that no calendar of ours reaches."""
    if not (ALL_START.year <= as_of.year and as_of <= at):
        raise InvalidInputError("as_of", f"Must lie between {ALL_START.year} and now.")


def settle_params(kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with nothing left open, and the words that may change taken down; see `create_report`."""
    unknown = sorted(set(params) - _MEMBERS[ReportKind(kind)])
    if unknown:
        raise InvalidInputError("params", f"There is no {unknown[0]} in a {kind} report.")
    current = get_current_versions()
    keys = [params.get("metric")] if kind == ReportKind.METRIC else params.get("metrics", list(current))
    if not isinstance(keys, list) or not all(isinstance(key, str) and key in current for key in keys):
        raise InvalidInputError("params", "Name approved metrics by their keys.")
    if len(set(keys)) < len(keys):
        raise InvalidInputError("params", "Name each metric once.")
    segment = params.get("segment", "")
    if not isinstance(segment, str):
        raise InvalidInputError("params", "segment must be text: dimension=word.")
    if segment:
        condition_of(current[keys[0]], segment)
    metrics = [current[key].metric for key in keys]
    return {
        "metrics": keys,
        "segment": segment,
        "labels": {row.key: {"name": row.name, "unit": row.unit, "decimals": row.decimals} for row in metrics},
        **{name: _length(name, params.get(name, usual)) for name, usual in _LENGTHS[ReportKind(kind)].items()},
    }


def _length(name: str, given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= _LONGEST:
        raise InvalidInputError("params", f"{name} must be a number from 0 to {_LONGEST}.")
    return given
