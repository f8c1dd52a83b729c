"""Choosing and freezing the policy of an escalation, and what a policy needs."""

from collections.abc import Collection

from foundation.errors import InvalidInputError
from operations.escalation.ladder import FINAL_ROLE, STANDARD, Ladder, Rung
from operations.models import EscalationLevel, EscalationPolicy
from operations.models.escalation_policy import MAX_LEVELS
from operations.selectors.people import list_role_members


def find_policy(kind: str) -> EscalationPolicy | None:
    """The default policy of the kind, else that of any kind; None where there is neither."""
    found = {one.kind: one for one in EscalationPolicy.objects.filter(is_default=True, kind__in=[kind, ""])}
    return found.get(kind) or found.get("")


def freeze_policy(policy: EscalationPolicy | None) -> Ladder:
    """The policy as it is now, with the COO's level at its end; without a policy the standard ladder."""
    if policy is None:
        return STANDARD
    levels = policy.levels.prefetch_related("groups", "users").order_by("number")
    return Ladder(
        name=policy.name,
        below=tuple(_freeze_level(level) for level in levels),
        final=Rung("COO", policy.final_wait_seconds, roles=(FINAL_ROLE,)),
        repeat=policy.repeat_count,
        calendar_id=policy.calendar_id,
        has_quiet_hours=policy.has_quiet_hours,
        ack_expires_seconds=policy.ack_expires_seconds,
    )


def _freeze_level(level: EscalationLevel) -> Rung:
    return Rung(
        name=level.name,
        wait_seconds=level.wait_seconds,
        roles=tuple(sorted(group.name for group in level.groups.all())),
        users=tuple(sorted(user.pk for user in level.users.all())),
    )


def check_final_level() -> None:
    """InvalidInputError while nobody is the COO: the last level of a policy must reach somebody."""
    if not list_role_members(FINAL_ROLE):
        raise InvalidInputError("name", "Give somebody the role coo first: the last level cannot be empty.")


def check_targets(groups: Collection[object], users: Collection[object]) -> None:
    """InvalidInputError for a level that tells nobody."""
    if not groups and not users:
        raise InvalidInputError("groups", "Name a role or a person.")


def check_level_count(policy: EscalationPolicy) -> None:
    """InvalidInputError when the policy has as many levels as it may have."""
    if policy.levels.count() >= MAX_LEVELS:
        raise InvalidInputError("number", f"A policy has at most {MAX_LEVELS} levels below the COO.")
