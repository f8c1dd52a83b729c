"""Partnership experiments: both owners sign before the test begins, and both acknowledge before a verdict is given."""

from datetime import datetime

from django.db import transaction

from foundation.errors import InvalidInputError
from metrics.models import Hypothesis, HypothesisKind, HypothesisState, Verdict
from metrics.services.hypotheses import decide_hypothesis, lock_hypothesis
from operations.models import User
from partnerships.models import PartnerContact, PartnershipSignoff


def create_signoff(*, hypothesis_id: int, partner_id: int, owner: User, contact: PartnerContact) -> PartnershipSignoff:
    """The sign-off of a partnership hypothesis that is not decided, nobody having signed.

    One that is being tested already, from before sign-offs were asked for, is signed before its verdict is proposed.
    Raises InvalidInputError for a hypothesis of another kind or with a verdict, one that has a sign-off, or a contact
    of another partner.
    """
    with transaction.atomic():
        hypothesis = Hypothesis.objects.select_for_update(of=("self",)).get(pk=hypothesis_id)
        if hypothesis.kind != HypothesisKind.PARTNERSHIP:
            raise InvalidInputError("hypothesis", "Only partnership hypotheses are signed by a partner.")
        if hypothesis.state == HypothesisState.DECIDED:
            raise InvalidInputError("hypothesis", "It has its verdict; a sign-off comes before that.")
        if PartnershipSignoff.objects.filter(hypothesis=hypothesis).exists():
            raise InvalidInputError("hypothesis", "It has a sign-off already.")
        if contact.partner_id != partner_id:
            raise InvalidInputError("contact", "Choose somebody of this partner.")
        return PartnershipSignoff.objects.create(
            hypothesis=hypothesis, partner_id=partner_id, owner=owner, contact=contact
        )


def sign_for_us(*, signoff_id: int, by: User, at: datetime) -> PartnershipSignoff:
    """Our owner signs. Raises InvalidInputError for anybody else, or a second time."""
    with transaction.atomic():
        signoff = _locked(signoff_id)
        _refuse_other(signoff, by)
        if signoff.owner_signed_at is not None:
            raise InvalidInputError("signoff", "Our side has signed already.")
        signoff.owner_signed_at = at
        return _saved(signoff)


def sign_for_partner(*, signoff_id: int, evidence: str, by: User, at: datetime) -> PartnershipSignoff:
    """Record that the partner's contact signed, and where. Raises InvalidInputError without that, or a second time."""
    with transaction.atomic():
        signoff = _locked(signoff_id)
        if signoff.contact_signed_at is not None:
            raise InvalidInputError("signoff", "The partner has signed already.")
        signoff.contact_signed_evidence = _evidence(evidence)
        signoff.contact_signed_at, signoff.contact_signed_by = at, by
        return _saved(signoff)


def start_partnership_test(*, signoff_id: int, by: User, at: datetime) -> PartnershipSignoff:
    """Lock the hypothesis, so that testing begins. Raises InvalidInputError unless both have signed."""
    with transaction.atomic():
        signoff = _locked(signoff_id)
        if not signoff.is_signed:
            raise InvalidInputError("signoff", "Both owners sign first.")
        lock_hypothesis(hypothesis_id=signoff.hypothesis_id, by=by, at=at, is_signed=True)
    return signoff


def propose_verdict(*, signoff_id: int, verdict: str, note: str, by: User, at: datetime) -> PartnershipSignoff:
    """Put a verdict before both owners; acknowledgements of one proposed before fall away.

    Raises InvalidInputError for an unknown verdict, no note, or a hypothesis that is not being tested or not signed by
    both.
    """
    if verdict not in Verdict.values:
        raise InvalidInputError("verdict", f"Must be one of: {', '.join(Verdict.values)}.")
    if not note.strip():
        raise InvalidInputError("note", "Say what was learnt.")
    with transaction.atomic():
        signoff = _locked(signoff_id)
        if signoff.hypothesis.state != HypothesisState.TESTING:
            raise InvalidInputError("verdict", "Only what is being tested gets a verdict.")
        if not signoff.is_signed:
            raise InvalidInputError("signoff", "Both owners sign first, then a verdict is proposed.")
        signoff.proposed_verdict, signoff.proposed_note = verdict, note.strip()[:500]
        signoff.proposed_at, signoff.proposed_by = at, by
        signoff.owner_acknowledged_at = signoff.contact_acknowledged_at = None
        signoff.contact_acknowledged_by, signoff.contact_acknowledged_evidence = None, ""
        return _saved(signoff)


def acknowledge_for_us(*, signoff_id: int, by: User, at: datetime) -> PartnershipSignoff:
    """Our owner acknowledges the proposed verdict; the second of both acknowledgements gives it."""
    with transaction.atomic():
        signoff = _locked(signoff_id)
        _refuse_other(signoff, by)
        _refuse_unless_open(signoff, signoff.owner_acknowledged_at)
        signoff.owner_acknowledged_at = at
        return _decide_when_both(signoff, by, at)


def acknowledge_for_partner(*, signoff_id: int, evidence: str, by: User, at: datetime) -> PartnershipSignoff:
    """Record that the partner acknowledges the proposed verdict, and where; the second of both gives it."""
    with transaction.atomic():
        signoff = _locked(signoff_id)
        _refuse_unless_open(signoff, signoff.contact_acknowledged_at)
        signoff.contact_acknowledged_evidence = _evidence(evidence)
        signoff.contact_acknowledged_at, signoff.contact_acknowledged_by = at, by
        return _decide_when_both(signoff, by, at)


def _decide_when_both(signoff: PartnershipSignoff, by: User, at: datetime) -> PartnershipSignoff:
    if signoff.owner_acknowledged_at is not None and signoff.contact_acknowledged_at is not None:
        decide_hypothesis(
            hypothesis_id=signoff.hypothesis_id,
            verdict=signoff.proposed_verdict,
            note=signoff.proposed_note,
            by=by,
            at=at,
            is_acknowledged=True,
        )
    return _saved(signoff)


def _locked(signoff_id: int) -> PartnershipSignoff:
    rows = PartnershipSignoff.objects.select_related("hypothesis").select_for_update(of=("self",))
    return rows.get(pk=signoff_id)


def _saved(signoff: PartnershipSignoff) -> PartnershipSignoff:
    signoff.version += 1
    signoff.save()
    return signoff


def _evidence(words: str) -> str:
    if not words.strip():
        raise InvalidInputError("evidence", "Say where the partner said so: a mail, minutes, a document.")
    return words.strip()[:500]


def _refuse_other(signoff: PartnershipSignoff, by: User) -> None:
    if by.pk != signoff.owner_id:
        raise InvalidInputError("signoff", "Only the owner on our side does this.")


def _refuse_unless_open(signoff: PartnershipSignoff, acknowledged_at: datetime | None) -> None:
    if signoff.proposed_at is None:
        raise InvalidInputError("signoff", "No verdict is proposed yet.")
    if acknowledged_at is not None:
        raise InvalidInputError("signoff", "This side has acknowledged it already.")
