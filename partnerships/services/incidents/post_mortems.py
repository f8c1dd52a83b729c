"""What is learnt from an incident: a post-mortem with causes, and actions that end with evidence or a reason."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from foundation.bounds import check_day
from foundation.errors import InvalidInputError, StaleWriteError
from foundation.words import local
from operations.models import User
from operations.selectors.calendars import due_in_working_days
from partnerships.incidents.rules import REVIEW_DAYS, needs_post_mortem
from partnerships.models import (
    ActionKind,
    ActionState,
    CauseCategory,
    ContributingCause,
    Incident,
    IncidentEventKind,
    PostMortem,
    PostMortemAction,
)
from partnerships.services.incidents.events import Happening, Said, lock_incident, record_event, some_words
from partnerships.services.incidents.overdue import end_overdue_action, end_overdue_post_mortem

_SECTIONS = ("impact", "detection", "went_well")


@dataclass(frozen=True)
class NewCause:
    """A contributing cause; the same words for the same cause, whichever incident it is of."""

    category: str
    name: str
    text: str = ""


@dataclass(frozen=True)
class NewAction:
    """An action of somebody, by a day."""

    title: str
    kind: str
    owner: User
    due_on: date
    cause: ContributingCause | None = None


def start_post_mortem(*, incident_id: int, said: Said) -> PostMortem:
    """The incident's post-mortem, begun if there is none; InvalidInputError while the incident is open."""
    with transaction.atomic():
        incident = lock_incident(incident_id)
        if incident.resolved_at is None:
            raise InvalidInputError("incident", "it is not over yet")
        return begin_post_mortem(incident, said, resolved_at=incident.resolved_at)


def begin_post_mortem(incident: Incident, said: Said, *, resolved_at: datetime) -> PostMortem:
    """As start_post_mortem, under the incident's lock; one that is not finished is due anew."""
    due_at = due_in_working_days(resolved_at, REVIEW_DAYS)
    found, is_new = PostMortem.objects.get_or_create(incident=incident, defaults={"due_at": due_at})
    if is_new:
        record_event(incident, Happening(IncidentEventKind.REVIEW, text="A post-mortem is due."), said)
    elif found.finished_at is None and found.due_at != due_at:
        found.due_at = due_at
        _save(found, "due_at")
        if due_at > said.at:
            end_overdue_post_mortem(found, said, note="It is due anew.")
    return found


def write_post_mortem(*, post_mortem_id: int, said: Said, owner: User | None = None, **sections: str) -> PostMortem:
    """The post-mortem with these sections (impact, detection, went_well) and owner; InvalidInputError once finished."""
    unknown = sorted(set(sections) - set(_SECTIONS))
    if unknown:
        raise InvalidInputError(unknown[0], "there is no such section")
    with transaction.atomic():
        incident, found = _lock(post_mortem_id, said)
        if found.finished_at is not None:
            raise InvalidInputError("post_mortem", "it is finished")
        found.owner = owner or found.owner
        for name, text in sections.items():
            setattr(found, name, text.strip())
        _save(found, "owner", *sections)
        record_event(incident, Happening(IncidentEventKind.REVIEW, text="The post-mortem was written on."), said)
    return found


def finish_post_mortem(*, post_mortem_id: int, said: Said) -> PostMortem:
    """The finished post-mortem; InvalidInputError where a section is empty or no cause is named."""
    if said.actor is None:
        raise InvalidInputError("actor", "a person finishes it")
    with transaction.atomic():
        incident, found = _lock(post_mortem_id, said)
        if found.finished_at is not None:
            raise InvalidInputError("post_mortem", "it is finished already")
        for name in _SECTIONS:
            some_words(getattr(found, name), name=name)
        if not found.causes.exists():
            raise InvalidInputError("causes", "name at least one contributing cause")
        found.finished_at, found.finished_by = said.at, said.actor
        _save(found, "finished_at", "finished_by")
        record_event(incident, Happening(IncidentEventKind.REVIEW, text="The post-mortem is finished."), said)
        end_overdue_post_mortem(found, said, note="The post-mortem is finished.")
    return found


