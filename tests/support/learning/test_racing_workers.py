"""Two workers at once, and one that is killed at every statement: candidates and outcomes are made once and whole."""

import json

SETUP = """
    from datetime import timedelta
    from django.utils import timezone
    from operations.models import User
    from support.models import Change, Insight, Ticket
    at = timezone.now()
    Ticket.objects.bulk_create(
        Ticket(subject="x", category=f"cause {n % 12}", state="open", opened_at=at - timedelta(hours=n % 200))
        for n in range(240)
    )
    owner = User.objects.create_user("owner@fieldlight.example", name="Owner")
    today, begun = at.date(), at - timedelta(days=20)
    for n in range(8):
        insight = Insight.objects.create(
            statement="x", cause=f"other {n}", state="shipped", opened_at=begun, collects_from_at=begun, shipped_at=begun
        )
        Change.objects.create(
            insight=insight, kind="process", title="x", statement="x", before_start_on=today - timedelta(days=40),
            before_end_on=today - timedelta(days=21), expected_change=1, check_on=today - timedelta(days=1),
            owner=owner, created_at=begun, shipped_at=begun, shipped_by=owner,
        )
"""
WORK = """
    from django.utils import timezone
    from support.services.candidates import collect_evidence, open_candidates
    from support.services.outcomes import freeze_due_outcomes
    at = timezone.now()
    collect_evidence(at=at)
    print(open_candidates(at=at), freeze_due_outcomes(at=at))
"""
COUNT = """
    import json
    from operations.models import OutboxMessage
    from support.models import ChangeOutcome, Insight, InsightTicket, InsightTransition
    candidates = Insight.objects.filter(state="candidate")
    print(json.dumps({
        "candidates": candidates.count(),
        "evidence": sorted({InsightTicket.objects.filter(insight=one).count() for one in candidates}),
        "opened": InsightTransition.objects.filter(new_state="candidate").count(),
        "outcomes": ChangeOutcome.objects.count(),
        "measured": Insight.objects.filter(state="measured").count(),
        "told": OutboxMessage.objects.filter(channel="in_app").count(),
    }))
"""
WHOLE = {"candidates": 12, "evidence": [20], "opened": 12, "outcomes": 8, "measured": 8, "told": 8}
KILLS = """
    from django.utils import timezone
    from support.models import Change, ChangeOutcome, Insight, InsightTicket, InsightTransition
    from support.services.candidates import open_candidates
    from support.services.outcomes import freeze_due_outcomes
    from tests.kills import kill_before_each

    def work():
        open_candidates(at=timezone.now())
        freeze_due_outcomes(at=timezone.now())

    def check():
        for insight in Insight.objects.filter(state="candidate"):
            assert InsightTicket.objects.filter(insight=insight).count() == 20
            assert InsightTransition.objects.filter(insight=insight).count() == 1
        frozen = set(ChangeOutcome.objects.values_list("change", flat=True))
        assert frozen == set(Change.objects.filter(measured_at__isnull=False).values_list("pk", flat=True))
        assert len(frozen) == Insight.objects.filter(state="measured").count()

    print(kill_before_each(lambda: None, work, check))
"""


def test_two_workers_at_once_make_each_once(own_database):
    own_database.run_code(SETUP)

    done = []
    for worker in [own_database.start_code(WORK) for _ in range(2)]:
        out, err = worker.communicate(timeout=120)
        assert worker.returncode == 0, f"{out}\n{err}"
        done.append([int(word) for word in out.split()[-2:]])
    own_database.run_code(WORK)  # What one passed over while the other held it.

    assert sum(opened for opened, _ in done) == 12
    assert json.loads(own_database.run_code(COUNT)) == WHOLE


def test_a_worker_killed_at_any_statement_leaves_nothing_half_done(own_database):
    own_database.run_code(SETUP)

    assert int(own_database.run_code(KILLS).split()[-1]) > 10

    own_database.run_code(WORK)
    assert json.loads(own_database.run_code(COUNT)) == WHOLE
