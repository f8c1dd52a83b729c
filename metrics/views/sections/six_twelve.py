"""Six weeks and twelve months on one axis."""

from typing import Any

from metrics.selectors.detail import list_months, list_prior_weeks
from metrics.views.sections.subject import Subject
from metrics.views.six_twelve_figure import SIX, six_twelve_figure


def six_twelve_context(subject: Subject) -> dict[str, Any]:
    standing, at = subject.standing, subject.at
    prior = list_prior_weeks(subject.version, standing.weeks[-SIX:], at=at, read=subject.read)
    months = list_months(subject.version, at=at, read=subject.read)
    return {"six_twelve": six_twelve_figure(standing, months, prior, subject.unit)}
