"""Reviews of obligations by what became of them, and the share that was met."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from partnerships.models import ObligationReview, Partner, ReviewVerdict


@dataclass(frozen=True, slots=True)
class Compliance:
    """Reviews that count: those decided, and those whose day has passed. Waived ones count neither way."""

    met: int
    counted: int
    missed: int
    breaches: int
    waived: int

    @property
    def share(self) -> float | None:
        return self.met / self.counted if self.counted else None


def is_missed(review: ObligationReview, day: date) -> bool:
    """Whether it was not decided by its day; being decided later does not mend that."""
    return review.due_on < (review.done_on or day)


def is_met(review: ObligationReview, day: date) -> bool:
    """Whether it was decided compliant by its day."""
    return review.verdict == ReviewVerdict.COMPLIANT and not is_missed(review, day)


def compliance_of(reviews: Iterable[ObligationReview], *, day: date) -> Compliance:
    """How many of the reviews that count were met."""
    rows = [one for one in reviews if one.verdict or is_missed(one, day)]
    counted = [one for one in rows if one.verdict != ReviewVerdict.WAIVED]
    return Compliance(
        met=sum(is_met(one, day) for one in counted),
        counted=len(counted),
        missed=sum(is_missed(one, day) for one in counted),
        breaches=sum(one.verdict == ReviewVerdict.BREACH for one in counted),
        waived=len(rows) - len(counted),
    )


def list_reviews(partner: Partner) -> list[ObligationReview]:
    """Every review of the partner's integrations, by day."""
    rows = ObligationReview.objects.filter(integration__partner=partner)
    return list(rows.select_related("integration", "obligation__owner", "terms_version__partner", "done_by"))
