"""Experiments looked at daily: false positives without a difference, and what always-valid intervals cost in power."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import django
import numpy as np

from benchmarks.report import Line, Report
from benchmarks.sizes import size

ALPHA, DAYS, SHOWN_FROM = 0.05, 28, 100
MAX_FALSE, LEAST = 0.05, 0.001  # ratios are kept finite where nothing was found
POWER_SIGMAS = 2.8  # the difference in standard errors that a fixed test finds in 80 of 100
Draw = Callable[[np.random.Generator, float, int], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Kind:
    """A metric to simulate: how values and denominators fall, and the shift that is one standard deviation a unit."""

    name: str
    kind: str
    draw: Draw
    sigma: float


def _share(of: float) -> Draw:
    return lambda rng, shift, n: ((rng.random(n) < of + shift).astype(float), np.zeros(n))


def _normal(rng: np.random.Generator, shift: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(10 + shift, 3, n), np.zeros(n)


def _skewed(rng: np.random.Generator, shift: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.lognormal(0, 1, n) + shift, np.zeros(n)


def _ratio(rng: np.random.Generator, shift: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    visits = 1.0 + rng.poisson(2, n)
    return rng.normal((2 + shift) * visits, 1.5 * np.sqrt(visits)), visits


KINDS = (
    Kind("a share of 20 %", "proportion", _share(0.2), 0.4),
    Kind("a share of 2 %", "proportion", _share(0.02), 0.14),
    Kind("a mean", "mean", _normal, 3.0),
    Kind("a mean with a long tail", "mean", _skewed, 2.161),
    Kind("a ratio of sums", "ratio", _ratio, 0.866),
)


def run(report: Report) -> None:
    """Every kind, with the product's own comparison; the peer is the fixed test's p-value looked at each day."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    trials, units = size("AA_EXPERIMENTS", 400), size("AA_UNITS", 100)
    report.note(
        f"{trials:,} experiments a kind, {DAYS} daily looks, {units} units an arm and day, α {ALPHA:g}; "
        f"the always-valid interval is shown from {SHOWN_FROM} units on and tuned to the planned n"
    )
    for place, kind in enumerate(KINDS):
        rng = np.random.default_rng([2026, place])
        _add_false(report, kind, [_look(rng, kind, 0.0, units) for _ in range(trials)])
        shift = POWER_SIGMAS * kind.sigma * (2 / (units * DAYS)) ** 0.5
        _add_power(report, kind, [_look(rng, kind, shift, units) for _ in range(trials)])


@dataclass(frozen=True)
class Looked:
    """Whether one experiment was ever called different by either method, and by the fixed test at its end."""

    valid: bool
    peeked: bool
    fixed: bool


def _look(rng: np.random.Generator, kind: Kind, shift: float, units: int) -> Looked:
    from metrics.selectors.comparisons import compare
    from metrics.selectors.sufficient import Sums
    from metrics.statistics.comparison import always_valid

    control, treatment, valid, peeked, is_low = Sums(), Sums(), False, False, False
    for day in range(1, DAYS + 1):
        control, treatment = control + _sums(rng, kind, 0.0, units), treatment + _sums(rng, kind, shift, units)
        found = compare(control, treatment, kind=kind.kind, alpha=ALPHA)
        is_low = found is not None and found.p < ALPHA
        peeked |= is_low
        if found is not None and 2 * units * day >= SHOWN_FROM:
            low, high = always_valid(found, n=2 * units * day, planned_n=2 * units * DAYS, alpha=ALPHA)
            valid |= low > 0 or high < 0
    return Looked(valid, peeked, is_low)


def _sums(rng: np.random.Generator, kind: Kind, shift: float, units: int):
    from metrics.selectors.sufficient import Sums

    y, d = kind.draw(rng, shift, units)
    v, e = y - y.mean(), d - d.mean()
    return Sums(n=units, y=float(y.sum()), d=float(d.sum()), yy=float(v @ v), dd=float(e @ e), yd=float(v @ e))


def _add_false(report: Report, kind: Kind, looked: list[Looked]) -> None:
    valid, peeked = _part(one.valid for one in looked), _part(one.peeked for one in looked)
    what = f"false positives of daily looks, {kind.name}"
    report.add(Line(what, f"{valid:.1%}", "p-value each day", f"{peeked:.1%}", peeked / max(valid, LEAST)))
    report.add(Line(what, f"{valid:.1%}", "limit", f"{MAX_FALSE:.1%}", MAX_FALSE / max(valid, LEAST), gate=1))


def _add_power(report: Report, kind: Kind, looked: list[Looked]) -> None:
    valid, fixed = _part(one.valid for one in looked), _part(one.fixed for one in looked)
    what = f"power while running, {kind.name}"
    report.add(Line(what, f"{valid:.1%}", "fixed test at the end", f"{fixed:.1%}", valid / max(fixed, LEAST)))


def _part(flags) -> float:
    return float(np.mean(list(flags)))
