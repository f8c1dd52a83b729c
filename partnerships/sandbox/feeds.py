"""Status pages of the sandbox's partners in the formats of real ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def statuspage_summary(partner: str, *, has_incident: bool, began_at: float, now: float) -> dict[str, Any]:
    """A Statuspage v2 summary with one component, API."""
    component = {
        "id": f"{partner}-api",
        "name": "API",
        "status": "major_outage" if has_incident else "operational",
        "group": False,
        "group_id": None,
        "updated_at": _text(now),
    }
    incident = {
        "id": f"{partner}-{int(began_at)}",
        "name": "API requests are failing",
        "status": "investigating",
        "impact": "major",
        "created_at": _text(began_at),
        "started_at": _text(began_at),
        "monitoring_at": None,
        "resolved_at": None,
        "components": [component],
        "incident_updates": [
            {
                "id": f"{partner}-{int(began_at)}-1",
                "status": "investigating",
                "body": "We are looking into failing requests.",
                "display_at": _text(began_at),
                "affected_components": None,
            }
        ],
    }
    return {
        "page": {"id": partner, "name": partner.title(), "time_zone": "Etc/UTC", "updated_at": _text(now)},
        "status": {
            "indicator": "major" if has_incident else "none",
            "description": "Partial System Outage" if has_incident else "All Systems Operational",
        },
        "components": [component],
        "incidents": [incident] if has_incident else [],
        "scheduled_maintenances": [],
    }


def slack_current(partner: str, *, has_incident: bool, began_at: float, now: float) -> dict[str, Any]:
    """A Slack status v2.0.0 `current` document."""
    incident = {
        "id": f"{partner}-{int(began_at)}",
        "date_created": _text(began_at),
        "date_updated": _text(now),
        "title": "Trouble with app requests",
        "type": "outage",
        "status": "active",
        "services": ["Apps/Integrations/APIs"],
        "notes": [{"date_created": _text(began_at), "body": "We are looking into failing requests."}],
    }
    return {
        "status": "active" if has_incident else "ok",
        "date_created": _text(began_at),
        "date_updated": _text(now),
        "active_incidents": [incident] if has_incident else [],
    }


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, tz=UTC).isoformat(timespec="seconds")
