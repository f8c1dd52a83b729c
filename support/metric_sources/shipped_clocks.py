"""The metrics of tickets' clocks: each names its clock, its hours, and the tickets it is about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metrics.sources import ShippedMetric, register_metrics
from support.metric_sources import clocks, first_replies
from support.metric_sources.frames import HOUR
from support.models import ClockMetric

_REST = "Merged tickets and spam are left out."
_HOURS = {"calendar": "calendar hours", "business": "business hours of the policy's calendar, else the organisation's"}
_STATISTICS: Mapping[str, tuple[str, str, dict[str, float]]] = {
    "mean": ("", "mean", {}),
    "median": (", median", "percentile", {"quantile": 0.5}),
    "p90": (", slowest tenth", "percentile", {"quantile": 0.9}),
}


@dataclass(frozen=True)
class _Timed:
    """One clock as a row of metrics; `runs` says what it counts, `population` which tickets, or answers, are in it."""

    key: str
    name: str
    question: str
    runs: str
    population: str
    source: str
    position: int
    clock: ClockMetric | None = None
    hours: tuple[str, ...] = ("calendar", "business")


_SOLVED = "Tickets SOLVED in the period, by their last solve."
_TIMED = (
    _Timed(
        key="first_reply",
        name="First reply",
        question="How long does a customer wait until a person answers?",
        runs="from opening (of a ticket that we opened ourselves, from the customer's first message) to the first "
        "public reply by a person; no change of state, note, merge or tool ends it",
        population="Tickets CREATED in the period that have their first reply; those without one are counted apart.",
        source=first_replies.SOURCE,
        position=70,
    ),
    _Timed(
        key="next_reply",
        name="Next reply",
        question="How long does a customer wait for each further answer?",
        runs="from the oldest message without a reply to the next public reply by a person, while the ticket is new, "
        "open or on hold",
        population="Replies GIVEN in the period.",
        source=clocks.SOURCE,
        position=71,
        clock=ClockMetric.NEXT_REPLY,
    ),
    _Timed(
        key="customer_wait",
        name="Resolution, customer's waits left out",
        question="How long do we take until it is solved, when the customer's own time is left out?",
        runs="from opening to the solve while the ticket is new, open or on hold for us (for a vendor where the policy "
        "says so); it goes on when the ticket is reopened",
        population=_SOLVED,
        source=clocks.SOURCE,
        position=72,
        clock=ClockMetric.CUSTOMER_WAIT,
    ),
    _Timed(
        key="requester_wait",
        name="Requester's wait",
        question="How long does the requester wait for us or a vendor until it is solved?",
        runs="from opening to the solve while the ticket is new, open or on hold; it goes on when it is reopened",
        population=_SOLVED,
        source=clocks.SOURCE,
        position=73,
        clock=ClockMetric.REQUESTER_WAIT,
    ),
    _Timed(
        key="agent_work",
        name="Agents' work",
        question="How long is a ticket in our agents' hands until it is solved?",
        runs="from opening to the solve while the ticket is new or open; it goes on when it is reopened",
        population=_SOLVED,
        source=clocks.SOURCE,
        position=74,
        clock=ClockMetric.AGENT_WORK,
    ),
    _Timed(
        key="first_resolution",
        name="First resolution",
        question="How long does it take until a ticket is solved for the first time?",
        runs="from opening to the first solve, in every state",
        population="Tickets SOLVED for the first time in the period, whether or not they came back.",
        source=clocks.SOURCE,
        position=75,
        clock=ClockMetric.FIRST_RESOLUTION,
    ),
    _Timed(
        key="full_resolution",
        name="Ticket resolution",
        question="How much of our working time passes until the problem is gone for good?",
        runs="from opening to the last solve, in every state, with the time for which the ticket was solved before it "
        "came back",
        population=_SOLVED,
        source=clocks.SOURCE,
        position=76,
        clock=ClockMetric.FULL_RESOLUTION,
        hours=("business",),  # In calendar hours it is the metric "ticket_resolution_hours_mean" and its two others.
    ),
)


def _metrics_of(timed: _Timed) -> Iterator[ShippedMetric]:
    word = "full resolution" if timed.key == "full_resolution" else timed.name
    head = "full, " if timed.key == "full_resolution" else ""
    for hours in timed.hours:
        for statistic, (ending, kind, more) in _STATISTICS.items():
            formula: dict[str, Any] = {"measure": hours, "scale": HOUR, **more}
            if timed.clock is not None:
                formula["filter"] = {"clock": timed.clock.value}
            yield ShippedMetric(
                key=f"ticket_{timed.key}_{'' if hours == 'calendar' else 'business_'}hours_{statistic}",
                name=f"{timed.name} ({head}{hours}){ending}",
                question=timed.question,
                purpose=f"The clock “{word}” in {_HOURS[hours]}: {timed.runs}. {timed.population} {_REST}",
                unit="h",
                direction="down",
                kind=kind,
                source=timed.source,
                formula=formula,
                dimensions=["priority"] if statistic == "mean" else [],
                position=timed.position,
            )


register_metrics(metric for timed in _TIMED for metric in _metrics_of(timed))
