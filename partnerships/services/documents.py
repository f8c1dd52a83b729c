"""Documents of agreements: few kinds of file, kept by their fingerprint, told apart by what is in them."""

from pathlib import Path

from foundation import kept_files
from foundation.kept_files import PAPERS, KeptFile, check_file, store_file

LONGEST_DOCUMENT = 10 * 1024 * 1024
_FOLDER = "agreements"
Document = KeptFile


def check_document(document: Document) -> str:
    """The name under which the document is offered again.

    Raises InvalidInputError for one that is empty, longer than LONGEST_DOCUMENT bytes, of another kind than PDF, DOCX
    and ODT, or not what its name says.
    """
    return check_file(document, kinds=PAPERS, longest=LONGEST_DOCUMENT, field="document")


def store_document(document: Document) -> None:
    """Keep the content; the same content is kept once."""
    store_file(document, folder=_FOLDER)


def path_of(sha256: str) -> Path:
    """Where the content with this fingerprint is kept."""
    return kept_files.path_of(sha256, folder=_FOLDER)
