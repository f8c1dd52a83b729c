"""The rules of uptime that are there from the beginning: our own, and those that partners' status pages count by."""

from typing import Any

# name: what a second of partial outage counts, and whether it is what figures are counted by unless they say otherwise
PROFILES = {"standard": ("0", True), "partial-30": ("0.3", False), "any-impact": ("1", False)}


def ship_profiles(apps: Any, schema_editor: Any) -> None:
    """Add the profiles that are missing."""
    profiles = apps.get_model("partnerships", "AccountingProfile").objects.using(schema_editor.connection.alias)
    for name, (weight, is_default) in PROFILES.items():
        profiles.get_or_create(
            name=name,
            version=1,
            defaults={
                "maintenance": "exclude",
                "unknown": "exclude",
                "degraded_weight": weight,
                "is_default": is_default,
            },
        )
