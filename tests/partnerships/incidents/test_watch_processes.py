"""Watchers as real processes: two at once open one incident for an outage, and one killed anywhere leaves nothing half."""

import pytest

OUTAGES = 25
SEED = """
    from datetime import timedelta
    from django.utils import timezone
    from operations.models import User
    from partnerships.models import Dependency, HealthCheck, Integration, Partner, StatusInterval
    at = timezone.now() - timedelta(minutes=5)
    partner = Partner.objects.create(name="Asana", slug="asana")
    cause = None
    for number in range(%d):
        one = Integration.objects.create(
            partner=partner, name=f"App {number}", slug=f"app-{number}", tier="production", is_active=True
        )
        check = HealthCheck.objects.create(
            integration=one, name="API", kind="http", url="https://example.com/", state="down", state_since=at,
            next_due_at=at, monitored_from=at, last_result_at=timezone.now(), last_good_at=timezone.now(),
        )
        StatusInterval.objects.create(health_check=check, state="down", started_at=at, confirmed_at=at)
        if number %% 5 == 4:  # Every fifth depends on the first.
            Dependency.objects.create(integration=one, upstream=cause, created_at=at)
        cause = cause or check
"""
WORK = """
    from django.utils import timezone
    from partnerships.services.incidents.watch import open_incidents
    print("started", flush=True)
    print(open_incidents(at=timezone.now()))
"""
COUNTS = """
    from operations.models import Escalation
    from partnerships.models import AffectedIntegration, Incident, IncidentEvent
    print(Incident.objects.count(), AffectedIntegration.objects.count(), Escalation.objects.count())
    print(*(IncidentEvent.objects.filter(kind=kind).count() for kind in ("opened", "effect", "check")))
"""
KILLED_EVERYWHERE = """
    import os, signal
    from django.db import connection
    from django.utils import timezone
    from operations.models import Escalation, EscalationEvent, EscalationRun, EscalationTrigger, OutboxMessage
    from partnerships.models import AffectedIntegration, Incident, IncidentEvent
    from partnerships.services.incidents.watch import open_incidents

    STORED = (
        Incident, AffectedIntegration, IncidentEvent, Escalation, EscalationRun, EscalationEvent, EscalationTrigger,
        OutboxMessage,
    )
    at, killed = timezone.now(), 0
    while True:
        connection.close()
        child = os.fork()
        if not child:
            seen = 0
            def kill(execute, sql, params, many, context):
                global seen
                seen += 1
                if seen == killed + 1:
                    os.kill(os.getpid(), signal.SIGKILL)
                return execute(sql, params, many, context)
            with connection.execute_wrapper(kill):
                open_incidents(at=at)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        counts = [model.objects.count() for model in STORED]
        if os.WIFEXITED(status):
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        assert counts == [0] * len(STORED), (killed, counts)
        killed += 1
    print(os.WEXITSTATUS(status), killed > 15, *counts)
"""

pytestmark = pytest.mark.slow


def test_two_watchers_over_many_outages_open_one_incident_each(own_database):
    own_database.run_code(SEED % OUTAGES)
    workers = [own_database.start_code(WORK) for _ in range(2)]
    entered = 0
    for worker in workers:
        out, err = worker.communicate(timeout=240)
        assert worker.returncode == 0, err
        entered += int(out.split()[-1])

    assert entered == OUTAGES
    assert own_database.run_code(COUNTS).split() == ["20", "20", "20", "20", "5", "0"]


def test_a_watcher_killed_before_any_statement_leaves_nothing_and_the_next_one_opens_it(own_database):
    own_database.run_code(SEED % 1)

    assert own_database.run_code(KILLED_EVERYWHERE).split() == ["0", "True", "1", "1", "1", "1", "1", "1", "1", "0"]
