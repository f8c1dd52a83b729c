"""Which shipped mapping a file is for, when nobody says so."""

from pathlib import Path

from foundation.imports.errors import MappingError, UnreadableFileError
from foundation.imports.reading import open_rows
from support.imports.loading import list_shipped_mappings, load_mapping
from support.imports.rows import RowParser


def recognise_mapping(path: Path) -> str:
    """The name of the one shipped mapping whose columns the file has; MappingError when none or several fit."""
    fitting = [name for name in list_shipped_mappings() if _fits(path, name)]
    if len(fitting) != 1:
        found = f"{' and '.join(fitting)} fit" if fitting else "none of the shipped ones has its columns"
        raise MappingError(f"Which mapping {path} is for cannot be told ({found}): name the mapping.")
    return fitting[0]


def _fits(path: Path, name: str) -> bool:
    mapping = load_mapping(name)
    with open_rows(path, mapping.file) as rows:
        try:
            RowParser(mapping, rows.header)
        except UnreadableFileError:
            return False
    return True
