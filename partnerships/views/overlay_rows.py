"""The lists of maintenance and adjustments on an integration's page, ready."""

from dataclasses import dataclass
from datetime import datetime

from charts.primitives import Markup
from charts.state import state
from foundation.words import duration, local, moment
from partnerships.models import AdjustedTo, Adjustment, MaintenanceKind
from partnerships.selectors.pages_overlays import MaintenanceNow

_ADJUSTMENT_STATES = {
    "proposed": ("open", "Proposed"),
    "approved": ("done", "Approved"),
    "rejected": ("none", "Rejected"),
}


@dataclass(frozen=True, slots=True)
class MaintenanceRow:
    """One plan."""

    pk: int
    title: str
    state: Markup
    rule: str
    when: str
    lasts: str
    who: str
    may_approve: bool
    may_cancel: bool


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """One adjustment."""

    pk: int
    state: Markup
    check: str
    counts_as: Markup
    when: str
    lasts: str
    reason: str
    who: str
    may_approve: bool
    may_reject: bool


def maintenance_row(one: MaintenanceNow, *, user_id: int, at: datetime) -> MaintenanceRow:
    """The plan in words; who may approve it is asked for."""
    plan = one.plan
    is_open = not plan.is_called_off
    is_own = plan.planned_by_id == user_id and plan.starts_at < at
    return MaintenanceRow(
        pk=plan.pk,
        title=plan.title,
        state=_maintenance_state(one),
        rule=_rule(one),
        when=_moments(one.start or plan.starts_at, at),
        lasts=duration(plan.duration_seconds),
        who=plan.planned_by.name if plan.planned_by else "their status page",
        may_approve=is_open and not plan.is_approved and not is_own,
        may_cancel=is_open and one.start is not None,
    )


def adjustment_row(row: Adjustment, *, user_id: int, at: datetime) -> AdjustmentRow:
    """The adjustment in words; who may approve it is asked for."""
    who = f"asked by {row.requested_by.name}" + (f", approved by {row.approved_by.name}" if row.approved_by else "")
    tone, label = _ADJUSTMENT_STATES[row.state]
    return AdjustmentRow(
        pk=row.pk,
        state=state(tone, label),
        check=row.health_check.name,
        counts_as=state(AdjustedTo.tone_of(row.adjusted_to), row.get_adjusted_to_display()),
        when=_moments(row.started_at, at),
        lasts=duration(row.ended_at - row.started_at),
        reason=row.reason,
        who=who,
        may_approve=row.state == "proposed" and row.requested_by_id != user_id,
        may_reject=row.state != "rejected",
    )


def _maintenance_state(one: MaintenanceNow) -> Markup:
    plan = one.plan
    if plan.cancelled_at is not None:
        return state("none", "Cancelled")
    if plan.withdrawn_at is not None:
        return state("none", "Ended early" if plan.withdrawn_at > plan.starts_at else "Called off by them")
    if not plan.is_approved:
        return state("open", "To be approved")
    if one.is_current:
        return state("watch", "Going on")
    return state("none", "Planned") if one.start else state("done", "Over")


def _rule(one: MaintenanceNow) -> str:
    plan = one.plan
    if plan.kind == MaintenanceKind.WEEKLY and plan.local_start is not None:
        days = ", ".join(day.capitalize() for day in plan.weekdays)
        return f"{days} {plan.local_start:%H:%M}, {plan.time_zone}"
    return f"{plan.cron}, {plan.time_zone}" if plan.kind == MaintenanceKind.CRON else "once"


def _moments(when: datetime, at: datetime) -> str:
    """An instant that may lie ahead, with its day unless that is today."""
    then = local(when)
    if when <= at or then.date() == local(at).date():
        return moment(when, now=at)
    return f"{then.day} {then:%b %H:%M}" if then.year == local(at).year else f"{then.day} {then:%b %Y %H:%M}"
