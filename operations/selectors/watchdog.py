"""Whether what tells people of trouble works itself: a dead worker must look dead."""

from dataclasses import dataclass
from datetime import datetime

from foundation.readiness import ask_some

TELLING = {"escalations": "Escalations do not climb", "outbox": "Messages are not sent"}


@dataclass(frozen=True, slots=True)
class Unwell:
    """One part that does not do its work, in words."""

    words: str
    detail: str


def list_unwell(*, at: datetime) -> list[Unwell]:
    """The parts that are late with telling people, by their oldest waiting work; two queries."""
    findings = ask_some(TELLING, at=at)
    return [Unwell(TELLING[name], found.detail) for name, found in findings.items() if not found.is_ok]
