"""The playbooks that are there from the beginning: one version each, published by nobody."""

from typing import Any

from django.utils import timezone

# key, phase, title, role, offset in working days, what it waits for, flags: r required, e evidence, g gate
_ROLLOUT = (
    ("scope", "Prepare", "Agree on scopes and data with the partner", "partner_manager", -30, (), "re"),
    ("terms", "Prepare", "Review API terms and data processing", "partner_manager", -25, ("scope",), "re"),
    ("probe", "Prepare", "Watch the API with health checks", "operations", -20, ("scope",), "re"),
    ("build", "Build", "Build and review the widgets", "operations", -10, ("probe",), "re"),
    ("pilot", "Build", "Pilot with five customers", "support_lead", -7, ("build",), "re"),
    ("articles", "Build", "Write help articles", "support_lead", -5, ("build",), ""),
    ("go", "Launch", "Decide on the launch", "coo", -2, ("pilot", "terms"), "rg"),
    ("open", "Launch", "Open it to all customers", "operations", 0, ("go",), "re"),
    ("review", "After", "Review what happened", "partner_manager", 20, ("open",), "r"),
)
_MARKETING = (
    ("goal", "Prepare", "Agree on the goal and whose metric shows it", "partner_manager", -30, (), "re"),
    ("message", "Prepare", "Agree on message, brand use and channels", "partner_manager", -25, ("goal",), "re"),
    ("assets", "Produce", "Produce landing page, post and mail", "partner_manager", -12, ("message",), "re"),
    ("approval", "Produce", "Get the partner's approval", "partner_manager", -6, ("assets",), "re"),
    ("support", "Produce", "Brief support for the wave of questions", "support_lead", -4, ("message",), ""),
    ("go", "Launch", "Decide on the launch", "coo", -2, ("approval",), "rg"),
    ("publish", "Launch", "Publish together", "partner_manager", 0, ("go",), "re"),
    ("result", "After", "Compare the metric with the goal", "partner_manager", 15, ("publish",), "re"),
)
_CONDITIONS = {
    "rollout": [
        {"metric": "integration_uptime_experimental", "op": "at_least", "value": 0.95, "is_hard": True},
        {"metric": "probe_latency_seconds_p95", "op": "at_most", "value": 1.0, "is_hard": False},
        {"metric": "ticket_backlog", "op": "at_most", "value": 150, "is_hard": False},
    ],
    "marketing": [
        {"metric": "integration_uptime_production", "op": "at_least", "value": 0.999, "is_hard": True},
        {"metric": "ticket_resolution_hours_median", "op": "at_most", "value": 12, "is_hard": False},
    ],
}
SHIPPED = (
    ("integration-rollout", "Integration rollout", "rollout", "From the first scope to all customers.", _ROLLOUT),
    ("partnership-launch", "Partnership marketing launch", "marketing", "A joint launch with a partner.", _MARKETING),
)


def ship_playbooks(apps: Any, schema_editor: Any) -> None:
    """Add the playbooks that are missing."""
    del schema_editor
    models = {name: apps.get_model("operations", name) for name in ("Playbook", "PlaybookVersion", "PlaybookStep")}
    now = timezone.now()
    for key, name, kind, purpose, steps in SHIPPED:
        book, is_new = models["Playbook"].objects.get_or_create(
            key=key, defaults={"name": name, "kind": kind, "purpose": purpose}
        )
        if is_new:
            version = models["PlaybookVersion"].objects.create(
                playbook=book, number=1, state="published", created_at=now, published_at=now, notes="Shipped."
            )
            models["PlaybookStep"].objects.bulk_create(
                models["PlaybookStep"](playbook_version=version, position=place, **_facts(kind, step))
                for place, step in enumerate(steps)
            )


def _facts(kind: str, step: tuple[Any, ...]) -> dict[str, Any]:
    key, phase, title, role, offset, waits, flags = step
    return {
        "key": key,
        "phase": phase,
        "title": title,
        "owner_role": role,
        "offset_days": offset,
        "waits_for": list(waits),
        "is_required": "r" in flags,
        "is_evidence_required": "e" in flags,
        "is_gate": "g" in flags,
        "conditions": _CONDITIONS[kind] if "g" in flags else [],
    }
