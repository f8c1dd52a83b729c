"""The table behind a chart."""

from collections.abc import Collection, Sequence
from html import escape

from charts.primitives import Markup


def details(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    label: str = "Show as a table",
    *,
    words: Collection[int] = (),
) -> Markup:
    """A closed table with the first column as row heading and figures to its right, but for the columns of `words`.

    All but Markup is escaped.
    """
    name = escape(caption)
    heads = "".join(f'<th scope="col"{_class(index, words)}>{escape(title)}</th>' for index, title in enumerate(head))
    body = "".join(f"<tr>{_cells(row, words)}</tr>" for row in rows)
    return Markup(
        f'<details class="data"><summary>{escape(label)}</summary>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table>'
        f"<caption>{name}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></details>"
    )


def _cells(row: Sequence[object], words: Collection[int]) -> str:
    first, *rest = (_written(cell) for cell in row)
    return f'<th scope="row">{first}</th>' + "".join(
        f"<td{_class(index, words)}>{cell}</td>" for index, cell in enumerate(rest, start=1)
    )


def _class(index: int, words: Collection[int]) -> str:
    return ' class="num"' if index and index not in words else ""


def _written(cell: object) -> str:
    """What a cell shows: nothing for None, finished markup, such as a link, as it is."""
    if isinstance(cell, Markup):
        return cell
    return escape("" if cell is None else str(cell))
