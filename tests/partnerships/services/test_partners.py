"""Stages of partners: the steps there are, and the log that no one edits."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation.errors import InvalidInputError, RefusedTransitionError
from partnerships.models import Partner, PartnerStage, PartnerStageChange
from partnerships.services.partners import change_partner_stage
from tests.factories import NOW, PartnerFactory, UserFactory

pytestmark = pytest.mark.django_db
LEGAL = {
    *(("prospect", "negotiating"), ("prospect", "ended")),
    *(("negotiating", "active"), ("negotiating", "prospect"), ("negotiating", "ended")),
    *(("active", "paused"), ("active", "ended")),
    *(("paused", "active"), ("paused", "negotiating"), ("paused", "ended")),
    ("ended", "prospect"),
}


def step(partner, stage, *, at=NOW, reason="Agreed"):
    return change_partner_stage(partner_id=partner.pk, stage=stage, reason=reason, by=UserFactory(), at=at)


@pytest.mark.parametrize("new", PartnerStage.values)
@pytest.mark.parametrize("old", PartnerStage.values)
def test_exactly_the_legal_steps_are_taken(old, new):
    partner = PartnerFactory(stage=old)

    if (old, new) in LEGAL:
        step(partner, new)
        (change,) = PartnerStageChange.objects.all()
        assert (change.old_stage, change.new_stage, change.changed_at, change.reason) == (old, new, NOW, "Agreed")
    else:
        with pytest.raises(RefusedTransitionError) as refusal:
            step(partner, new)
        assert {(old, one) for one in refusal.value.allowed} == {pair for pair in LEGAL if pair[0] == old}
        assert not PartnerStageChange.objects.exists()

    partner.refresh_from_db()
    assert (partner.stage, partner.version) == ((new, 2) if (old, new) in LEGAL else (old, 1))


@pytest.mark.parametrize(
    ("change", "field"), [({"stage": "gone"}, "stage"), ({"reason": " "}, "reason"), ({"at": NOW}, "at")]
)
def test_step_without_what_it_needs_changes_nothing(change, field):
    partner = PartnerFactory(stage="prospect")
    step(partner, "negotiating", at=NOW + timedelta(seconds=1))

    with pytest.raises(InvalidInputError) as refusal:
        step(partner, **{"stage": "active", "at": NOW + timedelta(hours=1), **change})

    assert refusal.value.field == field
    assert (Partner.objects.get().stage, PartnerStageChange.objects.count()) == ("negotiating", 1)


def test_log_is_not_rewritten():
    step(PartnerFactory(stage="prospect"), "negotiating")

    for write in (lambda rows: rows.update(reason="Other"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            write(PartnerStageChange.objects.all())

    assert PartnerStageChange.objects.get().reason == "Agreed"
