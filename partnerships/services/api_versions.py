"""Versions of partners' APIs: what probes notice of their end."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from foundation.words import local
from partnerships.models import ApiVersion, ApiVersionSource, ApiVersionUse, Integration

LONGEST_LINK = 500
LONGEST_EVIDENCE = 300


@dataclass(frozen=True, slots=True)
class Announcement:
    """What an answer told of an API's end. `evidence` says which check saw which header, `link` where more is said."""

    sunset_at: datetime | None = None
    deprecated_at: datetime | None = None
    link: str = ""
    evidence: str = ""


def note_api_sunset(*, integration_id: int, told: Announcement, at: datetime) -> ApiVersion:
    """The API version that a probe of the integration saw the end of, with its days; repeating changes nothing.

    That is the one version the integration uses. Where it uses none or several, or somebody entered another day for it,
    what was noticed becomes a version of its own, named after the integration.
    """
    sunset_on, deprecated_on = _day(told.sunset_at), _day(told.deprecated_at)
    with transaction.atomic():
        integration = Integration.objects.select_for_update(of=("self",)).get(pk=integration_id)
        version = _version_for(integration, at)
        is_entered = version.source == ApiVersionSource.HAND and version.noticed_at is None
        if is_entered and sunset_on and version.sunset_on not in {None, sunset_on}:
            version = _noticed_version(integration, at)
        is_ours = version.source == ApiVersionSource.PROBE
        if deprecated_on is None or (version.deprecated_on is not None and not is_ours):
            deprecated_on = version.deprecated_on
        sunset_on = sunset_on or version.sunset_on
        if (version.sunset_on, version.deprecated_on) != (sunset_on, deprecated_on):
            version.sunset_on, version.deprecated_on, version.noticed_at = sunset_on, deprecated_on, at
            version.link, version.evidence = told.link[:LONGEST_LINK], told.evidence[:LONGEST_EVIDENCE]
            if version.released_on is not None and sunset_on is not None and version.released_on >= sunset_on:
                version.released_on = None  # What the partner says of the end is newer than what we had entered.
            version.version += 1
            version.save()
    return version


def knows_sunset(integration_id: int) -> bool:
    """Whether a version that the integration uses has the day of its end."""
    return ApiVersion.objects.filter(uses__integration=integration_id, sunset_on__isnull=False).exists()


def _day(moment: datetime | None) -> date | None:
    return local(moment).date() if moment else None


def _version_for(integration: Integration, at: datetime) -> ApiVersion:
    used = list(
        ApiVersion.objects.select_for_update(of=("self",))
        .filter(uses__integration=integration)
        .exclude(name=_name(integration))[:2]
    )
    return used[0] if len(used) == 1 else _noticed_version(integration, at)


def _noticed_version(integration: Integration, at: datetime) -> ApiVersion:
    version, _ = ApiVersion.objects.get_or_create(
        partner_id=integration.partner_id,
        name=_name(integration),
        defaults={"source": ApiVersionSource.PROBE, "noticed_at": at},
    )
    ApiVersionUse.objects.get_or_create(integration=integration, api_version=version)
    return version


def _name(integration: Integration) -> str:
    return f"as called by {integration.slug}"[:120]
