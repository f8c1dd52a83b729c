"""Files that people send: few kinds, told apart by what is in them, kept by their fingerprint and never opened."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from foundation.errors import InvalidInputError

_ODD = re.compile(r"[^\w .()-]+")
_LONGEST_STEM = 100
_TEXT_LOOKED_AT = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it came."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _is_text(content: bytes) -> bool:
    """Whether it holds no zero byte where one looks first; whatever it says, it is offered as a download only."""
    return b"\0" not in content[:_TEXT_LOOKED_AT]


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file: its media type, and whether content is of it."""

    media_type: str
    fits: Callable[[bytes], bool]


_OFFICE = _begins(b"PK\x03\x04")
_OPEN = "application/vnd.oasis.opendocument"
_MS = "application/vnd.openxmlformats-officedocument"
PAPERS: Mapping[str, FileKind] = {
    ".pdf": FileKind("application/pdf", _begins(b"%PDF-")),
    ".docx": FileKind(f"{_MS}.wordprocessingml.document", _OFFICE),
    ".odt": FileKind(f"{_OPEN}.text", _OFFICE),
}
"""What agreements are written on."""
ATTACHMENTS: Mapping[str, FileKind] = {
    **PAPERS,
    ".xlsx": FileKind(f"{_MS}.spreadsheetml.sheet", _OFFICE),
    ".pptx": FileKind(f"{_MS}.presentationml.presentation", _OFFICE),
    ".ods": FileKind(f"{_OPEN}.spreadsheet", _OFFICE),
    ".png": FileKind("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    ".jpg": FileKind("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".jpeg": FileKind("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".gif": FileKind("image/gif", _begins(b"GIF87a", b"GIF89a")),
    ".webp": FileKind("image/webp", _is_webp),
    ".txt": FileKind("text/plain", _is_text),
    ".log": FileKind("text/plain", _is_text),
    ".csv": FileKind("text/csv", _is_text),
    ".eml": FileKind("message/rfc822", _is_text),
}
"""What customers and agents send each other."""


def check_file(file: KeptFile, *, kinds: Mapping[str, FileKind], longest: int, field: str) -> str:
    """The name under which the file is offered again.

    Raises InvalidInputError for one that is empty, longer than `longest` bytes, of another kind, or not what its name
    says.
    """
    suffix = suffix_of(file.name)
    if suffix not in kinds:
        raise InvalidInputError(field, f"Must be one of: {', '.join(sorted(kinds))}.")
    if len(file.content) > longest:
        raise InvalidInputError(field, f"Is longer than {longest // 1024**2} MB.")
    if not file.content:
        raise InvalidInputError(field, "Is empty.")
    if not kinds[suffix].fits(file.content):
        raise InvalidInputError(field, f"Is no {suffix[1:].upper()} file.")
    return safe_name(file.name)


def suffix_of(name: str) -> str:
    """The end of the name that says what kind of file it is, lower-case."""
    return Path(name.replace("\\", "/")).suffix.lower()


def safe_name(name: str) -> str:
    """The name without folders and without signs that a file system or a header could take for something else."""
    path = Path(name.replace("\\", "/"))
    stem = _ODD.sub("_", path.stem).strip(" .") or "document"
    return stem[:_LONGEST_STEM] + _ODD.sub("_", path.suffix.lower())[:20]


def store_file(file: KeptFile, *, folder: str) -> None:
    """Keep the content; the same content is kept once."""
    path = path_of(file.sha256, folder=folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(file.content)
    part.replace(path)  # Whole or not at all.


def path_of(sha256: str, *, folder: str) -> Path:
    """Where the content with this fingerprint is kept."""
    return Path(settings.MEDIA_ROOT) / folder / sha256
