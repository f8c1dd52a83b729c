"""Answers of customers from real processes, at once and killed: on whichever database the suite runs on."""

import json

SETUP = """
    from datetime import timedelta
    from django.utils import timezone
    from support.mail.feedback import sign_question
    from support.models import CsatRequest, TicketState
    from support.services.ticket_states import StateChange
    from support.services.tickets import NewTicket, change_ticket_state, open_ticket
    at = timezone.now()
    ticket = open_ticket(new=NewTicket("Holidays"), actor=None, at=at)
    change_ticket_state(ticket_id=ticket.pk, change=StateChange(TicketState.SOLVED, category="Login"), actor=None, at=at)
    question = CsatRequest.objects.create(
        ticket=ticket, event=ticket.events.latest("pk"), asked_at=at, expires_at=at + timedelta(days=1)
    )
    print(sign_question(question.pk))
"""
ANSWER = """
    import sys
    from django.test import Client
    client = Client(SERVER_NAME="localhost")
    print("ready", flush=True)
    for score in {scores}:
        print(client.post("/feedback/{token}/", {{"score": str(score), "comment": "Fine"}}).status_code)
"""
FOUND = """
    import json
    from support.models import CsatRequest, CsatResponse
    request = CsatRequest.objects.get()
    answers = list(CsatResponse.objects.order_by("pk").values_list("score", "answered_at"))
    agree = not answers or (request.score, request.answered_at) == answers[-1]
    print(json.dumps([[score for score, _ in answers], request.score, agree]))
"""
KILLS = """
    import os
    from django.utils import timezone
    from support.models import CsatRequest, CsatResponse
    from support.services.csat import record_answer
    from tests.kills import kill_before_each
    turn = [0]

    def prepare():
        turn[0] += 1

    def work():
        pk = CsatRequest.objects.get().pk
        record_answer(request_id=pk, score=1 + turn[0] % 5, comment="", at=timezone.now())

    def check():
        request, last = CsatRequest.objects.get(), CsatResponse.objects.order_by("pk").last()
        assert (request.score, request.answered_at) == ((last.score, last.answered_at) if last else (None, None))

    print(kill_before_each(prepare, work, check), CsatResponse.objects.count())
"""


def answered(database, token, *scores):
    """What each of two processes that post their scores at once were answered."""
    workers = [database.start_code(ANSWER.format(token=token, scores=list(one))) for one in scores]
    told = []
    for worker in workers:
        out, err = worker.communicate(timeout=120)
        assert worker.returncode == 0, f"{out}\n{err}"
        told += [int(word) for word in out.split() if word.isdigit()]
    return told


def test_the_same_answer_sent_by_two_processes_is_one(own_database):
    token = own_database.run_code(SETUP).split()[-1]

    told = answered(own_database, token, [4] * 5, [4] * 5)

    assert told == [302] * 10
    assert json.loads(own_database.run_code(FOUND).splitlines()[-1]) == [[4], 4, True]


def test_of_different_answers_at_once_exactly_the_last_one_counts(own_database):
    token = own_database.run_code(SETUP).split()[-1]

    answered(own_database, token, [1, 2, 1, 2, 1], [4, 5, 4, 5, 4])

    kept, score, agree = json.loads(own_database.run_code(FOUND).splitlines()[-1])
    assert (score, agree, len(kept)) == (kept[-1], True, 10)


def test_an_answer_killed_before_any_of_its_statements_is_kept_whole_or_not_at_all(own_database):
    own_database.run_code(SETUP)

    killed, kept = (int(word) for word in own_database.run_code(KILLS).split()[-2:])

    assert killed > 3
    assert kept == 1
