"""The stages of a partner: which step leads where, each with who took it and why."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from foundation.errors import InvalidInputError, RefusedTransitionError
from operations.models import User
from partnerships.models import Partner, PartnerStage, PartnerStageChange

STEPS: Mapping[str, tuple[PartnerStage, ...]] = {
    PartnerStage.PROSPECT: (PartnerStage.NEGOTIATING, PartnerStage.ENDED),
    PartnerStage.NEGOTIATING: (PartnerStage.ACTIVE, PartnerStage.PROSPECT, PartnerStage.ENDED),
    PartnerStage.ACTIVE: (PartnerStage.PAUSED, PartnerStage.ENDED),
    PartnerStage.PAUSED: (PartnerStage.ACTIVE, PartnerStage.NEGOTIATING, PartnerStage.ENDED),
    PartnerStage.ENDED: (PartnerStage.PROSPECT,),
}
"""Where each stage may lead; a partner that ended begins again as a prospect."""


def change_partner_stage(*, partner_id: int, stage: str, reason: str, by: User, at: datetime) -> Partner:
    """The partner in its new stage from `at` on, with a row in its log.

    Raises InvalidInputError for an unknown stage, no reason, or an instant before the last step; RefusedTransitionError
    for a step that does not exist.
    """
    if stage not in PartnerStage.values:
        raise InvalidInputError("stage", f"Choose one of: {', '.join(PartnerStage.values)}.")
    if not reason.strip():
        raise InvalidInputError("reason", "Say why.")
    with transaction.atomic():
        partner = Partner.objects.select_for_update(of=("self",)).get(pk=partner_id)
        allowed = STEPS[partner.stage]
        if stage not in allowed:
            raise RefusedTransitionError(partner.stage, stage, [str(one) for one in allowed], field="stage")
        last = partner.stage_changes.order_by("-changed_at").first()
        if last is not None and at < last.changed_at:
            raise InvalidInputError("at", "The present stage began later than this.")
        PartnerStageChange.objects.create(
            partner=partner,
            old_stage=partner.stage,
            new_stage=stage,
            changed_at=at,
            changed_by=by,
            reason=reason.strip(),
        )
        partner.stage, partner.version = stage, partner.version + 1
        partner.save(update_fields=["stage", "version"])
    return partner
