"""Files on tickets: checked by what is in them, kept by their fingerprint, offered as downloads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction

from foundation.errors import InvalidInputError
from foundation.kept_files import ATTACHMENTS, KeptFile, check_file, path_of, safe_name, store_file, suffix_of
from support.models import TicketAttachment, TicketEvent

LONGEST_ATTACHMENT = 10 * 1024 * 1024
MOST_ATTACHMENTS = 10
FOLDER = "tickets"


@dataclass(frozen=True)
class Sorted:
    """Files that are kept, and a sentence about each that is not."""

    kept: Sequence[KeptFile]
    left_out: Sequence[str]


def sort_files(files: Sequence[KeptFile]) -> Sorted:
    """Which of a stranger's files are kept: those of known kinds, up to MOST_ATTACHMENTS."""
    kept: list[KeptFile] = []
    left_out: list[str] = []
    for file in files:
        try:
            if len(kept) == MOST_ATTACHMENTS:
                raise InvalidInputError("attachments", f"Is more than {MOST_ATTACHMENTS}.")
            _check(file)
        except InvalidInputError as error:
            left_out.append(f"{safe_name(file.name)}: {error.message}")
        else:
            kept.append(file)
    return Sorted(kept, left_out)


def attach_files(*, event: TicketEvent, files: Sequence[KeptFile]) -> list[TicketAttachment]:
    """Keep the files with what was said on the ticket; InvalidInputError for one that is not kept, or too many."""
    if len(files) > MOST_ATTACHMENTS:
        raise InvalidInputError("attachments", f"At most {MOST_ATTACHMENTS} files.")
    rows = [
        TicketAttachment(
            event=event,
            name=_check(file),
            media_type=ATTACHMENTS[suffix_of(file.name)].media_type,
            size=len(file.content),
            sha256=file.sha256,
        )
        for file in files
    ]
    with transaction.atomic():
        for file in files:  # Before the rows: what is undone leaves a file that nobody names, never a name without one.
            store_file(file, folder=FOLDER)
        return TicketAttachment.objects.bulk_create(rows)


def open_attachment(attachment: TicketAttachment) -> BinaryIO | None:
    """The content, to be read and closed; None where it is no longer kept."""
    path = path_of(attachment.sha256, folder=FOLDER)
    return path.open("rb") if path.is_file() else None


def _check(file: KeptFile) -> str:
    return check_file(file, kinds=ATTACHMENTS, longest=LONGEST_ATTACHMENT, field="attachments")
