"""What partnership experiments still need before both sides stand behind them."""

from metrics.models import Hypothesis, HypothesisKind, HypothesisState
from partnerships.models import PartnerContact


def list_unsigned() -> list[Hypothesis]:
    """Partnership hypotheses without a sign-off and without a verdict, those being tested first."""
    rows = Hypothesis.objects.filter(kind=HypothesisKind.PARTNERSHIP, signoff__isnull=True)
    waiting = rows.exclude(state=HypothesisState.DECIDED).select_related("metric", "owner")
    return sorted(waiting, key=lambda one: (one.state != HypothesisState.TESTING, one.due_on, one.pk))


def list_current_contacts() -> list[PartnerContact]:
    """Everybody at a partner who has not left, by partner."""
    rows = PartnerContact.objects.filter(left_on__isnull=True).select_related("partner")
    return list(rows.order_by("partner__name", "-is_primary", "name", "pk"))
