"""The rejects file: one line for every refused row, complete or not there at all."""

import csv
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from support.imports.errors import Refusal

HEADER = ("line", "field", "value", "reason")


def write_rejects(refusals: Iterable[Refusal], path: Path) -> None:
    """Write the refusals as CSV to `path`, replacing what was there once all is written; OSError if it cannot."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows((r.line, r.field, r.value, r.reason) for r in refusals)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
