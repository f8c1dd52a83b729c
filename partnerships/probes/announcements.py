"""Maintenance that a partner's feed announces, apart from what follows for the state."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partnerships.probes.stories import ID_LENGTH, MOST, WORD_LENGTH, read_instant, read_objects, read_text

TITLE_LENGTH = 200
_CALLED_OFF = frozenset({"cancelled", "canceled"})


@dataclass(frozen=True)
class Announcement:
    """One maintenance as the partner tells it; `completed_at` is None until it is over."""

    external_id: str
    title: str
    status: str
    starts_at: datetime
    ends_at: datetime
    completed_at: datetime | None = None


def read_statuspage_maintenance(document: dict[str, Any], wanted: Collection[str]) -> tuple[Announcement, ...] | None:
    """What a Statuspage document announces for these components (folded names or ids; none: for all of the page).

    One that names no component is for all of them. What cannot be read is left out; None where there is no list.
    """
    listed = document.get("scheduled_maintenances")
    if not isinstance(listed, list):
        return None
    told = [one for one in read_objects(listed) if _concerns(one, wanted) and one.get("status") not in _CALLED_OFF]
    found = {one.external_id: one for one in map(_read, told) if one is not None}
    return tuple(found.values())[:MOST]


def _concerns(one: dict[str, Any], wanted: Collection[str]) -> bool:
    named = {
        str(component.get(key)).strip().casefold()
        for component in read_objects(one.get("components"))
        for key in ("id", "name")
    }
    return not wanted or not named or not named.isdisjoint(wanted)


def _read(one: dict[str, Any]) -> Announcement | None:
    key, title = read_text(one.get("id"), ID_LENGTH), read_text(one.get("name"), TITLE_LENGTH).strip()
    starts_at, ends_at = read_instant(one.get("scheduled_for")), read_instant(one.get("scheduled_until"))
    if not key or not title or starts_at is None or ends_at is None or ends_at <= starts_at:
        return None
    status = read_text(one.get("status"), WORD_LENGTH)
    over = (
        (read_instant(one.get("resolved_at")) or read_instant(one.get("updated_at"))) if status == "completed" else None
    )
    return Announcement(key, title, status, starts_at, ends_at, max(over, starts_at) if over else None)
