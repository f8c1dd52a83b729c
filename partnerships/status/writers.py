"""The status as machines read it: JSON in the shape of Statuspage v2, a badge, and a feed."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from django.utils.feedgenerator import Atom1Feed

from foundation.plain_text import without_control
from partnerships.status.words import DEGRADED, DESCRIPTIONS, NONE, UNKNOWN

if TYPE_CHECKING:
    from partnerships.selectors.public_incidents import PublicIncident, PublicUpdate
    from partnerships.selectors.status_page import PublicComponent, PublicMaintenance, PublicStatus

_BADGE_COLOURS = {"none": "#1a7f4b", "maintenance": "#5b6472", "minor": "#8a6100", "major": "#b3261e"}
_LETTER, _PAD = 6.6, 10


def summary_document(status: PublicStatus, *, url: str, zone: str) -> dict[str, Any]:
    """summary.json of Statuspage v2. It has no word for what is not measured, which is told as degraded."""
    stamp = _iso(status.at)
    return {
        "page": {
            "id": str(status.page.pk),
            "name": status.page.title,
            "url": url,
            "time_zone": zone,
            "updated_at": stamp,
        },
        "status": {"indicator": status.indicator, "description": DESCRIPTIONS[status.indicator]},
        "components": [_component(one, number, status) for number, one in enumerate(status.components, start=1)],
        "incidents": [_incident(one, status) for one in status.incidents if one.is_open],
        "scheduled_maintenances": [_maintenance(one, status) for one in status.maintenances],
    }


def _component(component: PublicComponent, position: int, status: PublicStatus) -> dict[str, Any]:
    return {
        "id": str(component.pk),
        "page_id": str(status.page.pk),
        "name": component.name,
        "status": DEGRADED if component.state == UNKNOWN else component.state,
        "description": "Not measured at the moment." if component.state == UNKNOWN else None,
        "position": position,
        "group": False,
        "group_id": None,
        "showcase": True,
        "only_show_if_degraded": False,
        "updated_at": _iso(status.at),
    }


def _incident(incident: PublicIncident, status: PublicStatus) -> dict[str, Any]:
    hit = [number for number, one in enumerate(status.components) if one.integration_id in incident.integration_ids]
    return {
        "id": str(incident.pk),
        "page_id": str(status.page.pk),
        "name": incident.title,
        "status": incident.status,
        "impact": incident.impact,
        "started_at": _iso(incident.started_at),
        "created_at": _iso(incident.updates[-1].at),
        "updated_at": _iso(incident.updates[0].at),
        "resolved_at": None,
        "incident_updates": [_update(one, incident) for one in incident.updates],
        "components": [_component(status.components[number], number + 1, status) for number in hit],
    }


def _update(update: PublicUpdate, incident: PublicIncident) -> dict[str, Any]:
    stamp = _iso(update.at)
    return {
        "id": str(update.pk),
        "incident_id": str(incident.pk),
        "status": update.status,
        "body": update.body,
        "created_at": stamp,
        "updated_at": stamp,
        "display_at": stamp,
    }


def _maintenance(maintenance: PublicMaintenance, status: PublicStatus) -> dict[str, Any]:
    return {
        "id": maintenance.key,
        "page_id": str(status.page.pk),
        "name": maintenance.title,
        "status": "in_progress" if maintenance.start <= status.at else "scheduled",
        "impact": "maintenance",
        "scheduled_for": _iso(maintenance.start),
        "scheduled_until": _iso(maintenance.end),
        "incident_updates": [],
        "components": [_component(one, status.components.index(one) + 1, status) for one in maintenance.components],
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def badge(status: PublicStatus) -> str:
    """A small SVG with the state in words."""
    words = DESCRIPTIONS[status.indicator].lower()
    left, right = (len(text) * _LETTER + 2 * _PAD for text in ("status", words))
    colour = _BADGE_COLOURS.get(status.indicator, _BADGE_COLOURS["major"])
    font = 'font-family="Verdana,sans-serif" font-size="11" fill="#fff"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right:.0f}" height="20" role="img" '
        f'aria-label="status: {escape(words)}"><title>status: {escape(words)}</title>'
        f'<rect width="{left:.0f}" height="20" fill="#444b57"/>'
        f'<rect x="{left:.0f}" width="{right:.0f}" height="20" fill="{colour}"/>'
        f'<text x="{_PAD}" y="14" {font}>status</text>'
        f'<text x="{left + _PAD:.0f}" y="14" {font}>{escape(words)}</text></svg>'
    )


def feed(status: PublicStatus, *, url: str) -> str:
    """An Atom feed: the state now where it is not good, and maintenance that is under way or to come."""
    found = _Feed(title=status.page.title, link=url, description=status.page.description, feed_url=f"{url}feed.atom")
    if status.indicator != NONE:
        troubled = [one.name for one in status.components if one.state not in ("operational", "under_maintenance")]
        found.add_item(
            title=DESCRIPTIONS[status.indicator],
            link=url,
            description=", ".join(troubled),
            unique_id=f"{url}#{status.indicator}-{status.at:%Y-%m-%d}",
            updateddate=status.at,
        )
    for incident in status.incidents:
        for update in incident.updates:
            found.add_item(
                title=update.title,
                link=url,
                description=update.body,
                unique_id=f"{url}#update-{update.pk}",
                updateddate=update.at,
            )
    for one in status.maintenances:
        found.add_item(
            title=one.title,
            link=url,
            description=f"From {one.start:%Y-%m-%d %H:%M} to {one.end:%Y-%m-%d %H:%M} UTC.",
            unique_id=f"{url}#maintenance-{one.key}",
            updateddate=one.start,
        )
    return str(found.writeString("utf-8"))


class _Feed(Atom1Feed):
    """An Atom feed of texts as they are stored; the characters that XML cannot hold are left out."""

    def __init__(self, title: str, link: str, description: str, **kwargs: Any) -> None:
        super().__init__(without_control(title), link, without_control(description), **kwargs)

    def add_item(self, title: str, link: str, description: str, **kwargs: Any) -> None:  # type: ignore[override]
        super().add_item(without_control(title), link, without_control(description), **kwargs)
