"""Sizes from the environment, so that a smoke test can be tiny and a long run large."""

import os


def size(name: str, default: float) -> int:
    """BENCH_<name> as a whole number."""
    return int(float(os.environ.get(f"BENCH_{name}", default)))


def seconds(name: str, default: float) -> float:
    """BENCH_<name> in seconds."""
    return float(os.environ.get(f"BENCH_{name}", default))
