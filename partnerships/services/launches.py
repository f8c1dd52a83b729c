"""Launches: an integration or a partner, and the run of a playbook that carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError
from operations.models import User
from operations.services.playbook_runs import NewRun, start_playbook_run
from partnerships.models import Integration, Launch, LaunchKind, Partner


@dataclass(frozen=True)
class NewLaunch:
    """What a launch begins with; `version_id` is a published version of a playbook."""

    kind: str
    name: str
    version_id: int
    anchor_on: date
    integration: Integration | None = None
    partner: Partner | None = None
    people: Mapping[str, Any] = field(default_factory=dict)


def start_launch(*, new: NewLaunch, by: User, at: datetime) -> Launch:
    """The launch with its run. An integration brings its partner along.

    Raises InvalidInputError for an unknown kind, without an integration and a partner, or as starting a run does.
    """
    if new.kind not in LaunchKind.values:
        raise InvalidInputError("kind", f"Choose one of: {', '.join(LaunchKind.values)}.")
    if new.integration is None and new.partner is None:
        raise InvalidInputError("integration", "A launch is of an integration or with a partner.")
    if new.integration is not None and new.partner is not None and new.integration.partner_id != new.partner.pk:
        raise InvalidInputError("partner", "The integration is with another partner.")
    if not new.name.strip():
        raise InvalidInputError("name", "Give it a name.")
    subject = (
        f"integration:{new.integration.slug}" if new.integration else f"partner:{new.partner and new.partner.slug}"
    )
    with transaction.atomic():
        run = start_playbook_run(
            new=NewRun(new.version_id, new.name.strip(), new.anchor_on, subject[:120], new.people), by=by, at=at
        )
        return Launch.objects.create(
            kind=new.kind,
            integration=new.integration,
            partner=new.integration.partner if new.integration else new.partner,
            run=run,
            created_at=at,
            created_by=by,
        )
