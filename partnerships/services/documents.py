"""Documents of agreements: few kinds of file, kept by their fingerprint, told apart by what is in them."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from foundation.errors import InvalidInputError

LONGEST_DOCUMENT = 10 * 1024 * 1024
_BEGINNINGS = {".pdf": b"%PDF-", ".docx": b"PK\x03\x04", ".odt": b"PK\x03\x04"}
_ODD = re.compile(r"[^\w .()-]+")


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it came."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def check_document(document: Document) -> str:
    """The name under which the document is offered again.

    Raises InvalidInputError for one that is empty, longer than LONGEST_DOCUMENT bytes, of another kind than PDF, DOCX
    and ODT, or not what its name says.
    """
    suffix = Path(document.name).suffix.lower()
    if suffix not in _BEGINNINGS:
        raise InvalidInputError("document", f"Must be one of: {', '.join(sorted(_BEGINNINGS))}.")
    if len(document.content) > LONGEST_DOCUMENT:
        raise InvalidInputError("document", f"Is longer than {LONGEST_DOCUMENT // 1024**2} MB.")
    if not document.content.startswith(_BEGINNINGS[suffix]):
        raise InvalidInputError("document", f"Is no {suffix[1:].upper()} file.")
    stem = _ODD.sub("_", Path(document.name).stem).strip(" .") or "document"
    return stem[:100] + suffix


def store_document(document: Document) -> None:
    """Keep the content; the same content is kept once."""
    path = path_of(document.sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(document.content)
    part.replace(path)  # Whole or not at all.


def path_of(sha256: str) -> Path:
    """Where the content with this fingerprint is kept."""
    return Path(settings.MEDIA_ROOT) / "agreements" / sha256
