"""The page of one metric, put together from its sections."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.words import instant, local
from metrics.models import Metric, MetricStatus
from metrics.selectors.standings import list_standings
from metrics.views.asked import asked_instant
from metrics.views.sections.control import control_context
from metrics.views.sections.definition import definition_context
from metrics.views.sections.head import head_context
from metrics.views.sections.periods import periods_context
from metrics.views.sections.restatements import restatements_context
from metrics.views.sections.rows import rows_context
from metrics.views.sections.segments import segments_context
from metrics.views.sections.signals import signals_context
from metrics.views.sections.six_twelve import six_twelve_context
from metrics.views.sections.subject import Subject
from metrics.views.units import unit_of

SECTIONS: tuple[Callable[[Subject], dict[str, Any]], ...] = (
    head_context,
    control_context,
    signals_context,
    periods_context,
    six_twelve_context,
    definition_context,
    segments_context,
    restatements_context,
    rows_context,
)
"""Each gives the context of one partial of the page's template."""


@require_safe
@requires("metrics.view_metric")
@gzip_page
def metric_page(request: HttpRequest, key: str) -> HttpResponse:
    """One metric: its chart, periods, definition, restatements and the rows behind the last complete week.

    With `as_of` in the URL everything is as it was believed at that instant; only the rows are today's.
    """
    as_of = asked_instant(request, "as_of")
    at = as_of or timezone.now()
    words = instant(as_of) if as_of else ""
    standings = list_standings(at=at, keys=[key], is_believed=as_of is not None)
    if not standings:
        return _without_values(request, key, as_of=words)
    standing = standings[0]
    subject = Subject(request, standing, unit_of(standing.version), at, local(at).date(), as_of is not None)
    context: dict[str, Any] = {"as_of": words, "asked": subject.link()}
    for section in SECTIONS:
        context |= section(subject)
    return render(request, "metrics/metric_page.html", context)


def _without_values(request: HttpRequest, key: str, *, as_of: str) -> HttpResponse:
    """What a draft waits for, that a metric is retired, or that it was not defined by `as_of`; 404 for any other."""
    metric = Metric.objects.select_related("owner").filter(key=key).first()
    first = metric.versions.order_by("number").first() if metric else None
    if metric is None or (metric.status == MetricStatus.APPROVED and not (as_of and first)):
        raise Http404(key)
    context = {"metric": metric, "as_of": as_of, "defined": instant(first.effective_from) if first else ""}
    return render(request, "metrics/metric_draft.html", context)
