"""The small interface every channel stands on. A channel sends one message and knows nothing of rows or attempts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID


class TransportError(Exception):
    """A message that was not taken, or of which we do not know that it was.

    `permanent` is true when trying again is of no use, `is_gone` when the receiver wants nothing any more.
    `retry_after` is how long the receiver asks us to wait. The reason is shown to people and holds no secret.
    """

    def __init__(
        self, reason: str, *, permanent: bool = False, is_gone: bool = False, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.is_gone = is_gone
        self.retry_after = retry_after


@dataclass(frozen=True)
class MailedFile:
    """A file that goes with a mail; `path` is below the folder of kept files."""

    name: str
    media_type: str
    path: str


@dataclass(frozen=True)
class MailParts:
    """What a mail has that a notice has not. Headers replace those of a notice; its Message-ID is stable."""

    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[MailedFile] = ()


@dataclass(frozen=True)
class Outgoing:
    """One message to one address. `uuid` is the same in every attempt, `attempted_at` is not; `url` is absolute."""

    uuid: UUID
    event: str
    level: int
    title: str
    text: str
    url: str
    severity: str
    answers: str
    created_at: datetime
    attempted_at: datetime
    address: str
    secret_name: str = ""
    mail: MailParts | None = None


class Channel(Protocol):
    def __call__(self, message: Outgoing) -> None:
        """Send the message and return when the receiver has taken it; raises TransportError."""
        ...
