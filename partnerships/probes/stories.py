"""What a partner's feed tells of its incidents, apart from what follows for the state: for the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

TITLE_LENGTH, WORD_LENGTH, ID_LENGTH, URL_LENGTH, BODY_LENGTH = 300, 60, 120, 500, 20_000
MOST = 100
"""How many incidents and updates of one are taken from one document."""
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class StoryUpdate:
    """One thing the partner said of an incident."""

    external_id: str
    status: str
    body: str
    said_at: datetime


@dataclass(frozen=True)
class Story:
    """One incident as the partner tells it; `ended_at` is None while it goes on."""

    external_id: str
    title: str
    status: str
    impact: str
    url: str
    started_at: datetime
    announced_at: datetime
    ended_at: datetime | None
    updates: tuple[StoryUpdate, ...] = ()


def read_statuspage(document: dict[str, Any]) -> tuple[Story, ...]:
    """The incidents of a Statuspage document; what cannot be read of them is left out."""
    return _stories(_statuspage(one) for one in read_objects(document.get("incidents")))


def read_slack(document: dict[str, Any]) -> tuple[Story, ...]:
    """The incidents of Slack's document; announcements and maintenance are none."""
    told = [one for one in read_objects(document.get("active_incidents")) if one.get("type") in ("incident", "outage")]
    return _stories(_slack(one) for one in told)


def _stories(found: Iterable[Story | None]) -> tuple[Story, ...]:
    by_id = {one.external_id: one for one in found if one is not None}
    return tuple(by_id.values())[:MOST]


def _statuspage(one: dict[str, Any]) -> Story | None:
    announced_at = read_instant(one.get("created_at")) or read_instant(one.get("started_at"))
    updates = [
        _update(update.get("id"), update.get("status"), update.get("body"), update.get("display_at"))
        for update in read_objects(one.get("incident_updates"))
    ]
    is_over = one.get("status") in ("resolved", "postmortem")
    ended_at = read_instant(one.get("resolved_at")) or read_instant(one.get("updated_at")) or announced_at
    return _story(
        Story(
            external_id=read_text(one.get("id"), ID_LENGTH),
            title=read_text(one.get("name"), TITLE_LENGTH),
            status=read_text(one.get("status"), WORD_LENGTH),
            impact=read_text(one.get("impact"), WORD_LENGTH),
            url=read_text(one.get("shortlink"), URL_LENGTH),
            started_at=read_instant(one.get("started_at")) or announced_at or _NEVER,
            announced_at=announced_at or _NEVER,
            ended_at=ended_at if is_over else None,
        ),
        updates,
    )


def _slack(one: dict[str, Any]) -> Story | None:
    created_at = read_instant(one.get("date_created")) or _NEVER
    updates = [
        _update(note.get("date_created"), one.get("status"), note.get("body"), note.get("date_created"))
        for note in read_objects(one.get("notes"))
    ]
    is_over = one.get("status") in ("resolved", "completed", "cancelled")
    return _story(
        Story(
            external_id=read_text(one.get("id"), ID_LENGTH),
            title=read_text(one.get("title"), TITLE_LENGTH),
            status=read_text(one.get("status"), WORD_LENGTH),
            impact=read_text(one.get("type"), WORD_LENGTH),
            url=read_text(one.get("url"), URL_LENGTH),
            started_at=created_at,
            announced_at=created_at,
            ended_at=(read_instant(one.get("date_updated")) or created_at) if is_over else None,
        ),
        updates,
    )


def _story(story: Story, updates: Iterable[StoryUpdate | None]) -> Story | None:
    """The story once it can be told: with an id, a title and its beginning. It never ends before it begins."""
    if not story.external_id or not story.title or _NEVER in (story.announced_at, story.started_at):
        return None
    ended_at = None if story.ended_at is None else max(story.ended_at, story.started_at)
    kept = tuple(one for one in updates if one is not None)[:MOST]
    return replace(story, ended_at=ended_at, updates=kept)


def _update(external_id: Any, status: Any, body: Any, said_at: Any) -> StoryUpdate | None:
    key, at = read_text(external_id, ID_LENGTH), read_instant(said_at)
    if not key or at is None:
        return None
    return StoryUpdate(key, read_text(status, WORD_LENGTH), read_text(body, BODY_LENGTH), at)


def read_objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none where it is anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def read_text(value: Any, length: int) -> str:
    """A stranger's text as every database takes it; empty for what is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).replace("\x00", "").encode("utf-8", "replace").decode()[:length]


def read_instant(value: Any) -> datetime | None:
    """The instant in UTC; None where it cannot be read. One without an offset is UTC."""
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
