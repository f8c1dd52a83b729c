"""A heartbeat: the partner, or a job of ours, calls us, and silence is what tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from partnerships.models.result import Outcome
from partnerships.probes.base import Config, Listener, Problem, Verdict, unknown_keys

HEARTBEAT = "heartbeat"
DEFAULT_SECONDS = {"every_seconds": 3600, "grace_seconds": 300}
# Grace is at least the time that a worker may have known of the last call before it judges.
LIMITS = {"every_seconds": (10, 31 * 86_400), "grace_seconds": (5, 7 * 86_400)}


class HeartbeatKind(Listener):
    """Fails when the last call is longer ago than `every_seconds` and `grace_seconds` together."""

    kind = HEARTBEAT
    label = "Heartbeat"

    def validate(self, config: Config) -> list[Problem]:
        problems = unknown_keys(config, frozenset(LIMITS))
        for name, (least, most) in LIMITS.items():
            if not _is_within(config.get(name, DEFAULT_SECONDS[name]), least, most):
                problems.append((name, f"A whole number from {least} to {most}."))
        return problems

    def judge(self, last_beat_at: datetime | None, config: Config, *, at: datetime) -> Verdict:
        if last_beat_at is None:
            return Verdict(Outcome.ERROR, reason="no_heartbeat", detail="The partner has not called yet.")
        detail = f"Last call {last_beat_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC."
        allowed = timedelta(seconds=sum(config.get(name, DEFAULT_SECONDS[name]) for name in LIMITS))
        if at - last_beat_at > allowed:
            return Verdict(Outcome.FAIL, reason="heartbeat_late", detail=detail)
        return Verdict(Outcome.OK, detail=detail)


def _is_within(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


PROBE = HeartbeatKind()
