"""Two workers judge at once: limits are frozen once, a signal is told once, and nobody fails."""

SETUP = """
    from datetime import UTC, datetime
    from metrics.models import Metric
    from tests.metrics.series import retire_shipped_metrics, weekly_metric
    retire_shipped_metrics()
    for _ in range(4):
        weekly_metric([20.0, 22.0] * 13 + [90.0], at=datetime(2026, 11, 20, 8, 12, tzinfo=UTC))
"""
JUDGE = """
    from datetime import UTC, datetime
    from metrics.services.signals import judge_signals
    print("ready", flush=True)
    for _ in range(5):
        judge_signals(at=datetime(2026, 11, 20, 8, 12, tzinfo=UTC))
"""
COUNT = """
    from metrics.models import Baseline, SignalEpisode
    print(Baseline.objects.count(), SignalEpisode.objects.count(), SignalEpisode.objects.filter(state="open").count())
"""


def test_two_workers_at_once_judge_each_metric_once(own_database):
    own_database.run_code(SETUP)
    workers = [own_database.start_code(JUDGE) for _ in range(2)]

    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    problems = [worker.communicate(timeout=120)[1] for worker in workers]

    assert [worker.returncode for worker in workers] == [0, 0], problems
    assert own_database.run_code(COUNT) == "4 4 4"
