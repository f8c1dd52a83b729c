"""Workers killed and doubled, with real processes: no mark is lost, no value is wrong."""

import random
import time

import pytest

from tests.processes import OwnDatabase, kill_hard

SEED_TICKETS = """
    import random
    from datetime import timedelta
    from django.utils import timezone
    from support.models import Ticket
    rng, start = random.Random({seed}), timezone.now() - timedelta(days=200)
    rows = []
    for i in range({count}):
        opened = start + timedelta(seconds=rng.uniform(0, 190 * 86400))
        rows.append(Ticket(subject=str(i), state="solved", opened_at=opened,
                           resolved_at=opened + timedelta(seconds=rng.uniform(0, 9 * 86400))))
    Ticket.objects.bulk_create(rows)
"""
DRAIN = """
    from django.utils import timezone
    from metrics.services.recompute import recompute_pending
    print("started", flush=True)
    for _ in range({passes}):
        recompute_pending(at=timezone.now(), max_batches=10_000, days_a_batch=5, now_please=True)
"""
WRITE = """
    import random, time
    from datetime import timedelta
    from support.models import Ticket
    rng = random.Random({seed})
    ids = list(Ticket.objects.values_list("pk", flat=True))
    for _ in range({writes}):
        ticket = Ticket.objects.get(pk=rng.choice(ids))
        moved = timedelta(hours=rng.randint(-40, 40))
        Ticket.objects.filter(pk=ticket.pk).update(opened_at=ticket.opened_at + moved, resolved_at=ticket.resolved_at + moved)
"""
PENDING = "from metrics.models import DirtyMark; print(DirtyMark.objects.count())"


def settle(database: OwnDatabase) -> None:
    database.manage("recompute_metrics")
    database.manage("recompute_metrics", "--verify")
    assert database.run_code(PENDING) == "0"


@pytest.mark.slow
def test_a_worker_killed_again_and_again_leaves_no_difference(own_database):
    own_database.run_code(SEED_TICKETS.format(seed=1, count=800))
    rng = random.Random(5)
    left = []
    for _ in range(5):
        worker = own_database.start_code(DRAIN.format(passes=1))
        worker.stdout.readline()
        time.sleep(rng.uniform(0.02, 0.4))
        kill_hard(worker)
        left.append(int(own_database.run_code(PENDING)))

    assert left[0] > 0, "the first kill came too late to prove anything"
    settle(own_database)


@pytest.mark.slow
def test_two_workers_beside_two_writers_leave_no_difference(own_database):
    own_database.run_code(SEED_TICKETS.format(seed=2, count=300))
    writers = [own_database.start_code(WRITE.format(seed=seed, writes=60)) for seed in (1, 2)]
    workers = [own_database.start_code(DRAIN.format(passes=12)) for _ in range(2)]
    for process in (*writers, *workers):
        _, err = process.communicate(timeout=200)
        assert process.returncode == 0, err
        assert "is locked" not in err

    settle(own_database)
