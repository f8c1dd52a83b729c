"""The role groups that are there from the beginning; their permissions are set after migrate, when the permissions exist."""

from typing import Any

ROLES = (
    "executive",
    "coo",
    "operations",
    "partner_manager",
    "support_lead",
    "support_agent",
    "contractor_manager",
    "finance",
    "auditor",
    "tool_partnerships",
    "tool_support",
    "tool_metrics",
)


def ship_roles(apps: Any, schema_editor: Any) -> None:
    """Add the groups that are missing."""
    groups = apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)
    for name in ROLES:
        groups.get_or_create(name=name)
