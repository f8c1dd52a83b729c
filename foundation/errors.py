"""What a service refuses, told so that page, admin, API and command can each say it in their own way."""

from collections.abc import Mapping, Sequence


class ServiceError(Exception):
    """A refusal by a rule; `code` is stable for machines, `members` are what else the API tells them."""

    code = "refused"
    members: Mapping[str, object] = {}


class InvalidInputError(ServiceError):
    """A value that cannot be accepted; names the field and what to do."""

    code = "invalid"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class StaleWriteError(ServiceError):
    """Somebody else changed the row since it was read."""

    code = "stale"

    def __init__(self, message: str = "This was changed by somebody else meanwhile. Load it again and repeat.") -> None:
        super().__init__(message)


class RefusedTransitionError(ServiceError):
    """A change of state that the rules do not allow; carries the states that they do, and the member that asked."""

    code = "transition_refused"

    def __init__(self, current: str, wanted: str, allowed: Sequence[str], *, field: str = "state") -> None:
        super().__init__(f"{current} cannot become {wanted}. Allowed: {', '.join(allowed) or 'none'}.")
        self.current = current
        self.wanted = wanted
        self.allowed = list(allowed)
        self.field = field
