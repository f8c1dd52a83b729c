"""Versions of playbooks: drafted as a whole, published once, retired by the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from foundation.errors import InvalidInputError, RefusedTransitionError
from operations.models import Playbook, PlaybookStep, PlaybookVersion, User, VersionState
from operations.playbooks.gates import OPERATORS
from operations.playbooks.plan import plan_problems

MAX_STEPS, MAX_CONDITIONS, MAX_DEPENDENCIES = 200, 20, 20
_CONDITION = {"metric", "op", "value", "is_hard"}
_LONGEST_KEY = 120


def draft_playbook_version(
    *, playbook_id: int, steps: Sequence[Mapping[str, Any]], by: User | None, at: datetime, notes: str = ""
) -> PlaybookVersion:
    """A new draft with these steps, in this order; an older draft stays beside it.

    Raises InvalidInputError("steps", …) for a plan that does not hold together: keys twice or unknown, a circle.
    """
    if not 0 < len(steps) <= MAX_STEPS:
        raise InvalidInputError("steps", f"A playbook has 1 to {MAX_STEPS} steps.")
    rows = [_step(number, facts) for number, facts in enumerate(steps)]
    problems = plan_problems(rows)
    if problems:
        raise InvalidInputError("steps", " ".join(problems[:5])[:500])
    with transaction.atomic():
        playbook = Playbook.objects.select_for_update(of=("self",)).get(pk=playbook_id)
        last = playbook.versions.aggregate(last=Max("number"))["last"] or 0
        version = PlaybookVersion.objects.create(
            playbook=playbook, number=last + 1, notes=notes, created_at=at, created_by=by
        )
        for row in rows:
            row.playbook_version = version
        PlaybookStep.objects.bulk_create(rows)
    return version


def publish_playbook_version(*, version_id: int, by: User | None, at: datetime) -> PlaybookVersion:
    """The draft, published; the version published before is retired. Runs keep the version they began with."""
    with transaction.atomic():
        version = _locked(version_id)
        if version.state != VersionState.DRAFT:
            raise RefusedTransitionError(version.state, VersionState.PUBLISHED, _after(version))
        version.playbook.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED)
        version.state, version.published_at, version.published_by = VersionState.PUBLISHED, at, by
        version.save()
    return version


def retire_playbook_version(*, version_id: int) -> PlaybookVersion:
    """The published version, with which no run begins any more. Raises RefusedTransitionError for another."""
    with transaction.atomic():
        version = _locked(version_id)
        if version.state != VersionState.PUBLISHED:
            raise RefusedTransitionError(version.state, VersionState.RETIRED, _after(version))
        version.state = VersionState.RETIRED
        version.save()
    return version


def _locked(version_id: int) -> PlaybookVersion:
    found = PlaybookVersion.objects.select_for_update(of=("self",)).select_related("playbook").get(pk=version_id)
    Playbook.objects.select_for_update(of=("self",)).get(pk=found.playbook_id)
    return found


def _after(version: PlaybookVersion) -> list[str]:
    following = {VersionState.DRAFT.value: [VersionState.PUBLISHED.value]}
    following[VersionState.PUBLISHED.value] = [VersionState.RETIRED.value]
    return following.get(version.state, [])


def _step(number: int, facts: Mapping[str, Any]) -> PlaybookStep:
    """The step as a row that its model's rules accept; what is wrong names the step."""
    known = {field.name for field in PlaybookStep._meta.fields} - {"id", "playbook_version", "position"}
    unknown = set(facts) - known
    if unknown:
        raise InvalidInputError("steps", f"Step {number + 1}: there is no field {min(unknown)[:60]}.")
    row = PlaybookStep(position=number, **facts)
    try:
        row.clean_fields(exclude=["playbook_version"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise InvalidInputError("steps", f"Step {number + 1}, {name}: {messages[0]}") from error
    wrong = _dependency_problem(row.waits_for) or _condition_problem(row)
    if wrong:
        raise InvalidInputError("steps", f"Step {number + 1}: {wrong}")
    return row


def _dependency_problem(keys: Any) -> str:
    is_list = isinstance(keys, list) and len(keys) <= MAX_DEPENDENCIES and all(isinstance(key, str) for key in keys)
    return "" if is_list else f"waits_for is a list of at most {MAX_DEPENDENCIES} keys."


def _condition_problem(row: PlaybookStep) -> str:
    if not isinstance(row.conditions, list) or len(row.conditions) > MAX_CONDITIONS:
        return f"conditions is a list of at most {MAX_CONDITIONS}."
    if row.conditions and not row.is_gate:
        return "only a gate has conditions."
    return next((wrong for one in row.conditions if (wrong := _one_condition_problem(one))), "")


def _one_condition_problem(one: Any) -> str:
    if not isinstance(one, dict) or not {"metric", "op", "value"} <= set(one) <= _CONDITION:
        return "a condition has metric, op and value, and may have is_hard."
    value = one["value"]
    if not isinstance(one["metric"], str) or not 0 < len(one["metric"]) <= _LONGEST_KEY:
        return "a condition's metric is the key of one."
    if not isinstance(one["op"], str) or one["op"] not in OPERATORS:
        return f"a condition's op is one of: {', '.join(OPERATORS)}."
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:  # noqa: PLR2004
        return "a condition's value is a number."
    return "" if isinstance(one.get("is_hard", True), bool) else "a condition's is_hard is true or false."
