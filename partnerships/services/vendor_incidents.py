"""Partners' incidents as their feeds tell them: one row each, with every wording of every update."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from partnerships.models import HealthCheck, VendorIncident, VendorIncidentUpdate
from partnerships.probes.stories import Story


class Telling(Protocol):
    """A result of a feed that lists incidents."""

    @property
    def check_id(self) -> int: ...

    @property
    def finished_at(self) -> datetime: ...

    @property
    def stories(self) -> tuple[Story, ...] | None: ...


def record_stories(told: Iterable[Telling], *, checks: Mapping[int, HealthCheck]) -> None:
    """Write what these feeds tell, in the caller's transaction and under the checks' locks. Repeating adds nothing.

    What a feed listed before and lists no longer is over, since some time after it was last seen.
    """
    partners = dict(HealthCheck.objects.filter(pk__in=checks).values_list("pk", "integration__partner"))
    for one in told:
        stories = one.stories or ()
        for story in stories:
            _store(story, checks[one.check_id], partners[one.check_id], seen_at=one.finished_at)
        gone = VendorIncident.objects.filter(health_check=one.check_id, ended_at=None, last_seen_at__lt=one.finished_at)
        for vanished in gone.exclude(external_id__in=[story.external_id for story in stories]):
            vanished.ended_at = max(vanished.last_seen_at, vanished.started_at)
            vanished.is_end_inferred = True
            vanished.save(update_fields=["ended_at", "is_end_inferred"])


def _store(story: Story, check: HealthCheck, partner_id: int, *, seen_at: datetime) -> None:
    found, is_new = VendorIncident.objects.select_for_update().get_or_create(
        partner_id=partner_id,
        external_id=story.external_id,
        defaults={**_columns(story), "health_check": check, "first_seen_at": seen_at, "last_seen_at": seen_at},
    )
    if not is_new and seen_at >= found.last_seen_at:
        for name, value in _columns(story).items():
            setattr(found, name, value)
        found.last_seen_at = seen_at
        found.save()
    VendorIncidentUpdate.objects.bulk_create(
        [
            VendorIncidentUpdate(
                vendor_incident=found,
                external_id=update.external_id,
                status=update.status,
                body=update.body,
                body_sha256=sha256(f"{update.status}\0{update.body}".encode()).hexdigest(),
                said_at=update.said_at,
                seen_at=seen_at,
            )
            for update in story.updates
        ],
        ignore_conflicts=True,
    )


def _columns(story: Story) -> dict[str, object]:
    return {
        "title": story.title,
        "status": story.status,
        "impact": story.impact,
        "url": story.url,
        "started_at": story.started_at,
        "announced_at": story.announced_at,
        "ended_at": story.ended_at,
        "is_end_inferred": False,
    }
