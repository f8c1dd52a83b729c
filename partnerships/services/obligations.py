"""Obligations: their reviews are listed ahead, decided once, and follow every new text of a partner's terms."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, islice

from django.db import transaction
from django.db.models import Q

from foundation.bounds import is_sane
from foundation.errors import InvalidInputError
from foundation.words import local
from operations.models import User
from partnerships.models import (
    Integration,
    Obligation,
    ObligationReview,
    Recurrence,
    ReviewVerdict,
    TermsVersion,
)
from partnerships.services.agreements import check_row, check_sha256

MONTHS = {Recurrence.MONTHLY: 1, Recurrence.QUARTERLY: 3, Recurrence.YEARLY: 12}
MOST_REVIEWS = 120
"""Of one obligation in one pass: ten years of months. The next pass goes on after them."""
REVIEW_DAYS = 14
"""How long a review of new terms may take, from the later of their day and their recording."""


@dataclass(frozen=True, slots=True)
class NewTerms:
    """One text of a partner's terms."""

    partner_id: int
    url: str
    effective_on: date
    sha256: str
    summary: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict rests on."""

    text: str = ""
    url: str = ""
    sha256: str = ""


def list_due_days(obligation: Obligation, *, until: date) -> Iterator[date]:
    """The days on which the obligation is due, up to `until`; the 31st becomes a shorter month's last day."""
    months = MONTHS.get(Recurrence(obligation.recurrence))
    for place in count() if months else range(1):
        day = _months_later(obligation.first_due_on, place * (months or 0))
        if day > until or (obligation.ended_on is not None and day >= obligation.ended_on):
            return
        if is_sane(day):
            yield day


def plan_obligation_reviews(*, at: datetime) -> int:
    """List the reviews that are due within their lead, missed ones included; returns how many.

    A pass lists at most MOST_REVIEWS of one obligation; once all are there, repeating adds nothing.
    """
    today, added = local(at).date(), 0
    for obligation in Obligation.objects.filter(Q(integration__is_active=True)).order_by("pk").iterator():
        until = today + timedelta(days=obligation.lead_days)
        known = set(obligation.reviews.values_list("due_on", flat=True))
        missing = (day for day in list_due_days(obligation, until=until) if day not in known)
        rows = [
            ObligationReview(integration_id=obligation.integration_id, obligation=obligation, due_on=day)
            for day in islice(missing, MOST_REVIEWS)
        ]
        added += len(ObligationReview.objects.bulk_create(rows, ignore_conflicts=True))
    return added


def publish_terms_version(*, new: NewTerms, by: User, at: datetime) -> TermsVersion:
    """The text of the terms, and a review for every active integration of the partner.

    A text that is known already is returned as it is, and only integrations that came since get a review. Raises
    InvalidInputError for a fingerprint that is none, or no summary.
    """
    check_sha256("sha256", new.sha256)
    if not new.sha256:
        raise InvalidInputError("sha256", "Give the fingerprint of the text.")
    with transaction.atomic():
        terms = TermsVersion.objects.filter(partner_id=new.partner_id, sha256=new.sha256).first()
        if terms is None:
            terms = TermsVersion(
                partner_id=new.partner_id,
                url=new.url,
                effective_on=new.effective_on,
                sha256=new.sha256,
                summary=new.summary.strip(),
                recorded_at=at,
                recorded_by=by,
            )
            check_row(terms)
            terms.save()
        due_on = max(terms.effective_on, local(at).date() + timedelta(days=REVIEW_DAYS))
        known = set(terms.reviews.values_list("integration_id", flat=True))
        active = Integration.objects.filter(partner_id=new.partner_id, is_active=True).order_by("pk")
        ObligationReview.objects.bulk_create(
            [
                ObligationReview(integration=one, terms_version=terms, due_on=due_on)
                for one in active
                if one.pk not in known
            ],
            ignore_conflicts=True,
        )
    return terms


def decide_obligation_review(
    *, review_id: int, verdict: str, evidence: Evidence, by: User, at: datetime
) -> ObligationReview:
    """The review with its verdict, once. Raises InvalidInputError without evidence, or where it was decided before."""
    if verdict not in ReviewVerdict.values:
        raise InvalidInputError("verdict", f"Must be one of: {', '.join(ReviewVerdict.values)}.")
    if not (evidence.text.strip() or evidence.url):
        raise InvalidInputError("evidence_text", "Say or link what the verdict rests on.")
    check_sha256("evidence_sha256", evidence.sha256)
    with transaction.atomic():
        review = ObligationReview.objects.select_for_update(of=("self",)).get(pk=review_id)
        if review.done_at is not None:
            raise InvalidInputError("verdict", "It was decided before, for good.")
        review.verdict, review.done_at, review.done_by, review.done_on = verdict, at, by, local(at).date()
        review.evidence_text, review.evidence_url = evidence.text.strip(), evidence.url
        review.evidence_sha256 = evidence.sha256
        check_row(review)
        review.save()
    return review


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
