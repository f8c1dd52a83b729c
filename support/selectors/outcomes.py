"""What a change is measured by, before and after: the contact rate of a cause, or a metric over the same days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from foundation.errors import InvalidInputError
from foundation.words import local
from metrics.models import Kind, MetricVersion
from metrics.periods import OrganisationCalendar
from metrics.selectors.values import get_version
from metrics.selectors.windows import NoWindowError, value_between
from metrics.statistics.comparison import Difference, compare_proportions
from support.models import Change, ChangeOutcome
from support.selectors.causes import counted_tickets, tickets_of

PER = 100
CONTACT_UNIT = f"per {PER} tickets"


@dataclass(frozen=True)
class Reading:
    """A value over a run of days with the rows it is made of; `count` those of the cause for a contact rate."""

    value: float | None
    n: int
    count: int | None = None


def calendar() -> OrganisationCalendar:
    """How the organisation cuts days and weeks."""
    return OrganisationCalendar(settings.ORGANISATION_TIME_ZONE, settings.ORGANISATION_WEEK_START)


def check_measure(change: Change) -> None:
    """InvalidInputError where nothing could be measured: no cause for a contact rate, a metric without rows."""
    if change.metric is None:
        if not change.insight.cause:
            raise InvalidInputError("metric", "Choose a metric: the insight has no cause to count tickets of.")
        return
    try:
        is_derived = get_version(change.metric.key).kind == Kind.DERIVED
    except MetricVersion.DoesNotExist as refusal:
        raise InvalidInputError("metric", "Needs an approved metric.") from refusal
    if is_derived:
        raise InvalidInputError("metric", "Needs a metric that is computed from rows, not derived from others.")
    if change.hypothesis is not None and change.hypothesis.metric_id != change.metric.pk:
        raise InvalidInputError("hypothesis", "It is about another metric.")


def window_after(change: Change, *, shipped_at: datetime) -> tuple[date, date]:
    """The days after: as many as before, up to the day before the check, none of them before it had shipped."""
    last = change.check_on - timedelta(days=1)
    length = change.before_end_on - change.before_start_on
    return max(last - length, local(shipped_at).date() + timedelta(days=1)), last


def measure(change: Change, first: date, last: date) -> Reading:
    """The change's measure over the organisation's days from `first` to `last`, both included."""
    if change.metric is not None:
        return _measure_metric(change.metric.key, first, last)
    days = calendar()
    start, end = days.midnight(first), days.midnight(last + timedelta(days=1))
    n = counted_tickets(start=start, end=end).count()
    of_cause = tickets_of(change.insight.cause, change.insight.product)
    count = of_cause.filter(opened_at__gte=start, opened_at__lt=end).count()
    return Reading(PER * count / n if n else None, n, count)


def _measure_metric(key: str, first: date, last: date) -> Reading:
    try:
        found = value_between(get_version(key), first, last)
    except (MetricVersion.DoesNotExist, NoWindowError, KeyError):  # Retired or redefined since it was planned.
        return Reading(None, 0)
    return Reading(found.value, found.n)


def describe_measure(change: Change) -> tuple[str, str]:
    """What is measured and its unit, in words."""
    if change.metric is not None:
        return change.metric.name, change.metric.unit
    return f"Tickets of {change.insight.cause}"[:200], CONTACT_UNIT


def compare(outcome: ChangeOutcome) -> Difference | None:
    """The change of a contact rate in tickets per ticket with its 95 % interval (Newcombe); None for a metric."""
    if outcome.before_count is None or outcome.after_count is None or not (outcome.before_n and outcome.after_n):
        return None
    before, after = (outcome.before_count, outcome.before_n), (outcome.after_count, outcome.after_n)
    return compare_proportions(before, after, alpha=0.05)
