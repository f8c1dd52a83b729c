"""The rejects file: one line for every refused row, complete or not there at all."""

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from foundation.csv_export import safe_cell
from foundation.imports.errors import Refusal

HEADER = ("line", "field", "value", "reason")


@contextmanager
def open_rejects(path: Path | None) -> Iterator[Callable[[Iterable[Refusal]], None]]:
    """A function that writes the refusals as CSV that no spreadsheet runs.

    The file appears at `path`, complete, when the block ends well. A place that cannot be written to is
    found on entering (OSError), before an import has stored anything.
    """
    if path is None:
        yield lambda _refusals: None
        return
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            yield partial(_write, stream)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _write(stream: IO[str], refusals: Iterable[Refusal]) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows((r.line, safe_cell(r.field), safe_cell(r.value), r.reason) for r in refusals)
