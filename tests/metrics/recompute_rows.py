"""A number from its rows, written without the product: plain Python, fractions and numpy."""

import math
from fractions import Fraction

import numpy as np


def recompute_from_rows(version, rows):
    """The value that these rows make by the version's formula; each row is {"measures", "at", "key", "histogram"}."""
    formula, kind = version.formula, version.kind
    scale = Fraction(formula.get("scale", 1_000_000 if kind == "entered" else 1))
    numbers = [row["measures"] for row in rows]

    def column(name):
        return [row[name] for row in numbers]

    if kind == "count":
        return float(Fraction(len(rows)) / scale)
    if kind in ("sum", "stock"):
        return float(Fraction(sum(column(formula["measure"]))) / scale)
    if not rows:
        return None
    if kind == "mean":
        return float(Fraction(sum(column(formula["measure"])), len(rows)) / scale)
    if kind == "percentile":
        return float(np.quantile(np.array(column(formula["measure"])) / float(scale), formula["quantile"]))
    if kind == "ratio":
        over = sum(column(formula["denominator"])) if formula.get("denominator") else len(rows)
        return float(Fraction(sum(column(formula["numerator"])), over) / scale) if over else None
    if kind == "share":
        return float(Fraction(sum(meets(row, formula["where"]) for row in rows), len(rows)) / scale)
    if kind == "interval_share":
        good = sum(weight * sum(column(name)) for name, weight in formula["good"].items())
        counted = 1000 * sum(sum(column(name)) for name in formula["counted"])
        return float(Fraction(good, counted) / scale) if counted else None
    if kind == "histogram_percentile":
        return histogram_percentile([row["histogram"] for row in rows], formula["quantile"], float(scale))
    if kind == "survival":
        return survival_median(column(formula["duration"]), column(formula["observed"]), float(scale))
    if kind == "entered":
        return float(Fraction(sum(column("value")), len(rows) if formula["combine"] == "mean" else 1) / scale)
    raise AssertionError(kind)


def meets(row, where):
    signs = {"lt": int.__lt__, "lte": int.__le__, "gt": int.__gt__, "gte": int.__ge__}
    for name, wanted in where.items():
        if name in row["dimensions"]:
            word = row["dimensions"][name]
            if isinstance(wanted, dict):
                held = word not in wanted["not"]
            else:
                held = word in (wanted if isinstance(wanted, list) else [wanted])
        else:
            measured = row["measures"][name]
            held = measured is not None and all(signs[sign](measured, bound) for sign, bound in wanted.items())
        if not held:
            return False
    return True


def histogram_percentile(histograms, quantile, scale):
    counts = {}
    for histogram in histograms:
        for bucket, count in histogram.items():
            counts[int(bucket)] = counts.get(int(bucket), 0) + count
    ranked = [bucket for bucket in sorted(counts) for _ in range(counts[bucket])]
    return 1.02 ** (ranked[max(math.ceil(quantile * len(ranked)), 1) - 1] - 0.5) / scale if ranked else None


def survival_median(durations, observed, scale):
    share = Fraction(1)
    for time in sorted({d for d, o in zip(durations, observed, strict=True) if o}):
        at_risk = sum(d >= time for d in durations)
        share *= 1 - Fraction(sum(d == time and bool(o) for d, o in zip(durations, observed, strict=True)), at_risk)
        if share <= Fraction(1, 2):
            return time / scale
    return None
