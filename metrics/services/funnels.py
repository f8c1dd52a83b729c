"""What a funnel's steps must be."""

from typing import Any

from foundation.errors import InvalidInputError

MIN_STEPS, MAX_STEPS, MAX_NAME = 2, 10, 80


def check_steps(steps: Any) -> list[str]:
    """The names of the steps in order; InvalidInputError unless they are two to ten, each named once."""
    steps = steps if isinstance(steps, list) else []
    named = [step.strip() for step in steps if isinstance(step, str) and 0 < len(step.strip()) <= MAX_NAME]
    if len(named) < len(steps) or not MIN_STEPS <= len(named) <= MAX_STEPS or len(set(named)) < len(named):
        raise InvalidInputError("steps", f"Name {MIN_STEPS} to {MAX_STEPS} different events.")
    return named
