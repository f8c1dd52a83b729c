"""Survival: how long rows last, some of which still do. A cell keeps every duration."""

from collections.abc import Sequence

from metrics.columns import merge_columns, pack_column
from metrics.frame import Frame
from metrics.kinds.rule import Cell, Formula, KindRule, Value, having
from metrics.statistics.survival import KaplanMeier, fit

_LENGTH = 8


def _fold(frame: Frame, formula: Formula) -> Cell:
    frame = having(frame, formula["duration"], formula["observed"])
    durations, ended = frame.measures[formula["duration"]], frame.measures[formula["observed"]] != 0
    observed, running = pack_column(durations[ended]), pack_column(durations[~ended])
    data = len(observed).to_bytes(_LENGTH, "big") + observed + running
    return Cell(n=len(frame), total=int(ended.sum()), data=data)


def _parts(cell: Cell) -> tuple[bytes, bytes]:
    """The packed durations that ended, and those that still ran."""
    data = bytes(cell.data)
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "big")
    return data[_LENGTH:end], data[end:]


def _combine(cells: Sequence[Cell], formula: Formula) -> Value:
    parts = [_parts(cell) for cell in cells]
    observed, running = (merge_columns(part[side] for part in parts) for side in (0, 1))
    n = len(observed) + len(running)
    return Value(_statistic(fit(observed, running), formula) if n else None, n)


def _statistic(curve: KaplanMeier, formula: Formula) -> float | None:
    """What the formula asks of the curve; times in the metric's unit, a share from 0 to 1."""
    if formula["statistic"] == "share_at":
        return curve.share_at(formula["at"])
    time = curve.median() if formula["statistic"] == "median" else curve.restricted_mean(formula["horizon"])
    return None if time is None else time / formula.get("scale", 1)


SURVIVAL = KindRule(_fold, _combine, needs_data=True)
