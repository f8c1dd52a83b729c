"""Causes of tickets: what may stand in the category of a solved one."""

from foundation.errors import InvalidInputError
from support.selectors.causes import list_active_causes

_NAMED = 12


def check_cause(code: str) -> None:
    """InvalidInputError where the code is empty, or is no active cause of a catalogue that is kept."""
    if not code:
        raise InvalidInputError("category", "give the cause before solving the ticket")
    causes = list_active_causes()
    codes = [cause.code for cause in causes]
    if codes and code not in codes:
        more = (
            f" and {len(codes) - _NAMED} more (causes in the admin, or causes/ over the API)" if codes[_NAMED:] else ""
        )
        raise InvalidInputError("category", f"choose an active cause by its code: {', '.join(codes[:_NAMED])}{more}")