def add_cause(*, post_mortem_id: int, new: NewCause, said: Said) -> ContributingCause:
    """A contributing cause; InvalidInputError without a name, or where it is named already."""
    name = some_words(new.name, name="name")
    if new.category not in CauseCategory.values:
        raise InvalidInputError("category", f"must be one of {', '.join(CauseCategory.values)}")
    if said.actor is None:
        raise InvalidInputError("actor", "a person names it")
    key = " ".join(name.casefold().split())[:120]
    with transaction.atomic():
        incident, found = _lock(post_mortem_id, said)
        if found.causes.filter(category=new.category, key=key).exists():
            raise InvalidInputError("name", "this cause is named already")
        cause = ContributingCause.objects.create(
            post_mortem=found,
            category=new.category,
            name=name,
            key=key,
            text=new.text.strip(),
            added_at=said.at,
            added_by=said.actor,
        )
        record_event(incident, Happening(IncidentEventKind.REVIEW, text=f"Cause: {name}"), said)
    return cause


def add_action(*, post_mortem_id: int, new: NewAction, said: Said) -> PostMortemAction:
    """An open action; InvalidInputError without a title, for a cause of another post-mortem, or a day before it."""
    check_day("due_on", new.due_on)
    title = some_words(new.title, name="title")
    if new.kind not in ActionKind.values:
        raise InvalidInputError("kind", f"must be one of {', '.join(ActionKind.values)}")
    if new.cause is not None and new.cause.post_mortem_id != post_mortem_id:
        raise InvalidInputError("cause", "it is a cause of another incident")
    with transaction.atomic():
        incident, found = _lock(post_mortem_id, said)
        if new.due_on < local(incident.started_at or incident.detected_at).date():
            raise InvalidInputError("due_on", "it lies before the incident")
        action = PostMortemAction.objects.create(
            post_mortem=found, cause=new.cause, title=title, kind=new.kind, owner=new.owner, due_on=new.due_on
        )
        record_event(incident, Happening(IncidentEventKind.REVIEW, text=f"Action of {new.owner}: {title}"), said)
    return action


def complete_action(*, action_id: int, evidence: str, said: Said) -> PostMortemAction:
    """The action, done; InvalidInputError without evidence or where it is over."""
    return _end_action(action_id, ActionState.DONE, "evidence", evidence, said)


def waive_action(*, action_id: int, reason: str, said: Said) -> PostMortemAction:
    """The action, which nobody will do; InvalidInputError without a reason or where it is over."""
    return _end_action(action_id, ActionState.WAIVED, "waive_reason", reason, said)


def _end_action(pk: int, state: ActionState, field: str, words: str, said: Said) -> PostMortemAction:
    why = some_words(words, name=field)
    if said.actor is None:
        raise InvalidInputError("actor", "a person ends it")
    with transaction.atomic():
        parent = PostMortemAction.objects.values_list("post_mortem", flat=True).get(pk=pk)
        incident, _ = _lock(parent, Said(said.at, said.actor))
        action = PostMortemAction.objects.select_for_update().get(pk=pk)
        if said.version is not None and action.version != said.version:
            raise StaleWriteError
        if action.state != ActionState.OPEN:
            raise InvalidInputError("action", "it is over already")
        action.state, action.ended_at, action.ended_by = state, said.at, said.actor
        setattr(action, field, why)
        action.version += 1
        action.save(update_fields=["state", "ended_at", "ended_by", field, "version"])
        end_overdue_action(action, said)
        text = f"Action {state.label.lower()}: {action.title}\n\n{why}"
        record_event(incident, Happening(IncidentEventKind.REVIEW, text=text), said)
    return action


def check_closing(incident: Incident) -> None:
    """InvalidInputError naming what is missing before the incident may be closed."""
    found = PostMortem.objects.filter(incident=incident).first()
    is_required = needs_post_mortem(
        severity=incident.severity, is_drill=incident.is_drill, is_merged=incident.merged_into_id is not None
    )
    if is_required and (found is None or found.finished_at is None):
        raise InvalidInputError("state", "its post-mortem is not finished")
    if found is not None and found.actions.filter(state=ActionState.OPEN).exists():
        raise InvalidInputError("state", "an action is neither done nor waived")


def _lock(pk: int, said: Said) -> tuple[Incident, PostMortem]:
    """The incident and its post-mortem, locked in this order."""
    incident = lock_incident(PostMortem.objects.values_list("incident", flat=True).get(pk=pk))
    found = PostMortem.objects.select_for_update().get(pk=pk)
    if said.version is not None and found.version != said.version:
        raise StaleWriteError
    return incident, found


def _save(found: PostMortem, *fields: str) -> None:
    found.version += 1
    found.save(update_fields=[*fields, "version"])
