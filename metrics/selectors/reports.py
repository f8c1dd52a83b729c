"""Kept reports, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from metrics.models import Report, ReportKind

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Some reports, newest first; `newer` and `older` are the ids that the pages beside it begin after, if any."""

    rows: Sequence[Report]
    newer: int | None
    older: int | None


def get_report_page(
    *, metric: str = "", before: int | None = None, after: int | None = None, size: int = PAGE_SIZE
) -> ReportPage:
    """The newest reports, those next older than `before` or next newer than `after`; one query, without documents.

    With `metric`, a key, only the reports of that metric alone.
    """
    rows = Report.objects.defer("content").select_related("created_by")
    if metric:
        rows = rows.filter(kind=ReportKind.METRIC, params__metrics__0=metric)
    if after is not None:
        return _newer_than(rows, after, size)
    found = list((rows if before is None else rows.filter(pk__lt=before)).order_by("-pk")[: size + 1])
    shown = found[:size]
    newer = shown[0].pk if shown and before is not None else None
    return ReportPage(shown, newer, shown[-1].pk if len(found) > size else None)


def _newer_than(rows: QuerySet[Report], after: int, size: int) -> ReportPage:
    found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
    shown = found[:size][::-1]
    return ReportPage(shown, shown[0].pk if len(found) > size else None, shown[-1].pk if shown else None)
