"""Files as two real systems export them, of any size: an event log and one row for each ticket."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

_FIRST = datetime(2024, 1, 2, 8, tzinfo=UTC)
_LOG_HEADER = (
    "number,incident_state,active,reopen_count,made_sla,caller_id,opened_by,opened_at,sys_updated_by,sys_updated_at,"
    "contact_type,location,category,subcategory,u_symptom,impact,urgency,priority,assignment_group,assigned_to,"
    "resolved_at,closed_at"
)
_STATES = ("New", "Active", "Awaiting User Info", "Active", "Resolved", "Closed")
_TICKET_HEADER = (
    "Unique Key,Created Date,Closed Date,Agency,Complaint Type,Descriptor,Status,Due Date,"
    "Resolution Action Updated Date,Borough,Open Data Channel Type"
)


def write_event_log(path: Path, rows: int) -> int:
    """About so many rows, six for each incident, as ServiceNow exports them; how many it became."""
    return _write(path, _LOG_HEADER, (row for number in range(rows // len(_STATES)) for row in _incident(number)))


def write_ticket_rows(path: Path, rows: int) -> int:
    """So many rows, one for each request, as NYC 311 publishes them."""
    return _write(path, _TICKET_HEADER, (_request(number) for number in range(rows)))


KINDS: dict[str, Callable[[Path, int], int]] = {"servicenow": write_event_log, "nyc311": write_ticket_rows}


def _write(path: Path, header: str, rows: Iterator[list[str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def _incident(number: int) -> Iterator[list[str]]:
    chance = random.Random(number)
    opened = _FIRST + timedelta(minutes=7 * number)
    times = [opened]
    for _ in _STATES[1:]:
        times.append(times[-1] + timedelta(minutes=chance.randint(5, 900)))
    priority, group = chance.choice(("2 - High", "3 - Moderate", "4 - Low")), chance.randint(1, 70)
    fixed = [f"Location {chance.randint(1, 200)}", f"Category {chance.randint(1, 50)}"]
    fixed += [f"Subcategory {chance.randint(1, 200)}", f"Symptom {chance.randint(1, 300)}"]
    for step, (state, at) in enumerate(zip(_STATES, times, strict=True)):
        yield [
            f"INC{number:07d}", state, "true", "0", "true", f"Caller {number % 3000}", "Opened by 8",
            _day_first(opened), f"Updated by {chance.randint(1, 90)}", _day_first(at), "Phone", *fixed,
            "2 - Medium", "2 - Medium", priority, f"Group {group}",
            f"Resolver {group * 3 + step // 3}" if step else "?", _day_first(times[4]), _day_first(times[5]),
        ]  # fmt: skip


def _request(number: int) -> list[str]:
    chance = random.Random(number)
    opened = _FIRST + timedelta(minutes=5 * number, seconds=number % 60)
    closed = opened + timedelta(minutes=chance.randint(10, 9000))
    kind = chance.randint(1, 40)
    return [
        str(39_000_000 + number), _month_first(opened), _month_first(closed), f"DEP{kind % 15}", f"Complaint {kind}",
        f"Descriptor {chance.randint(1, 90)}", "Closed", _month_first(opened + timedelta(days=5)), _month_first(closed),
        "QUEENS", "PHONE",
    ]  # fmt: skip


def _day_first(moment: datetime) -> str:
    return f"{moment.day}/{moment.month}/{moment:%Y %H:%M}"


def _month_first(moment: datetime) -> str:
    return f"{moment:%m/%d/%Y %I:%M:%S %p}"
