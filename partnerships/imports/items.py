"""The items of a published history, whatever the file's format: a mapping of texts, numbers and lists each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from foundation.imports.errors import Refusal, UnreadableFileError
from foundation.imports.reading import open_rows
from partnerships.imports.published_mapping import Format, PublishedMapping
from partnerships.probes.json_documents import JsonError, parse_json

MAX_BYTES = 64 * 1024 * 1024

Item = tuple[int, Mapping[str, Any]]
"""Where it stands (its line, or its place in the document, from 1), and its members."""


def read_items(file: Path, mapping: PublishedMapping) -> Iterator[Item | Refusal]:
    """Every item of the file in its order; UnreadableFileError where the file is not of the mapping's format."""
    if mapping.format == Format.CSV:
        return _rows(file, mapping)
    return _lines(file) if mapping.format == Format.LINES else _document(file, mapping)


def _rows(file: Path, mapping: PublishedMapping) -> Iterator[Item | Refusal]:
    with open_rows(file, mapping.file) as rows:
        for name in (*mapping.fields.values(), *mapping.flags.values()):
            if name not in rows.header:
                raise UnreadableFileError(
                    f"The mapping names the column {name!r}; the file has {', '.join(rows.header)[:300]}."
                )
        for row in rows:
            if isinstance(row, Refusal):
                yield row
                continue
            line, cells = row
            texts = (cell.strip() for cell in cells)
            yield line, {name: text for name, text in zip(rows.header, texts, strict=True) if not _lacks(text, mapping)}


def _lacks(text: str, mapping: PublishedMapping) -> bool:
    return text in mapping.file.missing


def _lines(file: Path) -> Iterator[Item | Refusal]:
    for number, line in enumerate(_bytes(file).splitlines(), 1):
        if not line.strip():
            continue
        try:
            item = parse_json(line)
        except JsonError as error:
            yield Refusal(number, "", "", f"is not JSON: {error}")
            continue
        yield (number, item) if isinstance(item, dict) else Refusal(number, "", "", "is no JSON object")


def _document(file: Path, mapping: PublishedMapping) -> Iterator[Item | Refusal]:
    try:
        document = parse_json(_bytes(file))
    except JsonError as error:
        raise UnreadableFileError(f"{file} is not JSON: {error}.") from error
    if mapping.items:
        document = document.get(mapping.items) if isinstance(document, dict) else None
    if not isinstance(document, list):
        raise UnreadableFileError(f"{file} holds no list{f' {mapping.items!r}' if mapping.items else ''} of items.")
    for number, item in enumerate(document, 1):
        yield (number, item) if isinstance(item, dict) else Refusal(number, "", json.dumps(item)[:200], "is no object")


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UnreadableFileError(f"{file} is larger than {MAX_BYTES // 1024 // 1024} MiB.")
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"{file} cannot be read: {error.strerror or error}") from error
