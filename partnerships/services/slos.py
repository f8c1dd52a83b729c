"""Objectives: a change is a new version, and an integration that has none gets the one of its tier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from foundation.errors import InvalidInputError, StaleWriteError
from foundation.words import local
from foundation.zones import list_zones
from operations.models import User
from partnerships.health.burn_words import check_rules, read_rules
from partnerships.health.slo import Objective
from partnerships.models import SLO, AccountingProfile, Integration, Tier, WindowKind
from partnerships.models.slo import MAX_WINDOW_DAYS, default_policy
from partnerships.selectors.pages_figures import get_tier_targets
from partnerships.services.slo_alerts import end_alerts

DEFAULT_TARGETS = {Tier.PRODUCTION: Decimal("0.999"), Tier.EXPERIMENTAL: Decimal("0.95")}
"""Where the tier's metric has no target below 100 %."""
MAX_STEPS = 10
MAX_PERCENT = 1000
MAX_ACTION = 200
_STEP = Decimal("0.000001")
_JUDGED = ("status", "status_since", "policy_percent")


@dataclass(frozen=True)
class NewSLO:
    """What is promised from now on; without a profile by the default one."""

    target_ratio: Decimal
    window_kind: str = WindowKind.ROLLING
    window_days: int = 30
    time_zone: str = "UTC"
    profile: AccountingProfile | None = None
    reason: str = ""
    rules: Any = field(default_factory=list)
    policy: Any = field(default_factory=default_policy)


def define_slo(
    *, integration_id: int, tier: str, new: NewSLO, at: datetime, by: User | None, seen: int | None = None
) -> SLO:
    """The new version, in force from `at`; the one before ends there.

    Raises InvalidInputError for values that cannot be, or an instant before the present version began; StaleWriteError
    where `seen` is given and the version in force has another number (0: there is none).
    """
    check_new_slo(tier=tier, new=new)
    with transaction.atomic():
        integration = Integration.objects.select_for_update().get(pk=integration_id)
        present = SLO.objects.filter(integration=integration, tier=tier, ended_at__isnull=True).first()
        if seen is not None and seen != (present.number if present else 0):
            raise StaleWriteError
        if present is not None:
            if at <= present.started_at:
                raise InvalidInputError("at", "The present objective began later than this.")
            SLO.objects.filter(pk=present.pk).update(ended_at=at)
            open_alerts = list(present.alerts.filter(ended_at__isnull=True))
            end_alerts(slo=present, alerts=open_alerts, reason="the objective was changed", at=at)
        return SLO.objects.create(
            integration=integration,
            tier=tier,
            number=_next_number(integration, tier),
            started_at=at,
            created_by=by,
            **_columns(new),
            **({name: getattr(present, name) for name in _JUDGED} if present else {}),
        )


def ensure_default_slos(*, at: datetime, ids: Iterable[int] | None = None) -> int:
    """Gives active integrations without an objective in their present tier the tier's; returns how many got one.

    Looked at: those with these ids, else all. Idempotent, also beside another worker that does the same.
    """
    in_force = SLO.objects.filter(integration=OuterRef("pk"), tier=OuterRef("tier"), ended_at__isnull=True)
    lacking = Integration.objects.filter(~Exists(in_force), is_active=True)
    if ids is not None:
        lacking = lacking.filter(pk__in=list(ids))
    found = list(lacking.order_by("pk"))
    if not found:
        return 0
    targets = get_tier_targets(local(at).date())
    for integration in found:
        target = _default_target(targets.get(integration.tier), integration.tier)
        with transaction.atomic():
            Integration.objects.select_for_update().get(pk=integration.pk)
            if not SLO.objects.filter(integration=integration, tier=integration.tier, ended_at__isnull=True).exists():
                new = NewSLO(target, reason=f"The target of the {integration.tier} tier")
                define_slo(integration_id=integration.pk, tier=integration.tier, new=new, at=at, by=None)
    return len(found)


def check_new_slo(*, tier: str, new: NewSLO) -> None:
    """Raises InvalidInputError naming the first value that cannot be."""
    if tier not in Tier.values:
        raise InvalidInputError("tier", f"Choose one of: {', '.join(Tier.values)}.")
    if not 0 < new.target_ratio < 1:
        raise InvalidInputError("target_ratio", "Must be above 0 and below 1: 0.999 stands for 99.9 %.")
    if new.target_ratio != new.target_ratio.quantize(_STEP, rounding=ROUND_DOWN):
        raise InvalidInputError("target_ratio", "At most six decimals.")
    if new.window_kind not in WindowKind.values:
        raise InvalidInputError("window_kind", f"Choose one of: {', '.join(WindowKind.values)}.")
    if not 1 <= new.window_days <= MAX_WINDOW_DAYS:
        raise InvalidInputError("window_days", f"From 1 to {MAX_WINDOW_DAYS} days.")
    if new.time_zone not in list_zones():
        raise InvalidInputError("time_zone", "There is no such time zone; write it like Europe/Berlin.")
    objective = Objective(Fraction(new.target_ratio), new.window_kind, new.window_days)
    rules, wakes = read_rules(new.rules), tier == Tier.PRODUCTION
    check_rules(rules, target=objective.target, window_us=objective.nominal_us, wakes=wakes)
    _check_policy(new.policy)


def _check_policy(policy: Any) -> None:
    """Steps of {"spent_percent", "action"}, each at another share."""
    if not isinstance(policy, list) or len(policy) > MAX_STEPS:
        raise InvalidInputError("policy", f"Must be a list of at most {MAX_STEPS} steps.")
    for step in policy:
        if not isinstance(step, dict) or set(step) != {"spent_percent", "action"}:
            raise InvalidInputError("policy", "A step has spent_percent and action.")
        if type(step["spent_percent"]) is not int or not 1 <= step["spent_percent"] <= MAX_PERCENT:
            raise InvalidInputError("policy", f"spent_percent is a whole number from 1 to {MAX_PERCENT}.")
        if not isinstance(step["action"], str) or not 1 <= len(step["action"].strip()) <= MAX_ACTION:
            raise InvalidInputError("policy", f"An action has 1 to {MAX_ACTION} characters.")
    if len({step["spent_percent"] for step in policy}) < len(policy):
        raise InvalidInputError("policy", "Two steps are at the same share.")


def _columns(new: NewSLO) -> dict[str, object]:
    return {
        "target_ratio": new.target_ratio,
        "window_kind": new.window_kind,
        "window_days": new.window_days,
        "time_zone": new.time_zone,
        "profile": new.profile or take_default_profile(),
        "reason": new.reason,
        "rules": new.rules,
        "policy": new.policy,
    }


def take_default_profile() -> AccountingProfile:
    """The default profile; the standard one, made where it is lacking, if none is the default."""
    found = AccountingProfile.objects.filter(is_default=True).first()
    return found or AccountingProfile.objects.get_or_create(name="standard", version=1)[0]


def _next_number(integration: Integration, tier: str) -> int:
    last = SLO.objects.filter(integration=integration, tier=tier).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _default_target(promised: object, tier: str) -> Decimal:
    target = Decimal(str(float(promised))) if promised is not None else Decimal(1)  # type: ignore[arg-type]
    target = target.quantize(_STEP, rounding=ROUND_DOWN)
    return target if 0 < target < 1 else DEFAULT_TARGETS[Tier(tier)]
