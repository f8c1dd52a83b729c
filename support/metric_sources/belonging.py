"""What belongs to a ticket, such as its clocks: the dimensions it takes from there, and what changes these."""

from collections.abc import Sequence

from metrics.sources import Capture, Link
from support.metric_sources import frames
from support.models import Customer, SlaPolicy, SlaPolicyVersion, Team

WATCHED = ("state", *frames.OWN, "team_id", "customer_id")
"""The columns of a ticket by which rows are counted or left out, and cut into segments."""


def captures_of_tickets(event_times: Sequence[tuple[str, ...]], link: Link) -> list[Capture]:
    """Changes of tickets, and of their teams and customers, that reach rows by this link from their ticket."""
    tickets = frames.TABLE
    return [
        Capture(tickets, event_times, WATCHED, through=[link]),
        Capture(Team._meta.db_table, event_times, ("slug",), through=[Link(tickets, "team_id"), link]),
        Capture(Customer._meta.db_table, event_times, ("segment",), through=[Link(tickets, "customer_id"), link]),
    ]


def capture_of_policies(event_times: Sequence[tuple[str, ...]], table: str) -> Capture:
    """A policy's new name, which reaches the rows that a version of it holds for."""
    versions = Link(SlaPolicyVersion._meta.db_table, "policy_id")
    return Capture(
        SlaPolicy._meta.db_table, event_times, ("name",), through=[versions, Link(table, "policy_version_id")]
    )
