"""A change of the organisation's calendar: every approved metric gets a new version that cuts time by it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from metrics.models import AnnotationKind, Metric, MetricVersion
from metrics.periods import OrganisationCalendar
from metrics.selectors.values import get_current_versions
from metrics.services.annotations import NewAnnotation, annotate
from metrics.services.cells import calendar_of
from metrics.services.derived import mark_derived_from
from metrics.services.marks import mark_all_days
from metrics.services.versions import create_version, definition_of, in_all_history
from metrics.sources import list_sources


def renew_calendar(*, reason: str, at: datetime, by: Any = None) -> list[MetricVersion]:
    """The new versions, one for each approved metric whose newest one cuts time by another calendar than is set.

    They mean the same as before, over all periods; the versions they follow keep their values. Safe to repeat.
    """
    with transaction.atomic():
        renewed = [_renew(key, reason=reason, at=at, by=by) for key in get_current_versions()]
        made = [version for version in renewed if version is not None]
        keys = {version.source for version in made}
        for source in list_sources():
            if source.key in keys:
                mark_all_days(source)
        for version in made:
            mark_derived_from(version.metric.key)
    return made


def _renew(key: str, *, reason: str, at: datetime, by: Any) -> MetricVersion | None:
    """The metric's next version, where it needs one; the metric's row is locked, so that two at once make one."""
    metric = Metric.objects.select_for_update().get(key=key)
    current = metric.versions.order_by("-number").first()
    if current is None or calendar_of(current) == set_calendar(current):
        return None
    definition = in_all_history(definition_of(current))
    version = create_version(metric=metric, definition=definition, reason=reason, at=at, approved_by=by)
    new = NewAnnotation(
        calendar_of(version).day_of(at),
        f"Definition v{version.number}: {reason}",
        metric,
        AnnotationKind.DEFINITION,
        metric.get_absolute_url(),
    )
    annotate(new=new, at=at, by=by, key=f"definition:{version.pk}")
    return version


def set_calendar(version: MetricVersion) -> OrganisationCalendar:
    """The calendar that the settings name, with what else the version's own has."""
    own = calendar_of(version)
    return type(own)(
        **{
            **vars(own),
            "zone": settings.ORGANISATION_TIME_ZONE,
            "week_start": settings.ORGANISATION_WEEK_START,
            "year_start": settings.ORGANISATION_YEAR_START,
        }
    )
