"""The objective of an integration's page: what is promised, how fast it is spent, and what was told."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from charts.primitives import Markup
from charts.state import state
from foundation.words import moment
from partnerships.health.burn import DOWN, Reading
from partnerships.health.burn_words import length_words, rule_words
from partnerships.models import BurnAlert, Dependency, SLOEvent, SLOEventKind, SLOStatus
from partnerships.selectors.pages_detail import Standing
from partnerships.selectors.slos import SLONow, read_burns
from partnerships.views.words import target_words, window_words

EVENTS = 8
_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class BurnRow:
    """One rule, ready."""

    rule: str
    long: str
    short: str
    threshold: str
    state: Markup


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of the timeline, ready."""

    state: Markup
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownObjective:
    """The section, ready; `depends_on` names the checks further up."""

    status: Markup
    words: str
    note: str
    rows: list[BurnRow]
    events: list[EventRow]
    depends_on: str


def shown_objective(standing: Standing, *, at: datetime) -> ShownObjective | None:
    """None where nothing is promised. Three queries."""
    now = standing.slo
    if now is None:
        return None
    interval = max((one.check.interval_seconds for one in standing.current.ours), default=60) * _SECOND_US
    readings = read_burns(now.slo, standing.past, interval_us=interval, at=at)
    alerts = {alert.rule: alert for alert in BurnAlert.objects.filter(slo=now.slo, ended_at__isnull=True)}
    events = SLOEvent.objects.filter(slo=now.slo).order_by("-happened_at", "-pk")[:EVENTS]
    upstreams = Dependency.objects.filter(integration=now.slo.integration_id).select_related("upstream__integration")
    return ShownObjective(
        status=state(SLOStatus.tone_of(now.status), SLOStatus(now.status).label),
        words=objective_words(now),
        note=f"version {now.slo.number} since {moment(now.slo.started_at, now=at)}, by profile {now.accounting.label}",
        rows=[_row(reading, alerts.get(reading.rule.key)) for reading in readings],
        events=[_event(event, at) for event in events],
        depends_on=", ".join(str(one.upstream) for one in upstreams),
    )


def objective_words(now: SLONow) -> str:
    """99.9 % over 30 days."""
    return f"{target_words(now.objective.target)} over {window_words(now.objective)}"


def burn_words(reading: Reading) -> str:
    """The burn of a rule's long window beside its threshold: 3.2 of 14.4 in 1 h."""
    if reading.rule.kind == DOWN:
        return rule_words(reading.rule)
    threshold = _figure(reading.threshold)
    return f"{_figure(reading.long)} of {threshold} in {length_words(reading.rule.long_us)}"


def _row(reading: Reading, alert: BurnAlert | None) -> BurnRow:
    rule = reading.rule
    widened = ", widened" if reading.is_widened else ""
    is_plain = rule.kind == DOWN
    spans = length_words(rule.long_us) + ("" if is_plain else f" / {length_words(reading.short_us)}{widened}")
    return BurnRow(
        rule=f"{rule.severity}, {'down ' if is_plain else ''}{spans}",
        long=_figure(reading.long),
        short="" if is_plain else _figure(reading.short),
        threshold=_figure(reading.threshold),
        state=_state(reading, alert),
    )


def _state(reading: Reading, alert: BurnAlert | None) -> Markup:
    if alert is not None and alert.suppressed_by_id is not None:
        return state("none", "suppressed")
    if alert is not None:
        return state("bad" if alert.severity == "page" else "watch", "open")
    return state("good", "quiet") if reading.is_known else state("none", "not known yet")


def _event(event: SLOEvent, at: datetime) -> EventRow:
    mark = state(SLOEventKind.tone_of(event.kind), event.get_kind_display())
    return EventRow(state=mark, at=moment(event.happened_at, now=at), text=event.text)


def _figure(burn: Fraction | None) -> str:
    return "no data" if burn is None else f"{float(burn):.3g}"
