"""Drafts: written by one person, approved by another, and a version for ever from then on."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from foundation.errors import InvalidInputError, StaleWriteError
from metrics.models import Annotation, DirtyMark, Metric, MetricDraft, MetricVersion
from metrics.selectors.values import get_series
from metrics.services.drafts import (
    AlreadyDecidedError,
    DraftText,
    OwnDraftError,
    approve_draft,
    create_draft,
    edit_draft,
    reject_draft,
    withdraw_draft,
)
from metrics.services.metrics import NewMetric, check_metric_change, create_metric, retire_metric
from metrics.services.recompute import recompute_pending
from metrics.services.versions import Definition
from tests.factories import MetricDraftFactory, MetricFactory, TicketFactory, UserFactory

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
URGENT = Definition("count", "tickets_opened", {"filter": {"priority": "urgent"}}, ["channel"])


def text(definition=URGENT, **fields):
    return DraftText(definition, fields.pop("reason", "We answer these first."), **fields)


@pytest.fixture
def metric(db):
    return MetricFactory(key="urgent_tickets", status="draft", owner=UserFactory())


@pytest.fixture
def author(db):
    return UserFactory(name="Ann")


@pytest.fixture
def approver(db):
    return UserFactory(name="Ben")


def proposed(metric, author, **fields):
    return create_draft(metric=metric, text=text(**fields), by=author, at=AT)


def test_approved_draft_becomes_a_version_and_its_values_follow(metric, author, approver):
    TicketFactory.create_batch(3, priority="urgent", opened_at=AT - timedelta(days=8))
    TicketFactory(priority="low", opened_at=AT - timedelta(days=8))
    recompute_pending(at=AT)
    draft = proposed(metric, author)

    version = approve_draft(draft_id=draft.pk, by=approver, at=AT, note="Agreed.")

    draft.refresh_from_db()
    metric.refresh_from_db()
    assert (version.number, version.formula, version.dimensions) == (1, {"filter": {"priority": "urgent"}}, ["channel"])
    assert (version.approved_by, version.approved_at, version.effective_from) == (approver, AT, AT)
    assert len(version.hash) == 64
    assert (draft.state, draft.definition, draft.decided_by, draft.decision_note) == (
        "approved",
        version,
        approver,
        "Agreed.",
    )
    assert metric.status == "approved"
    note = Annotation.objects.get(metric=metric)
    assert (note.kind, note.happened_on, note.text) == (
        "definition",
        date(2026, 3, 2),
        "Definition v1: We answer these first.",
    )
    assert DirtyMark.objects.filter(source="tickets_opened").exists()
    recompute_pending(at=AT)
    points = get_series("urgent_tickets", "week", date(2026, 2, 16), date(2026, 2, 28), at=AT).points
    assert [(point.value, point.n) for point in points] == [(3.0, 3), (0.0, 0)]


@pytest.mark.parametrize("role", ["author", "last editor"])
def test_who_wrote_it_does_not_judge_it(metric, author, approver, role):
    draft = proposed(metric, author)
    if role == "last editor":
        edit_draft(draft_id=draft.pk, text=text(), by=approver, at=AT)
    judge = author if role == "author" else approver

    with pytest.raises(OwnDraftError, match="somebody else has to approve"):
        approve_draft(draft_id=draft.pk, by=judge, at=AT)
    with pytest.raises(OwnDraftError):
        reject_draft(draft_id=draft.pk, by=judge, at=AT, note="No.")

    assert MetricDraft.objects.get().state == "open"
    assert not MetricVersion.objects.filter(metric=metric).exists()


def test_metric_without_an_owner_is_not_approved(metric, author, approver):
    Metric.objects.filter(pk=metric.pk).update(owner=None)
    draft = proposed(metric, author)

    with pytest.raises(InvalidInputError) as refusal:
        approve_draft(draft_id=draft.pk, by=approver, at=AT)

    assert refusal.value.field == "owner"
    assert MetricDraft.objects.get().state == "open"


def test_decided_draft_is_decided(metric, author, approver):
    draft = proposed(metric, author)
    approve_draft(draft_id=draft.pk, by=approver, at=AT)

    for decide in (approve_draft, withdraw_draft):
        with pytest.raises(AlreadyDecidedError, match="no longer open: Ben approved it at 12:00"):
            decide(draft_id=draft.pk, by=UserFactory(), at=AT)
    with pytest.raises(AlreadyDecidedError):
        edit_draft(draft_id=draft.pk, text=text(), by=author, at=AT)
    assert MetricVersion.objects.filter(metric=metric).count() == 1


def test_rejected_and_withdrawn_drafts_make_room_for_another(metric, author, approver):
    first = proposed(metric, author)
    with pytest.raises(InvalidInputError) as refusal:
        proposed(metric, author)
    with pytest.raises(InvalidInputError) as noteless:
        reject_draft(draft_id=first.pk, by=approver, at=AT, note=" ")
    reject_draft(draft_id=first.pk, by=approver, at=AT, note="Leave out spam.")
    second = proposed(metric, author)
    withdraw_draft(draft_id=second.pk, by=author, at=AT)
    third = proposed(metric, author)

    states = list(MetricDraft.objects.order_by("pk").values_list("state", flat=True))
    assert (refusal.value.field, noteless.value.field) == ("metric", "note")
    assert states == ["rejected", "withdrawn", "open"]
    assert third.is_open
    assert not MetricVersion.objects.filter(metric=metric).exists()


def test_edit_on_an_older_row_is_stale(metric, author, approver):
    draft = proposed(metric, author)
    edit_draft(draft_id=draft.pk, text=text(reason="Better words."), by=author, at=AT, read=1)

    with pytest.raises(StaleWriteError):
        edit_draft(draft_id=draft.pk, text=text(), by=author, at=AT, read=1)
    with pytest.raises(StaleWriteError):
        approve_draft(draft_id=draft.pk, by=approver, at=AT, read=1)

    draft.refresh_from_db()
    assert (draft.reason, draft.version, draft.state) == ("Better words.", 2, "open")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (text(Definition("guess", "tickets_opened", {})), "kind"),
        (text(Definition("count", "nowhere", {})), "source"),
        (text(Definition("mean", "tickets_resolved", {"measure": "speed"})), "formula.measure"),
        (text(Definition("count", "tickets_opened", {}, ["colour"])), "dimensions"),
        (text(reason="  "), "reason"),
        (text(Definition("count", "tickets_opened", {}, rolling_days=1)), "rolling_days"),
        (text(Definition("count", "tickets_opened", {}, rolling_days=400)), "rolling_days"),
    ],
)
def test_wrong_input_names_its_field(metric, author, wrong, field):
    with pytest.raises(InvalidInputError) as refusal:
        create_draft(metric=metric, text=wrong, by=author, at=AT)

    assert refusal.value.field == field
    assert not MetricDraft.objects.exists()


def test_entered_metric_reads_its_own_values(metric, author, approver):
    draft = proposed(metric, author, definition=Definition("entered", "entered_values", {"combine": "last"}))

    version = approve_draft(draft_id=draft.pk, by=approver, at=AT)

    assert version.formula == {"combine": "last", "measure": "value", "filter": {"metric": "urgent_tickets"}}


def test_unit_is_fixed_once_approved(metric, author):
    check_metric_change(metric, {"unit": "tickets"})
    metric.status = "approved"

    with pytest.raises(InvalidInputError) as refusal:
        check_metric_change(metric, {"unit": "tickets"})
    with pytest.raises(InvalidInputError) as ownerless:
        check_metric_change(metric, {"owner": None})

    check_metric_change(metric, {"unit": metric.unit, "decimals": 3})
    assert (refusal.value.field, ownerless.value.field) == ("unit", "owner")


def test_metric_never_drives_itself(db):
    first, second, third = (MetricFactory() for _ in range(3))
    second.parents.add(first)
    third.parents.add(second)

    for parents in ([third], [first]):
        with pytest.raises(InvalidInputError) as refusal:
            check_metric_change(first, {"parents": parents})
        assert refusal.value.field == "parents"
    check_metric_change(third, {"parents": [first, second]})


def test_retired_metric_leaves_lists_and_keeps_its_values(metric, author, approver):
    approve_draft(draft_id=proposed(metric, author).pk, by=approver, at=AT)

    retire_metric(metric_id=metric.pk, by=approver, at=AT, reason="Nobody looked.")
    revived = proposed(metric, author)
    approve_draft(draft_id=revived.pk, by=approver, at=AT)

    texts = list(Annotation.objects.filter(metric=metric).order_by("pk").values_list("text", flat=True))
    assert texts[1] == "Retired. Nobody looked."
    assert Metric.objects.get(pk=metric.pk).status == "approved"
    assert list(metric.versions.values_list("number", flat=True)) == [2, 1]


def test_taken_key_is_refused(metric):
    with pytest.raises(InvalidInputError) as refusal:
        create_metric(new=NewMetric("urgent_tickets", "Again", "How many?", "down"))

    assert refusal.value.field == "key"


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_wins():
    if connection.vendor == "sqlite":
        pytest.skip("Writing transactions are alone on SQLite; the threads of a test share one memory there.")
    draft = MetricDraftFactory(metric=MetricFactory(status="draft", owner=UserFactory()))
    judges = [UserFactory(), UserFactory()]
    start, outcomes = Barrier(2), []

    def approve(judge):
        start.wait()
        try:
            outcomes.append(approve_draft(draft_id=draft.pk, by=judge, at=AT).number)
        except AlreadyDecidedError as refusal:
            outcomes.append(str(refusal))
        finally:
            connections.close_all()

    threads = [Thread(target=approve, args=[judge]) for judge in judges]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert min(outcomes, key=str) == 1
    assert "no longer open" in max(outcomes, key=str)
    assert MetricVersion.objects.filter(metric=draft.metric).count() == 1
    assert Annotation.objects.filter(metric=draft.metric).count() == 1


def test_author_does_not_judge_after_another_has_edited(metric, author, approver):
    draft = proposed(metric, author)
    edit_draft(draft_id=draft.pk, text=text(Definition("count", "tickets_opened", {})), by=approver, at=AT)
    edit_draft(draft_id=draft.pk, text=text(reason="In short."), by=UserFactory(), at=AT)

    with pytest.raises(OwnDraftError):
        approve_draft(draft_id=draft.pk, by=approver, at=AT)
    with pytest.raises(OwnDraftError):
        reject_draft(draft_id=draft.pk, by=author, at=AT, note="No.")


def test_metric_that_others_are_derived_from_is_not_retired(metric, author, approver):
    approve_draft(draft_id=proposed(metric, author).pk, by=approver, at=AT)
    share = MetricFactory(key="urgent_share", status="draft", owner=UserFactory())
    formula = {"expression": "urgent_tickets / 2"}
    approve_draft(
        draft_id=proposed(share, author, definition=Definition("derived", "derived", formula)).pk, by=approver, at=AT
    )

    with pytest.raises(InvalidInputError, match="urgent_share") as refusal:
        retire_metric(metric_id=metric.pk, by=approver, at=AT)

    assert refusal.value.field == "metric"
