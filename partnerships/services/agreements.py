"""Agreements: their versions, which are never changed, their states, and what was said about them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Model

from foundation.bounds import check_days
from foundation.errors import InvalidInputError, RefusedTransitionError
from operations.models import User
from partnerships.models import (
    Agreement,
    AgreementState,
    AgreementVersion,
    NegotiationEntry,
    PartnerContact,
    RenewalKind,
)
from partnerships.services.documents import Document, check_document, store_document

STEPS: Mapping[str, tuple[AgreementState, ...]] = {
    AgreementState.DRAFT: (AgreementState.NEGOTIATING, AgreementState.TERMINATED),
    AgreementState.NEGOTIATING: (AgreementState.ACTIVE, AgreementState.DRAFT, AgreementState.TERMINATED),
    AgreementState.ACTIVE: (AgreementState.NEGOTIATING, AgreementState.TERMINATED),
    AgreementState.TERMINATED: (),
}
_HEX = frozenset("0123456789abcdef")
_SHA256_LENGTH = 64


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What an agreement says from one day on; see AgreementVersion for units."""

    effective_on: date
    ends_on: date | None = None
    renewal: str = "none"
    notice_days: int | None = None
    fee_minor: int | None = None
    liability_cap_minor: int | None = None
    currency: str = ""
    promised_uptime_ratio: Decimal | None = None
    response_hours: int | None = None
    data_processing: str = ""
    document_url: str = ""
    document_sha256: str = ""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Something said about an agreement, and what comes next."""

    text: str
    contact: PartnerContact | None = None
    next_step: str = ""
    next_due_on: date | None = None


def publish_agreement_version(
    *, agreement_id: int, new: NewVersion, by: User, at: datetime, document: Document | None = None
) -> AgreementVersion:
    """The next version, kept for good. Raises InvalidInputError naming what is wrong; nothing is stored then."""
    check_sha256("document_sha256", new.document_sha256)
    if new.currency and not (len(new.currency) == 3 and new.currency.isascii() and new.currency.isupper()):  # noqa: PLR2004
        raise InvalidInputError("currency", "Three capital letters, such as EUR.")
    if new.document_sha256 and not new.document_url and document is None:
        raise InvalidInputError("document_url", "Say where the document with this fingerprint is.")
    values = asdict(new)
    check_terms(values)
    if document is not None:
        values |= {"document_name": check_document(document), "document_sha256": document.sha256}
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement_id)
        if agreement.state == AgreementState.TERMINATED:
            raise InvalidInputError("agreement", "A terminated agreement gets no more versions.")
        last = agreement.versions.aggregate(last=Max("number"))["last"] or 0
        version = AgreementVersion(agreement=agreement, number=last + 1, published_at=at, published_by=by, **values)
        check_row(version)
        version.save()
        if document is not None:
            store_document(document)
    return version


def check_terms(values: Mapping[str, Any]) -> None:
    """Raise InvalidInputError for a member of a version that does not fit the others."""
    effective_on, ends_on = values.get("effective_on"), values.get("ends_on")
    if effective_on and ends_on and ends_on < effective_on:
        raise InvalidInputError("ends_on", f"Must not be before {effective_on:%Y-%m-%d}, from which day it holds.")
    if ends_on is None and values.get("renewal") in {RenewalKind.AUTO, RenewalKind.MANUAL}:
        raise InvalidInputError("ends_on", "Give the last day: what is renewed has one.")
    amounts = (values.get("fee_minor"), values.get("liability_cap_minor"))
    if not values.get("currency") and any(amount is not None for amount in amounts):
        raise InvalidInputError("currency", "Say in which currency the amount is, such as EUR.")


def change_agreement_state(*, agreement_id: int, state: str, text: str, by: User, at: datetime) -> Agreement:
    """The agreement in its new state, with an entry in its log that says why.

    Raises InvalidInputError for an unknown state, no words, or one that is to be active without a version;
    RefusedTransitionError for a step that does not exist.
    """
    if state not in AgreementState.values:
        raise InvalidInputError("state", f"Choose one of: {', '.join(AgreementState.values)}.")
    with transaction.atomic():
        agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement_id)
        allowed = STEPS[agreement.state]
        if state not in allowed:
            raise RefusedTransitionError(agreement.state, state, [str(one) for one in allowed])
        if state == AgreementState.ACTIVE and not agreement.versions.exists():
            raise InvalidInputError("state", "Publish a version first: nothing is agreed yet.")
        entry = NegotiationEntry(agreement=agreement, said_at=at, said_by=by, text=text.strip(), new_state=state)
        check_row(entry)
        entry.save()
        agreement.state, agreement.version = state, agreement.version + 1
        agreement.save(update_fields=["state", "version"])
    return agreement


def add_negotiation_entry(*, agreement_id: int, entry: NewEntry, by: User, at: datetime) -> NegotiationEntry:
    """What was said, kept for good. Raises InvalidInputError for no words or somebody of another partner."""
    with transaction.atomic():
        agreement = Agreement.objects.get(pk=agreement_id)
        if entry.contact is not None and entry.contact.partner_id != agreement.partner_id:
            raise InvalidInputError("contact", "Choose somebody of this partner.")
        row = NegotiationEntry(
            agreement=agreement,
            said_at=at,
            said_by=by,
            contact=entry.contact,
            text=entry.text.strip(),
            next_step=entry.next_step.strip(),
            next_due_on=entry.next_due_on,
        )
        check_row(row)
        row.save()
    return row


def check_row(row: Model) -> None:
    """Raise InvalidInputError, with the first field it is about, for what the model's rules refuse."""
    check_days(row)
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidInputError("" if field == "__all__" else field, " ".join(messages)) from error


def check_sha256(field: str, value: str) -> None:
    """Raise InvalidInputError for a fingerprint that is none; an empty one passes."""
    if value and not (len(value) == _SHA256_LENGTH and set(value) <= _HEX):
        raise InvalidInputError(field, "A SHA-256 is 64 hexadecimal digits in lower case.")
