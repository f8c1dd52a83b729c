"""One measured comparison as a line, and the table of all lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """Ours beside a peer or a limit. `ratio` is how many times better ours is, or what share of a limit it reaches.

    `gate` and `aim` are the least ratios wanted; None where the line only informs.
    """

    what: str
    ours: str
    peer: str
    theirs: str
    ratio: float
    gate: float | None = None
    aim: float | None = None

    @property
    def verdict(self) -> str:
        if self.gate is None:
            return ""
        wanted = f"gate ≥ {self.gate:g}"
        if self.aim is not None:
            wanted += f", aim ≥ {self.aim:g}"
        return f"{self._reached()} ({wanted})"

    def _reached(self) -> str:
        if not self._holds(self.gate):
            return "MISSED"
        return "aim reached" if self.aim is not None and self._holds(self.aim) else "met"

    def _holds(self, bound: float | None) -> bool:
        return bound is not None and self.ratio >= bound

    def __str__(self) -> str:
        return (
            f"{self.what}: ours {self.ours} | {self.peer} {self.theirs} | ratio {show_ratio(self.ratio)} "
            f"{self.verdict}".rstrip()
        )


@dataclass
class Report:
    """What one benchmark found: lines to compare, notes on how it was measured, and what had to be left out."""

    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        print(f"  {line}", flush=True)

    def note(self, text: str) -> None:
        self.notes.append(text)
        print(f"  · {text}", flush=True)

    def leave_out(self, text: str) -> None:
        self.left_out.append(text)
        print(f"  LEFT OUT: {text}", flush=True)


def show_ratio(ratio: float) -> str:
    """The ratio with as many digits as mean something."""
    if ratio < 0.1:
        return f"{ratio:.4f}"
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


def make_table(lines: Iterable[Line]) -> str:
    """All lines as one Markdown table."""
    rows = [("measured", "ours", "peer or limit", "theirs", "ratio", "gate")]
    rows += [(one.what, one.ours, one.peer, one.theirs, show_ratio(one.ratio), one.verdict) for one in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    shown = [f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in rows]
    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join([shown[0], rule, *shown[1:]])
