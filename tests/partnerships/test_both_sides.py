"""A partnership experiment from the hypothesis to its verdict, which takes both sides; and what a score is made of."""

from datetime import UTC, datetime, time, timedelta
from fractions import Fraction

import pytest
from django.utils import timezone
from scipy import stats

from metrics.models import Hypothesis
from metrics.views.experiments.words import share_of
from partnerships.health.partner_score import Inputs, score_partner
from partnerships.models import PartnershipSignoff
from tests.api_client import BASE, client_of, problem, role_client
from tests.factories import HypothesisFactory, MetricVersionFactory, PartnerContactFactory, TicketFactory, UserFactory
from tests.partnerships.page_data import soup_of, text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def owner():
    return UserFactory(groups=["partner_manager"], name="Ann Ode")


@pytest.fixture
def contact():
    return PartnerContactFactory(name="Bea Lys", partner__name="Acme")


@pytest.fixture
def draft(owner):
    """A hypothesis on tickets opened, of which there were forty in the ten days before and forty since."""
    now = timezone.now()
    version = MetricVersionFactory(kind="count", source="tickets_opened", metric__key="opened", metric__unit="tickets")
    today = now.date()
    first = datetime.combine(today - 20 * DAY, time(), UTC)
    for number in range(80):
        TicketFactory(opened_at=first + number * timedelta(hours=6))
    return HypothesisFactory(
        kind="partnership",
        metric=version.metric,
        owner=owner,
        because="their sandbox finds faults first",
        expected_change=5,
        minimum_n=1,
        before_start_on=today - timedelta(days=20),
        before_end_on=today - timedelta(days=11),
        due_on=today + timedelta(days=30),
    )


def test_hypothesis_signatures_verdict(owner, contact, draft):
    ours, other = client_of(owner), role_client("partner_manager")
    asked = other.post(
        f"{BASE}/partnership-signoffs/",
        {"hypothesis": draft.pk, "partner": contact.partner_id, "owner": owner.pk, "contact": contact.pk},
    )
    url = f"{BASE}/partnership-signoffs/{asked.json()['id']}/"
    said = {"evidence": "Minutes of 4 May"}

    def refused(client, step, body=None):
        answer = client.post(f"{url}{step}/", body or {})
        return answer.status_code, problem(answer)["errors"][0]["field"]

    def taken(client, step, body=None):
        answer = client.post(f"{url}{step}/", body or {})
        assert answer.status_code == 201, answer.content
        return Hypothesis.objects.get(pk=draft.pk)

    verdict = {"verdict": "inconclusive", "note": "Too few"}
    assert asked.status_code == 201
    assert ours.post(f"{BASE}/hypotheses/{draft.key}/lock/").status_code in {400, 403}
    assert refused(other, "sign") == (400, "signoff")  # Not hers to sign.
    assert refused(ours, "start") == (400, "signoff")
    taken(ours, "sign")
    assert refused(ours, "start") == (400, "signoff")  # One side is not both.
    assert refused(ours, "sign-partner", {"evidence": " "})[0] == 400
    taken(other, "sign-partner", said)
    assert refused(other, "propose", verdict) == (400, "verdict")  # Not being tested yet.
    testing = taken(ours, "start")
    assert (testing.state, testing.before_value) == ("testing", 40.0)
    Hypothesis.objects.filter(pk=draft.pk).update(locked_at=timezone.now() - 10 * DAY)

    assert refused(ours, "acknowledge") == (400, "signoff")  # Nothing is proposed.
    assert taken(other, "propose", {"verdict": "validated", "note": "Fewer"}).state == "testing"
    assert taken(ours, "acknowledge").state == "testing"
    assert taken(other, "propose", verdict).state == "testing"  # Begins anew.
    assert taken(other, "acknowledge-partner", said).state == "testing"
    assert refused(other, "acknowledge") == (400, "signoff")
    decided = taken(ours, "acknowledge")

    assert (decided.state, decided.verdict, decided.decision_note) == ("decided", "inconclusive", "Too few")
    assert decided.after_n > 0
    row = PartnershipSignoff.objects.get()
    assert None not in {row.owner_signed_at, row.contact_signed_at, row.owner_acknowledged_at}
    assert refused(other, "propose", verdict) == (400, "verdict")


@pytest.fixture
def testing(draft, owner):
    """As from before sign-offs were asked for."""
    Hypothesis.objects.filter(pk=draft.pk).update(
        state="testing", locked_by=owner, locked_at=timezone.now() - 10 * DAY, before_value=40.0, before_n=40
    )
    return Hypothesis.objects.get(pk=draft.pk)


