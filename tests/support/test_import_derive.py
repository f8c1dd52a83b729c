"""Properties of deriving a ticket's facts from its rows; figures against real data are in test_import_real_data."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.imports.errors import Refusal
from support.imports.derive import derive_ticket
from support.imports.grouping import open_spill
from support.imports.loading import parse_mapping
from support.imports.mapping import Order, Take
from support.imports.rows import ParsedRow
from tests.support.import_files import EVENT_LOG

MAPPING = parse_mapping(EVENT_LOG)
SNAPSHOTS = parse_mapping(EVENT_LOG.replace('"activities"', '"snapshots"'))
MINUTE = 60_000_000
STATES = ["new", "open", "pending_customer", "on_hold_vendor", "solved", "closed"]
OPEN = set(STATES[:4])


def row(line, state, *, at=None, ticket="T", **more):
    values = {
        "external_id": ticket, "line": line, "at": (line if at is None else at) * MINUTE, "sequence": 0, "state": state,
        "priority": "", "subject": "s", "category": "", "channel": "", "team": "", "assignee": "", "customer": "", "actor": "",
        "reopens": None, "sla_met": None, "opened": None, "resolved": None, "closed": None, "is_opened_ambiguous": False, "is_cut": False,
    }  # fmt: skip
    return ParsedRow(**{**values, **more})


def grouped(rows, mapping):
    with open_spill(mapping) as spill:
        for one in rows:
            spill.add(one)
        return list(spill.groups())


def brute_force_reopens(states):
    """Walk over the states with the rule in words: solved or closed, then open again."""
    count, current = 0, "new"
    for state in states:
        if current in {"solved", "closed"} and state in OPEN:
            count += 1
        current = state
    return count


@given(st.lists(st.sampled_from(STATES), min_size=1, max_size=12))
def test_reopens_end_and_state_follow_from_the_states(states):
    facts = derive_ticket([row(line, state) for line, state in enumerate(states, 2)], SNAPSHOTS)

    minutes = {state: [n for n, s in enumerate(states, 2) if s == state] for state in STATES}
    resolved = max(minutes["solved"], default=None)
    is_ended = states[-1] in {"solved", "closed"}
    walked = [event for event in facts.events if event.kind == "state"]
    assert (facts.state, facts.reopen_count) == (states[-1], brute_force_reopens(states))
    assert minute(facts.resolved_at) == (resolved if is_ended else None)
    assert minute(facts.closed_at) == (minutes["closed"][-1] if states[-1] == "closed" else None)
    assert ["new", *(event.new_state for event in walked)] == [*(event.old_state for event in walked), states[-1]]
    assert all(event.old_state != event.new_state for event in walked)


def minute(at):
    return at and int(at.timestamp() // 60)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(STATES)), min_size=1, max_size=30),
    st.randoms(use_true_random=False),
)
def test_order_of_the_file_makes_no_difference_when_time_orders(steps, rng):
    rows = [row(line, state, ticket=ticket) for line, (ticket, state) in enumerate(steps, 2)]
    times = [one.at for one in rows]
    shuffled = rng.sample(rows, len(rows))
    shuffled = [one._replace(line=line) for line, one in enumerate(shuffled, 2)]

    def facts(some):
        return [replace(derive_ticket(group, MAPPING), line=0, warnings=()) for group in grouped(some, MAPPING)]

    assert len(set(times)) == len(times)
    assert facts(shuffled) == facts(rows)


@pytest.mark.parametrize(
    ("order", "states"),
    [
        (Order.TIME, ["open", "solved", "new"]),
        (Order.FILE, ["new", "open", "solved"]),
        (Order.FILE_REVERSED, ["solved", "open", "new"]),
        (Order.SEQUENCE, ["solved", "new", "open"]),
    ],
)
def test_rows_come_back_in_the_stated_order(order, states):
    mapping = replace(MAPPING, events=replace(MAPPING.events, order=order))
    rows = [row(2, "new", at=9, sequence=2), row(3, "open", at=5, sequence=10), row(4, "solved", at=7, sequence=1)]

    (group,) = grouped(random.Random(3).sample(rows, 3), mapping)

    assert [one.state for one in group] == states


def test_newest_first_file_is_not_out_of_order():
    mapping = replace(MAPPING, events=replace(MAPPING.events, order=Order.FILE_REVERSED))
    rows = [row(2, "solved", at=9), row(3, "open", at=9), row(4, "new", at=1)]

    (group,) = grouped(rows, mapping)
    facts = derive_ticket(group, mapping)

    assert (facts.state, facts.warnings) == ("solved", ())


def test_take_chooses_first_last_or_entered():
    rows = [row(n, state) for n, state in enumerate(["solved", "open", "solved", "solved"], 10)]

    def resolved(take):
        mapping = replace(SNAPSHOTS, resolved=replace(SNAPSHOTS.resolved, take=take))
        return int(derive_ticket(rows, mapping).resolved_at.timestamp() // 60)

    assert {take: resolved(take) for take in Take} == {Take.FIRST: 10, Take.LAST: 13, Take.ENTERED: 12}


def test_changes_of_team_and_priority_become_events():
    rows = [row(2, "new", team="A", priority="low"), row(3, "new", team="B", priority="high", actor="Jo")]

    events = derive_ticket(rows, MAPPING).events

    assert [(event.kind, event.changes, event.actor_name) for event in events[1:]] == [
        ("assigned", {"team": ["A", "B"]}, "Jo"),
        ("fields", {"priority": ["low", "high"]}, "Jo"),
    ]


def test_event_before_the_opening_column_is_noticed_and_kept():
    mapping = replace(MAPPING, opened=replace(MAPPING.opened, column="Opened"))

    facts = derive_ticket(
        [row(2, "open", at=5, opened=9 * MINUTE), row(3, "solved", at=11, opened=9 * MINUTE)], mapping
    )

    assert facts.warnings == ("event_before_opened",)
    assert [int(event.at.timestamp() // 60) for event in facts.events] == [9, 5, 11]


def test_spilled_rows_survive_any_text():
    odd = row(2, "open", subject="a\u2028b\"\\'\U0001f600", team="NULL", ticket="\U0001f600 ö'")

    assert grouped([odd], MAPPING) == [[odd]]
    assert json.loads(json.dumps(odd[2:])) == list(odd[2:])


def test_refusals_come_back_by_line():
    with open_spill(MAPPING) as spill:
        for line in (9, 2, 5):
            spill.refuse(Refusal(line, "f", "v", "r", "T" if line == 5 else ""))

        assert [refusal.line for refusal in spill.refusals()] == [2, 5, 9]
        assert (spill.refused, spill.refused_line_of("T"), spill.refused_line_of(""), spill.refused_line_of("U")) == (
            3,
            5,
            None,
            None,
        )
