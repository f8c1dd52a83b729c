"""Drafts of definitions: written by one person, approved by another, and immutable from then on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from foundation.errors import InvalidInputError, ServiceError, StaleWriteError
from foundation.words import moment
from metrics.formulas import check_formula
from metrics.models import ROLLING_DAYS, AnnotationKind, DraftState, Metric, MetricDraft, MetricStatus, MetricVersion
from metrics.services.annotations import NewAnnotation, annotate
from metrics.services.cells import calendar_of
from metrics.services.derived import mark_derived_from
from metrics.services.marks import mark_all_days
from metrics.services.versions import Definition, create_version, definition_of
from metrics.sources import get_source


class OwnDraftError(ServiceError):
    """Somebody wanted to judge what they wrote themselves."""

    code = "own_draft"

    def __init__(self) -> None:
        super().__init__("You wrote or edited this draft, so somebody else has to approve or reject it.")


class AlreadyDecidedError(ServiceError):
    """The draft was decided before."""

    code = "already_decided"

    def __init__(self, draft: MetricDraft, now: datetime) -> None:
        when = f" at {moment(draft.decided_at, now=now)}" if draft.decided_at else ""
        super().__init__(f"This draft is no longer open: {draft.decided_by} {draft.state} it{when}.")


@dataclass(frozen=True)
class DraftText:
    """What a person proposes and why."""

    definition: Definition
    reason: str

    @property
    def fields(self) -> dict[str, Any]:
        """The draft's columns."""
        shape = self.definition
        return {
            "kind": shape.kind,
            "source": shape.source,
            "formula": dict(shape.formula),
            "dimensions": list(shape.dimensions),
            "is_retroactive": shape.is_retroactive,
            "rolling_days": shape.rolling_days,
            "reason": self.reason,
        }


def create_draft(*, metric: Metric, text: DraftText, by: Any, at: datetime) -> MetricDraft:
    """A new open draft of the metric's next definition.

    Raises InvalidInputError naming the field for a formula that cannot be computed, and `metric` while one is open.
    """
    check_draft(metric, text)
    with transaction.atomic():
        locked = Metric.objects.select_for_update().get(pk=metric.pk)
        if MetricDraft.objects.filter(metric=locked, state=DraftState.OPEN).exists():
            raise InvalidInputError("metric", "It has an open draft. Edit that one, or have it decided first.")
        draft = MetricDraft.objects.create(
            metric=locked, created_by=by, created_at=at, edited_by=by, edited_at=at, **text.fields
        )
        draft.authors.add(by)
    return draft


def edit_draft(*, draft_id: int, text: DraftText, by: Any, at: datetime, read: int | None = None) -> MetricDraft:
    """The draft, changed by `by`, who from then on may not approve it; `read` is the row version that was edited.

    Raises StaleWriteError, AlreadyDecidedError, InvalidInputError.
    """
    with transaction.atomic():
        draft = _open_draft(draft_id, at=at, read=read)
        check_draft(draft.metric, text)
        for name, value in text.fields.items():
            setattr(draft, name, value)
        draft.edited_by, draft.edited_at = by, at
        draft.version += 1
        draft.save()
        draft.authors.add(by)
    return draft


def check_draft(metric: Metric, text: DraftText) -> None:
    """Raise InvalidInputError naming the field that cannot be computed."""
    shape = text.definition
    if not text.reason.strip():
        raise InvalidInputError("reason", "Say why the definition is needed or changes.")
    if shape.rolling_days is not None and not ROLLING_DAYS[0] <= shape.rolling_days <= ROLLING_DAYS[1]:
        raise InvalidInputError("rolling_days", "Must lie between {} and {}.".format(*ROLLING_DAYS))
    check_formula(
        kind=shape.kind,
        source=shape.source,
        formula=shape.formula,
        dimensions=shape.dimensions,
        metric_key=metric.key,
    )


