"""The metrics of promises, of the old part of the backlog, and of tickets that come back or go up."""

from metrics.formulas import DERIVED_SOURCE
from metrics.sources import ShippedMetric, register_metrics
from support.metric_sources import ageing, breaches, clocks, escalations, first_replies, repeats

_REST = "Merged tickets and spam are left out."
_OLD = "Tickets OPEN at the end of the period that were opened at least {days} days before, as of the last midnight."

register_metrics(
    [
        ShippedMetric(
            key="ticket_sla_met_ratio",
            name="Promises kept",
            question="How often do we keep what we promise a customer?",
            purpose="Share of the clocks with a target that ENDED in the period without having passed it, all clocks "
            "together and each apart, 0 to 1. An excused breach is one; a clock that fell away before its target, such "
            f"as an answer that was due when the ticket was solved, is not counted. {_REST}",
            unit="ratio",
            decimals=3,
            direction="up",
            kind="ratio",
            source=clocks.SOURCE,
            formula={"numerator": "met"},
            dimensions=["clock", "priority", "team", "policy"],
            position=14,
        ),
        ShippedMetric(
            key="ticket_sla_breaches",
            name="Promises broken",
            question="How many promises to customers do we break?",
            purpose="Targets of clocks that PASSED in the period, also of tickets that are open still and of breaches "
            f"that were excused. {_REST}",
            unit="breaches",
            decimals=0,
            direction="down",
            kind="count",
            source=breaches.SOURCE,
            dimensions=["clock", "priority"],
            position=15,
        ),
        ShippedMetric(
            key="ticket_imported_sla_met_ratio",
            name="Promises kept, as imported",
            question="How often did the system that tickets came from hold that its promise was kept?",
            purpose="Tickets CREATED in the period of which the imported log says whether its own promise was kept: "
            f"the share that was, 0 to 1. Nothing of it is counted by our clocks. {_REST}",
            unit="ratio",
            decimals=3,
            direction="up",
            kind="ratio",
            source="tickets_opened",
            formula={"numerator": "external_sla_met"},
            dimensions=["priority"],
            position=16,
        ),
        ShippedMetric(
            key="ticket_no_first_reply_ratio",
            name="Tickets without a first reply",
            question="How many customers has nobody answered?",
            purpose="Tickets CREATED in the period whose customer has written: the share without a public reply by a "
            f"person so far, 0 to 1; a young period can still fall. {_REST}",
            unit="ratio",
            decimals=3,
            direction="down",
            kind="ratio",
            source=first_replies.SOURCE,
            formula={"numerator": "unanswered"},
            dimensions=["priority"],
            position=24,
        ),
        ShippedMetric(
            key="ticket_solved_without_reply_ratio",
            name="Tickets solved without a reply",
            question="How many tickets are solved without a word from a person?",
            purpose="Tickets CREATED in the period whose customer has written: the share that is solved or closed "
            f"without a public reply by a person, as by a tool alone, 0 to 1. {_REST}",
            unit="ratio",
            decimals=3,
            direction="down",
            kind="ratio",
            source=first_replies.SOURCE,
            formula={"numerator": "solved_unanswered"},
            position=24,
        ),
        *(
            metric
            for days in (7, 30)
            for metric in (
                ShippedMetric(
                    key=f"ticket_backlog_over_{days}_days",
                    name=f"Backlog older than {days} days",
                    question=f"How many customers have waited for more than {days} days?",
                    purpose=f"{_OLD.format(days=days)} {_REST}",
                    unit="tickets",
                    decimals=0,
                    direction="down",
                    kind="stock",
                    source=ageing.SOURCE,
                    formula={"measure": f"over_{days}_days"},
                    position=22,
                ),
                ShippedMetric(
                    key=f"ticket_backlog_over_{days}_days_ratio",
                    name=f"Share of the backlog older than {days} days",
                    question=f"How much of the backlog has waited for more than {days} days?",
                    purpose=f"{_OLD.format(days=days)} Their share of all open tickets, 0 to 1. {_REST}",
                    unit="ratio",
                    decimals=3,
                    direction="down",
                    kind="derived",
                    source=DERIVED_SOURCE,
                    formula={"expression": f"ticket_backlog_over_{days}_days / ticket_backlog"},
                    position=22,
                ),
            )
        ),
        ShippedMetric(
            key="tickets_reopened",
            name="Tickets that came back",
            question="How many problems were not gone after all?",
            purpose="Tickets CREATED in the period that have been reopened at least once since, each counted once; a "
            f"young period can still rise. {_REST}",
            unit="tickets",
            decimals=0,
            direction="down",
            kind="sum",
            source="tickets_opened",
            formula={"measure": "reopened"},
            position=23,
        ),
        ShippedMetric(
            key="ticket_repeat_contact_ratio",
            name="Repeat contact within 7 days",
            question="How often does a customer need us again soon after we solved their problem?",
            purpose="Tickets of known customers SOLVED in the period, by their last solve: the share after which the "
            "customer opened another ticket within 7 days, 0 to 1; the last 7 days can still rise. " + _REST,
            unit="ratio",
            decimals=3,
            direction="down",
            kind="ratio",
            source=repeats.SOURCE,
            formula={"numerator": "came_back"},
            dimensions=["category"],
            position=23,
        ),
        ShippedMetric(
            key="ticket_escalations",
            name="Escalations of tickets",
            question="How many tickets had to go up?",
            purpose=f"Escalations of tickets RAISED in the period. {_REST}",
            unit="escalations",
            decimals=0,
            direction="down",
            kind="count",
            source=escalations.SOURCE,
            position=17,
        ),
        ShippedMetric(
            key="ticket_escalations_per_100",
            name="Escalations per 100 tickets",
            question="How often does a ticket have to go up?",
            purpose=f"Escalations of tickets RAISED in the period per 100 tickets CREATED in it. {_REST}",
            unit="per 100",
            direction="down",
            kind="derived",
            source=DERIVED_SOURCE,
            formula={"expression": "100 * ticket_escalations / tickets_opened"},
            position=21,
        ),
    ]
)
