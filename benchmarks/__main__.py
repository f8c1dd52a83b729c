"""Run the named benchmarks, or all; prints their lines, then one table."""

from __future__ import annotations

import importlib
import sys
import time
import traceback
from collections.abc import Callable

from benchmarks.machine import describe_machine
from benchmarks.report import Report, make_table

ORDER = (
    *("checks", "shards", "lag", "steady", "values", "uptime", "bars", "scorecard", "experiments", "imports"),
    *("clocks", "desk"),
)


def main(names: list[str]) -> int:
    """0 when every benchmark ran to its end, whatever it measured; 1 when one broke, 2 for an unknown name."""
    unknown = [name for name in names if name not in ORDER]
    if unknown:
        print(f"No benchmark {unknown[0]!r}; there are: {', '.join(ORDER)}", file=sys.stderr)
        return 2
    print(f"{describe_machine()}\n", flush=True)
    reports, is_broken = [], False
    for name in names or ORDER:
        module = importlib.import_module(f"benchmarks.{name}")
        report = Report()
        began = time.monotonic()
        print(f"{name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        is_broken |= not _run(module.run, report)
        print(f"  ({time.monotonic() - began:.0f} s)\n", flush=True)
        reports.append(report)
    print(make_table(line for report in reports for line in report.lines))
    for text in (text for report in reports for text in report.left_out):
        print(f"LEFT OUT: {text}")
    return int(is_broken)


def _run(bench: Callable[[Report], None], report: Report) -> bool:
    """Whether it ran to its end; one that breaks must not cost the others."""
    try:
        bench(report)
    except Exception:  # noqa: BLE001 - shown whole
        traceback.print_exc()
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
