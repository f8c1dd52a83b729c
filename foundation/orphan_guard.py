"""A small process that outlives its supervisor by seconds, to end what a killed supervisor left running.

It reads `+PGID` and `-PGID` lines from standard input, whose other end only the supervisor holds. When the input ends,
the process groups still on the list are asked to end, and after a few seconds ended. Standard library only: it is run
by its path, without Django.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 5.0


def read_groups(lines: Iterable[str]) -> set[int]:
    """The groups announced and not taken back when the lines end."""
    groups: set[int] = set()
    for line in lines:
        sign, number = line[:1], int(line[1:])
        groups = groups | {number} if sign == "+" else groups - {number}
    return groups


def end_groups(groups: Iterable[int], *, grace_seconds: float = GRACE_SECONDS) -> None:
    """Terminate the groups, give them the grace to obey, and kill what remains."""
    left = {group for group in groups if _signal_group(group, signal.SIGTERM)}
    deadline = time.monotonic() + grace_seconds
    while left and time.monotonic() < deadline:
        time.sleep(0.1)
        left = {group for group in left if _signal_group(group, 0)}
    for group in left:
        _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> bool:
    """Send the signal; False when the group is gone."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def main() -> None:
    """Wait for the supervisor's end; the terminal's Ctrl-C is the supervisor's business."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(KeyboardInterrupt):
        end_groups(read_groups(sys.stdin))


if __name__ == "__main__":
    main()
