"""Reading a delimited file row by row, plain or gzipped; what cannot be read is refused with its line."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from foundation.imports.errors import Refusal, UnreadableFileError

_GZIP_MAGIC = b"\x1f\x8b"
MAX_VALUE_SHOWN = 200

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class FileRules:
    """How the file is written; cells in `missing` hold nothing."""

    encoding: str
    delimiter: str
    missing: frozenset[str]


class Rows:
    """The rows of one open file: `header`, then (line, cells) or a Refusal each; lines count from 1."""

    def __init__(self, stream: IO[bytes], rules: FileRules) -> None:
        self._rules = rules
        # A byte order mark is not part of the first column's name.
        encoding = "utf-8-sig" if codecs.lookup(rules.encoding).name == "utf-8" else rules.encoding
        # Bytes that cannot be decoded become surrogates, which are found row by row.
        text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")
        self._reader = csv.reader(text, delimiter=rules.delimiter, strict=True)
        self.header = self._read_header()

    def _read_header(self) -> list[str]:
        try:
            header = next(self._reader, None)
        except (csv.Error, OSError, EOFError, zlib.error, UnicodeError) as error:
            raise UnreadableFileError(f"The first line cannot be read: {error}") from error
        if not header:
            raise UnreadableFileError("The file is empty: its first line must name the columns.")
        return [name.strip() for name in header]

    def __iter__(self) -> Iterator[Row | Refusal]:
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Refusal(line, "", "", f"is no well-formed row: {error}")
                continue
            except (OSError, EOFError, zlib.error, UnicodeError) as error:
                raise UnreadableFileError(f"Line {line}: the file is damaged: {error}") from error
            if cells:
                yield self._check(line, cells)

    def _check(self, line: int, cells: list[str]) -> Row | Refusal:
        if len(cells) != len(self.header):
            shown = self._rules.delimiter.join(cells)[:MAX_VALUE_SHOWN]
            reason = f"has {len(cells)} columns where the first line has {len(self.header)}"
            return Refusal(line, "", _printable(shown), reason)
        joined = "".join(cells)
        if "\0" in joined:
            return self._blame(line, cells, "contains a NUL byte", "\0")
        if not joined.isascii() and any("\udc80" <= character <= "\udcff" for character in joined):
            return self._blame(line, cells, f"is not written in {self._rules.encoding}", None)
        return line, cells

    def _blame(self, line: int, cells: list[str], reason: str, character: str | None) -> Refusal:
        """A refusal that names the first cell with the fault."""
        for name, cell in zip(self.header, cells, strict=True):
            if character in cell if character else not _is_encodable(cell):
                return Refusal(line, name, _printable(cell[:MAX_VALUE_SHOWN]), reason)
        return Refusal(line, "", "", reason)


@contextmanager
def open_rows(path: Path, rules: FileRules) -> Iterator[Rows]:
    """The file's rows, unpacked when it starts as gzip does; UnreadableFileError if it cannot be opened."""
    with ExitStack() as stack:
        try:
            raw = stack.enter_context(path.open("rb"))
            is_gzip = raw.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            raw.seek(0)
        except OSError as error:
            raise UnreadableFileError(f"{path} cannot be read: {error.strerror or error}") from error
        unpacked = cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=raw))) if is_gzip else raw
        yield Rows(unpacked, rules)


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _printable(text: str) -> str:
    """The text with undecodable bytes and NULs shown as escapes, fit for a CSV."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
