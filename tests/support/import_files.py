"""Small files and mappings for the tests of the import."""

from pathlib import Path

EVENT_LOG = """
source = "shop"
layout = "events"

[file]
encoding = "latin-1"
delimiter = ";"
missing = ["-", "n/a"]

[id]
column = "Vorgang"
strip_prefix = "#"
add_prefix = "SHOP-"

[times]
formats = ["%d.%m.%Y %H:%M"]
zone = "Europe/Berlin"
ambiguous = "second"
non_existing = "refuse"
opened = { event = "first" }
resolved = { state = "solved", take = "last" }
closed = { state = "closed", take = "last" }

[events]
time = "Zeit"
order = "time"
rows = "activities"

[columns]
subject = { column = "Betreff", default = "(ohne Betreff)" }
state = "Aktion"
priority = { column = "Prio", default = "mittel" }
team = "Gruppe"
customer = "Kunde"
actor = "Wer"

[states]
"eröffnet" = "new"
"in Arbeit" = "open"
"Rückfrage" = "pending_customer"
"Notiz" = "same"
"gelöst" = "solved"
"zu" = "closed"

[priorities]
"hoch" = "high"
"mittel" = "normal"
"""
"""An event log as no shipped mapping has it: latin-1, semicolons, day first with dots, a zone with clock changes."""

ONE_ROW = """
source = "desk"
layout = "ticket"

[id]
column = "Key"

[times]
formats = ["%Y-%m-%d %H:%M"]
zone = "UTC"
opened = "Created"
resolved = "Resolved"
closed = "Closed"

[columns]
subject = "Summary"
state = "Status"
priority = { column = "Priority", default = "P3" }
category = "Category"
assignee = "Owner"

[states]
"Todo" = "new"
"Doing" = "open"
"Waiting" = "pending_customer"
"Done" = "solved"
"Archived" = "closed"

[priorities]
"P1" = "urgent"
"P3" = "normal"
"""
ONE_ROW_HEAD = "Key,Summary,Status,Priority,Category,Owner,Created,Resolved,Closed"


def write(folder: Path, text: str, *, name: str = "tickets.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def one_row_file(folder: Path, *lines: str, name: str = "tickets.csv") -> Path:
    return write(folder, "\n".join([ONE_ROW_HEAD, *lines, ""]), name=name)
