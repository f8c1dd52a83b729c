"""What integrations depend on."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction

from foundation.claims import take_advisory_lock
from foundation.errors import InvalidInputError
from operations.models import User
from partnerships.models import Dependency, HealthCheck, Integration


def add_dependency(
    *, integration: Integration, upstream: HealthCheck, at: datetime, by: User | None, reason: str = ""
) -> Dependency:
    """The new dependency; raises InvalidInputError as `check_dependency` does."""
    with transaction.atomic():
        take_advisory_lock(["dependencies"])
        check_dependency(integration=integration, upstream=upstream)
        return Dependency.objects.create(
            integration=integration, upstream=upstream, reason=reason, created_at=at, created_by=by
        )


def check_dependency(*, integration: Integration, upstream: HealthCheck) -> None:
    """Raises InvalidInputError for a check of its own, a repeated one, or one that closes a circle.

    In a circle every member would hide the trouble of the others.
    """
    if upstream.integration_id == integration.pk:
        raise InvalidInputError("upstream", "An integration does not depend on its own checks.")
    if Dependency.objects.filter(integration=integration, upstream=upstream).exists():
        raise InvalidInputError("upstream", "It depends on this check already.")
    if integration.pk in _list_above(upstream.integration_id):
        raise InvalidInputError("upstream", "That integration depends on this one; one of both must be the cause.")


def _list_above(integration_id: int) -> set[int]:
    """The integrations that this one depends on, by any number of steps."""
    above: dict[int, set[int]] = defaultdict(set)
    for pk, upstream in Dependency.objects.values_list("integration", "upstream__integration").order_by():
        above[pk].add(upstream)
    found: set[int] = set()
    waiting = [integration_id]
    while waiting:
        new = above[waiting.pop()] - found
        found |= new
        waiting += new
    return found
