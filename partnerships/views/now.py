"""What changes from probe to probe, as words: the state, the last result, the checks and what may be done to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from charts.primitives import Markup
from charts.state import state
from foundation.words import duration, figure, local, moment
from partnerships.health.slo import ROLLING
from partnerships.models import CheckState, HealthCheck, Outcome
from partnerships.probes.failures import CERTIFICATE_SENTENCES, SENTENCES
from partnerships.probes.registry import list_kinds
from partnerships.selectors.pages_detail import CheckNow, Current
from partnerships.selectors.slos import SLONow
from partnerships.views.words import microseconds, state_mark, vendor_word

_LATE = timedelta(minutes=1)
_REASONS = {
    **{str(reason): words.rstrip(".") for reason, words in SENTENCES.items()},
    "status": "The status was not the one expected",
    "latency": "The answer was slow",
    "json": "The answer did not say what it should",
    "body": "The answer did not say what it should",
    "auth": "Our credentials were refused",
    "quota": "The partner limits our requests",
    "stale": "No result came",
    "feed_unreachable": "Their page could not be reached",
    "feed_unreadable": "Their page could not be read",
    "unknown_word": "Their page used a word that we do not know",
    "component_missing": "Their page lacks a component that we watch",
    **{f"certificate_{problem}": words.rstrip(".") for problem, words in CERTIFICATE_SENTENCES.items()},
    "certificate_expires_soon": "The certificate expires soon",
    "heartbeat_late": "The partner's call is late",
    "no_heartbeat": "The partner has not called yet",
    "text_only": "Their page tells it in words only",
    "suspected": "They name trouble without saying where",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the page says about the integration now: a state, a strong first part, the rest, and the last result."""

    state: Markup
    strong: str
    rest: str
    small: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check, ready; `may_poll` is false where polling would mean nothing."""

    pk: int
    name: str
    kind: str
    role: str
    now: Markup
    flapping: str
    outcome: Markup | str
    reason: str
    latency: str
    last: str
    due: str
    is_paused: bool
    may_poll: bool


def sentence_for(current: Current, slo: SLONow | None, *, at: datetime) -> Sentence:
    """The state in words, what their page says, and how much the budget still bears."""
    rest = [_vendor_words(current), _budget_words(slo)]
    return Sentence(
        state=state_mark(current.now, at),
        strong=_finding(current, at),
        rest=" ".join(filter(None, rest)),
        small=_last_words(current, at),
    )


def lines_for(checks: Sequence[CheckNow], *, at: datetime) -> list[CheckLine]:
    """The checks as rows of a table."""
    return [_line(one, at) for one in checks]


def latency_words(latency_us: int | None) -> str:
    """A latency in milliseconds, or seconds where it is long."""
    if latency_us is None:
        return ""
    return f"{figure(latency_us / 1e6, 1)} s" if latency_us >= 10_000_000 else f"{figure(latency_us / 1000, 0)} ms"  # noqa: PLR2004


def reason_words(reason: str, detail: str = "") -> str:
    """Why, in words; a reason without words of its own stands as it is."""
    words = _REASONS.get(reason, reason.replace("_", " ").capitalize())
    return f"{words} ({detail.rstrip('.')})" if detail and not detail.startswith(words) else words


def clock(then: datetime, *, now: datetime) -> str:
    """An instant with its seconds where it is of today."""
    return f"{local(then):%H:%M:%S}" if local(then).date() == local(now).date() else moment(then, now=now)


def _finding(current: Current, at: datetime) -> str:
    if not current.ours:
        return "No check of ours watches it."
    gravest = next((one.check for one in current.ours if one.now.state == current.now.state), current.ours[0].check)
    if current.now.state == CheckState.UNKNOWN and current.now.since:
        return f"Nothing was measured since {clock(current.now.since, now=at)}."
    if current.now.state == CheckState.PAUSED:
        return "Probing is paused."
    if current.now.state == CheckState.PENDING:
        return "It has not been measured again yet." if gravest.last_result_at else "It has not been measured yet."
    return _last_finding(gravest, current.now.state)


def _last_finding(check: HealthCheck, state_name: str) -> str:
    """What the last result adds to the state: it confirms it, or speaks for another that is not confirmed yet."""
    is_good, is_blind = check.last_outcome == Outcome.OK, check.last_outcome == Outcome.ERROR
    if state_name == CheckState.UP:
        if is_good or not check.last_outcome:
            return f"It answers in {latency_words(check.last_latency_us)}." if check.last_latency_us else "It answers."
        words = reason_words(check.last_reason, check.last_detail) or "The last probe failed"
        return f"{words}; {'so it was not measured' if is_blind else 'not confirmed yet'}."
    if is_good:
        return "It answers again; a further good result confirms it."
    return f"{reason_words(check.last_reason, check.last_detail) or 'No reason was told'}."


def _vendor_words(current: Current) -> str:
    word = vendor_word(current.vendor)
    return f"Their page says: {word}." if word else ""


def _budget_words(slo: SLONow | None) -> str:
    if slo is None or slo.budget is None:
        return ""
    left = slo.budget.left_us
    if left < 0:
        return f"The budget is overspent by {microseconds(-left)}."
    where = f"these {slo.objective.days} days" if slo.objective.kind == ROLLING else "this month"
    return f"The budget bears {microseconds(left)} more in {where}."


def _last_words(current: Current, at: datetime) -> str:
    known = [one.check for one in current.ours if one.check.last_result_at is not None]
    parts = []
    if known:
        last = max(known, key=lambda check: check.last_result_at or at)
        parts.append(_result_words(last, at))
    if len({one.now.state for one in current.ours}) == 1 and len(current.ours) > 1:
        parts.append(f"All {len(current.ours)} checks agree.")
    due = [one.check.next_due_at for one in current.ours if one.check.next_due_at and not one.check.is_paused]
    if due:
        parts.append(f"Next probe {_due_words(min(due), at)}.")
    return " ".join(parts)


def _result_words(check: HealthCheck, at: datetime) -> str:
    when = clock(check.last_result_at or at, now=at)
    outcome = str(Outcome(check.last_outcome).label) if check.last_outcome in Outcome.values else "no outcome"
    took = f" in {latency_words(check.last_latency_us)}" if check.last_latency_us else ""
    return f"Last result {when}: {outcome}{took}."


def _due_words(due: datetime, at: datetime) -> str:
    if due > at:
        return f"in {duration(due - at)}"
    return f"is {duration(at - due)} late" if at - due > _LATE else "is due"


def _line(one: CheckNow, at: datetime) -> CheckLine:
    check = one.check
    known = check.last_outcome in Outcome.values
    return CheckLine(
        pk=check.pk,
        name=check.name,
        kind=dict(list_kinds()).get(check.kind, check.kind),
        role="counts for uptime" if check.counts_for_uptime else "what they say",
        now=state_mark(one.now, at),
        flapping=f"flapping since {clock(check.flapping_since, now=at)}" if check.flapping_since else "",
        outcome=state(Outcome.tone_of(check.last_outcome), Outcome(check.last_outcome).label) if known else "none yet",
        reason=reason_words(check.last_reason, check.last_detail) if check.last_reason else check.last_detail,
        latency=latency_words(check.last_latency_us),
        last=clock(check.last_result_at, now=at) if check.last_result_at else "never",
        due=_schedule_words(one, at),
        is_paused=check.is_paused,
        may_poll=not check.is_paused and not one.is_busy,
    )


def _schedule_words(one: CheckNow, at: datetime) -> str:
    check = one.check
    if check.is_paused:
        return "paused"
    if one.is_busy:
        return "being probed"
    every = f"every {duration(check.interval_seconds)}"
    return f"{every}, {_due_words(check.next_due_at, at)}" if check.next_due_at else every
