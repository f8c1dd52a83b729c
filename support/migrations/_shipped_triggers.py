"""The rules of escalation that are there from the beginning; people edit and end them like their own."""

from typing import Any

TRIGGERS = (
    {"name": "Reopened twice", "kind": "reopens", "count": 2},
    {"name": "Very important customer", "kind": "vip"},
    {"name": "Urgent", "kind": "priority", "priority": "urgent", "is_active": False},
    {"name": "The customer threatens", "kind": "keyword", "words": ["lawyer", "chargeback"], "is_active": False},
    {"name": "Nothing done for half a day", "kind": "silence", "minutes": 240, "is_active": False},
)


def ship_triggers(apps: Any, schema_editor: Any) -> None:
    """Add the rules that are missing."""
    rows = apps.get_model("support", "TicketTrigger").objects.using(schema_editor.connection.alias)
    for trigger in TRIGGERS:
        rows.get_or_create(name=trigger["name"], defaults=trigger)
