"""Work that is killed by SIGKILL before each of its statements and commits, in a process of its own each time.

For scripts of `OwnDatabase.start_code`: a killed process cannot be the one that pytest runs in.
"""

import os
import signal
import traceback
from collections.abc import Callable

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

MOST = 80


def kill_before_each(prepare: Callable[[], None], work: Callable[[], object], check: Callable[[], None]) -> int:
    """Prepare, let a process work that dies before its first statement or commit, check; then its second, and so on.

    Ends once the work is done before its turn comes; gives how many processes were killed.
    """
    for turn in range(1, MOST + 1):
        prepare()
        connection.close()  # The child opens its own.
        child = os.fork()
        if child == 0:
            _work_until(turn, work)
        status = os.waitpid(child, 0)[1]
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, f"The work failed in turn {turn}"
        check()
        if not os.WIFSIGNALED(status):
            return turn - 1
    raise AssertionError(f"The work has more than {MOST} statements.")


def _work_until(turn: int, work: Callable[[], object]) -> None:
    """Never returns: the process works, and kills itself before the statement or commit with this number."""
    left = [turn]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def before_statement(execute, sql, params, many, context):
        count()
        return execute(sql, params, many, context)

    commit = BaseDatabaseWrapper._commit

    def before_commit(self):
        count()
        return commit(self)

    BaseDatabaseWrapper._commit = before_commit
    try:
        with connection.execute_wrapper(before_statement):
            work()
    except BaseException:  # noqa: BLE001 - it must not go on as a second pytest
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