def test_what_was_tested_before_sign_offs_is_signed_later_and_then_decided(client, owner, contact, testing):
    client.force_login(owner)
    page = soup_of(client, "/partners/experiments/")
    form = page.select_one("#unsigned form")
    assert "without a sign-off, so no verdict can be given" in text_of(page.select_one("#unsigned"))
    own = text_of(soup_of(client, testing.get_absolute_url()))
    assert "A test that began without signatures is signed now." in own
    assert "Give the verdict" not in own

    client.post(form["action"], {"contact": contact.pk})
    row = PartnershipSignoff.objects.get()
    step = f"/partners/experiments/{row.pk}/"
    assert (row.owner, row.contact, row.partner) == (owner, contact, contact.partner)

    client.post(step, {"step": "propose", "verdict": "validated", "note": "Too early"})
    row.refresh_from_db()
    assert row.proposed_at is None
    shown = text_of(soup_of(client, "/partners/experiments/"))
    assert "once both have signed, a verdict can be proposed" in shown
    assert "Both owners sign first" in shown
    for said in (
        {"step": "sign"},
        {"step": "sign_partner", "evidence": "Mail"},
        {"step": "propose", "verdict": "refuted", "note": "No fewer"},
        {"step": "acknowledge"},
        {"step": "acknowledge_partner", "evidence": "Mail"},
    ):
        client.post(step, said)

    testing.refresh_from_db()
    assert (testing.state, testing.verdict) == ("decided", "refuted")
    assert soup_of(client, "/partners/experiments/").select_one("#unsigned") is None


@pytest.mark.parametrize("chosen", ["", "x", "999999999", "²", "9" * 30])
def test_a_sign_off_needs_somebody_of_the_partner(client, owner, testing, chosen):
    client.force_login(owner)

    client.post(f"/partners/experiments/hypotheses/{testing.pk}/", {"contact": chosen})

    assert not PartnershipSignoff.objects.exists()
    assert "choose who signs for the partner" in text_of(soup_of(client, "/partners/experiments/"))


URLS: dict[str, str] = {}


@pytest.mark.parametrize(
    ("inputs", "parts", "value"),
    [
        # (3 − 2) ÷ 2: twice the downtime that 99.9 % grants; 1 − 360 ÷ 1440; 7 of 8; 1 − 6 ÷ 30; 2 of 3.
        (
            Inputs(Fraction(998, 1000), Fraction(999, 1000), 360, (7, 8), 6, (2, 3)),
            [50, 75, 87, 80, 66],
            (35 * 50 + 20 * 75 + 20 * 87 + 10 * 80 + 15 * 66) // 100,
        ),
        (Inputs(Fraction(1), Fraction(999, 1000), 0, (4, 4), 0, (1, 1)), [100] * 5, 100),
        (Inputs(Fraction(9, 10), Fraction(999, 1000), 9999, (0, 4), 99, (0, 2)), [0] * 5, 0),
        # A part without data is left out, its weight too: (20 × 50 + 20 × 75) ÷ 40.
        (Inputs(None, Fraction(999, 1000), 720, (3, 4), None, None), [None, 50, 75, None, None], 62),
        (Inputs(Fraction(99, 100), Fraction(1), None, (0, 0), None, (0, 0)), [0, None, None, None, None], 0),
        (Inputs(), [None] * 5, None),
    ],
    ids=["mixed", "best", "worst", "part", "promise-of-all", "nothing"],
)
def test_the_score_is_the_weighted_mean_of_its_parts(inputs, parts, value):
    found = score_partner(inputs, URLS)

    assert [part.score for part in found.parts] == parts
    assert found.value == value
    assert [part.weight for part in found.parts] == [35, 20, 20, 10, 15]


@pytest.mark.parametrize("n", [5, 6, 10, 37, 200])
def test_the_interval_on_the_page_is_wilsons(n):
    for part in range(0, n + 1, max(1, n // 10)):
        expected = stats.binomtest(part, n).proportion_ci(method="wilson")
        low, high = (f"{bound:.0%}" for bound in (expected.low, expected.high))

        assert share_of(part, n).detail == f"{part} of {n}, 95 % interval {low} to {high}"


def test_the_interval_is_that_of_the_literature():
    """Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    from metrics.statistics.comparison import wilson

    for part, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert tuple(round(bound, 4) for bound in wilson(part, n)) == (low, high)
