"""What can stop an import as a whole; single rows are refused with a `Refusal` instead."""

from dataclasses import dataclass


class ImportProblemError(Exception):
    """The import cannot run; the message is a sentence for the person who started it."""


class MappingError(ImportProblemError):
    """The mapping is wrong; the message names the key."""


class UnreadableFileError(ImportProblemError):
    """The file cannot be read by this mapping; the message names the line or the column."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row, or one thing at its last row, that was not taken: where it stands and why."""

    line: int
    field: str
    value: str
    reason: str
    subject: str = ""
    """The id of what the row belongs to, where it could be read."""
