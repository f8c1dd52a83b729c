"""Rules of alerts as they are stored and written: read from JSON, checked against their objective, told in words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from foundation.errors import InvalidInputError
from partnerships.health.burn import BURN, DOWN, MINUTE_US, PAGE, TICKET, Offer, Rule, offer_instead

FIELD = "rules"
MAX_RULES = 10
MAX_MINUTES = 366 * 24 * 60
MIN_MINUTES = 5
_MEMBERS = {"severity", "kind", "budget_percent", "window_minutes"}


def read_rules(stored: Any) -> tuple[Rule, ...]:
    """The rules of a JSON list of {"severity", "kind", "budget_percent", "window_minutes"}.

    Raises InvalidInputError saying which one cannot be read.
    """
    if not isinstance(stored, list) or len(stored) > MAX_RULES:
        raise InvalidInputError(FIELD, f"Must be a list of at most {MAX_RULES} rules.")
    rules = tuple(_read(one, number) for number, one in enumerate(stored, start=1))
    if len({rule.key for rule in rules}) < len(rules):
        raise InvalidInputError(FIELD, "Two rules have the same severity, kind and window.")
    return rules


def write_rules(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """The JSON that `read_rules` reads."""
    return [_written(rule) for rule in rules]


def check_rules(rules: Sequence[Rule], *, target: Fraction, window_us: int, wakes: bool) -> None:
    """Raises InvalidInputError for a rule that could not fire, does not fit, or would wake whom it must not."""
    for rule in rules:
        if rule.severity == PAGE and not wakes:
            raise InvalidInputError(FIELD, "An experimental integration wakes nobody: its rules are tickets.")
        if rule.long_us >= window_us:
            raise InvalidInputError(FIELD, f"{length_words(rule.long_us)} must be shorter than the window.")
        if rule.is_impossible(target, window_us):
            raise InvalidInputError(FIELD, _impossible_words(rule, target, window_us))


def rule_words(rule: Rule) -> str:
    """2 % of the budget in 1 h; down longer than 30 min."""
    if rule.kind == DOWN:
        return f"down longer than {length_words(rule.long_us)}"
    return f"{_percent(rule)} % of the budget in {length_words(rule.long_us)}"


def length_words(length_us: int) -> str:
    """A window in its largest whole unit: 3 d, 6 h, 90 min."""
    minutes = length_us // MINUTE_US
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes >= size and minutes % size == 0:
            return f"{minutes // size} {unit}"
    return f"{minutes} min"


def _read(one: Any, number: int) -> Rule:
    if not isinstance(one, dict) or not {"severity", "window_minutes"} <= set(one) <= _MEMBERS:
        raise InvalidInputError(FIELD, f"Rule {number} must have severity and window_minutes, kind and budget_percent.")
    severity, kind = one["severity"], one.get("kind", BURN)
    if severity not in (PAGE, TICKET) or kind not in (BURN, DOWN):
        raise InvalidInputError(FIELD, f"Rule {number}: severity is page or ticket, kind is burn or down.")
    minutes, percent = one["window_minutes"], one.get("budget_percent", 0)
    if type(minutes) is not int or not MIN_MINUTES <= minutes <= MAX_MINUTES:
        raise InvalidInputError(
            FIELD, f"Rule {number}: window_minutes is a whole number, {MIN_MINUTES} to {MAX_MINUTES}."
        )
    if type(percent) not in (int, float) or not (0 < percent <= 100 if kind == BURN else percent == 0):  # noqa: PLR2004
        raise InvalidInputError(FIELD, f"Rule {number}: budget_percent is above 0 and at most 100; of kind down, none.")
    return Rule(severity, minutes * MINUTE_US, Fraction(str(percent)) / 100, kind)


def _written(rule: Rule) -> dict[str, Any]:
    written: dict[str, Any] = {
        "severity": rule.severity,
        "kind": rule.kind,
        "window_minutes": rule.long_us // MINUTE_US,
    }
    if rule.kind == BURN:
        percent = rule.budget_share * 100
        written["budget_percent"] = percent.numerator if percent.denominator == 1 else float(percent)
    return written


def _impossible_words(rule: Rule, target: Fraction, window_us: int) -> str:
    offer = offer_instead(rule, target, window_us)
    share = f"{float(rule.bad_share(target, window_us) * 100):.4g} %"
    needed = f"{share} of {length_words(rule.long_us)} would have to be lost"
    return f"At this target {rule_words(rule)} cannot fire in time: {needed}. Take {_offer_words(offer, rule)}."


def _offer_words(offer: Offer, rule: Rule) -> str:
    plain = f"down longer than {length_words(offer.down_us)}"
    if offer.budget_percent < 1:
        return plain
    return f"{offer.budget_percent} % of the budget in {length_words(rule.long_us)}, or {plain}"


def _percent(rule: Rule) -> str:
    return f"{float(rule.budget_share * 100):.4g}"