def approve_draft(*, draft_id: int, by: Any, at: datetime, note: str = "", read: int | None = None) -> MetricVersion:
    """The immutable version the draft becomes, effective at once; its days wait for the worker in the same transaction.

    Raises OwnDraftError, AlreadyDecidedError, StaleWriteError, and InvalidInputError for a metric without an owner or
    a formula that no longer holds.
    """
    with transaction.atomic():
        draft = _open_draft(draft_id, at=at, read=read)
        _refuse_author(draft, by)
        metric = draft.metric
        if metric.owner_id is None:
            raise InvalidInputError("owner", "Name an owner of the metric first: somebody answers for every number.")
        check_draft(metric, DraftText(definition_of(draft), draft.reason))
        version = create_version(
            metric=metric, definition=definition_of(draft), reason=draft.reason, at=at, approved_by=by
        )
        draft.definition = version
        _decide(draft, DraftState.APPROVED, by=by, at=at, note=note)
        _take_effect(metric, version, by=by, at=at)
    return version


def reject_draft(*, draft_id: int, by: Any, at: datetime, note: str, read: int | None = None) -> MetricDraft:
    """The draft, rejected with a note. Raises OwnDraftError, AlreadyDecidedError, InvalidInputError without a note."""
    if not note.strip():
        raise InvalidInputError("note", "Say what has to change.")
    with transaction.atomic():
        draft = _open_draft(draft_id, at=at, read=read)
        _refuse_author(draft, by)
        return _decide(draft, DraftState.REJECTED, by=by, at=at, note=note)


def withdraw_draft(*, draft_id: int, by: Any, at: datetime, note: str = "", read: int | None = None) -> MetricDraft:
    """The draft, withdrawn, by whoever wrote it or anybody else who may edit it. Raises AlreadyDecidedError."""
    with transaction.atomic():
        draft = _open_draft(draft_id, at=at, read=read)
        return _decide(draft, DraftState.WITHDRAWN, by=by, at=at, note=note)


def _open_draft(draft_id: int, *, at: datetime, read: int | None) -> MetricDraft:
    """The draft and its metric, both locked. The metric comes first: two drafts of one metric never wait crosswise."""
    metric_id = MetricDraft.objects.values_list("metric", flat=True).get(pk=draft_id)
    metric = Metric.objects.select_for_update().get(pk=metric_id)
    draft = MetricDraft.objects.select_for_update(of=("self",)).get(pk=draft_id)
    if not draft.is_open:
        raise AlreadyDecidedError(draft, at)
    if read is not None and read != draft.version:
        raise StaleWriteError
    draft.metric = metric
    return draft


def _refuse_author(draft: MetricDraft, by: Any) -> None:
    if by.pk in {draft.created_by_id, draft.edited_by_id} or draft.authors.filter(pk=by.pk).exists():
        raise OwnDraftError


def _decide(draft: MetricDraft, state: DraftState, *, by: Any, at: datetime, note: str) -> MetricDraft:
    draft.state, draft.decided_by, draft.decided_at, draft.decision_note = state, by, at, note
    draft.version += 1
    draft.save()
    return draft


def _take_effect(metric: Metric, version: MetricVersion, *, by: Any, at: datetime) -> None:
    """Approve the metric, have its days computed, and put the definition on its charts."""
    if metric.status != MetricStatus.APPROVED:
        metric.status, metric.waits_for = MetricStatus.APPROVED, ""
        metric.version += 1
        metric.save(update_fields=["status", "waits_for", "version"])
    mark_all_days(get_source(version.source))
    mark_derived_from(metric.key)
    text = f"Definition v{version.number}: {version.reason}"
    day = calendar_of(version).day_of(at)
    new = NewAnnotation(day, text, metric, AnnotationKind.DEFINITION, metric.get_absolute_url())
    annotate(new=new, at=at, by=by, key=f"definition:{version.pk}")
