"""People, workers and an import write at once: nobody meets a locked database, nothing is lost or doubled."""

import csv
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from tests.processes import ROOT, kill_hard

CLIENTS, TICKETS_EACH = 4, 12
SETUP = """
    from django.contrib.auth.models import Group
    from knox.models import AuthToken
    from operations.models import User
    from partnerships.models import HealthCheck, Integration, Partner
    user = User.objects.create_user("tool@fieldlight.example", name="Tool", is_service=True)
    user.groups.add(Group.objects.get(name="support_lead"))
    partner = Partner.objects.create(name="P", slug="p")
    integration = Integration.objects.create(partner=partner, name="I", slug="i")
    for i in range(40):
        HealthCheck.objects.create(integration=integration, name=str(i), url="http://127.0.0.1:9/", interval_seconds=5)
    print(AuthToken.objects.create(user)[1])
"""
BACKGROUND = """
    import time
    from django.utils import timezone
    from metrics.services.recompute import recompute_pending
    from partnerships.services.poll import get_engine, poll_due_checks
    ends = time.monotonic() + {seconds}
    while time.monotonic() < ends:
        recompute_pending(at=timezone.now(), now_please=True)
        poll_due_checks(engine=get_engine(), seconds=2)
        time.sleep(0.05)
"""
COUNT = """
    from support.models import Ticket, TicketEvent
    mine = Ticket.objects.filter(category="parallel")
    imported = Ticket.objects.filter(external_source="plain")
    print(mine.count(), mine.filter(state="solved").count(),
          TicketEvent.objects.filter(ticket__in=mine, kind="state").count(), imported.count())
"""
MAPPING = """
source = "plain"
layout = "ticket"
[id]
column = "id"
[times]
formats = ["%Y-%m-%d %H:%M:%S"]
zone = "UTC"
opened = "opened"
resolved = "resolved"
[columns]
subject = "subject"
state = "state"
[states]
"done" = "solved"
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def post(port: int, token: str, path: str, body: dict) -> dict:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Token {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def work(port: int, token: str, faults: list[str]) -> None:
    try:
        for number in range(TICKETS_EACH):
            ticket = post(port, token, "tickets/", {"subject": f"Ticket {number}", "category": "parallel"})
            post(port, token, f"tickets/{ticket['id']}/replies/", {"body": "We look into it."})
            post(port, token, f"tickets/{ticket['id']}/transitions/", {"state": "solved", "category": "parallel"})
    except urllib.error.HTTPError as error:
        faults.append(f"{error.code} {error.read()[:500]!r}")
    except OSError as error:
        faults.append(repr(error))


def wait_for(port: int, server: subprocess.Popen) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None, server.communicate()
        time.sleep(0.1)
    raise AssertionError("the server did not come up")


def write_csv(path, count: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "subject", "opened", "resolved", "state"])
        for i in range(count):
            opened = start + timedelta(minutes=37 * i)
            writer.writerow([i, f"Row {i}", f"{opened:%F %T}", f"{opened + timedelta(hours=5):%F %T}", "done"])


@pytest.mark.slow
def test_writers_of_all_kinds_at_once(own_database, tmp_path):
    token = own_database.run_code(SETUP).splitlines()[-1]
    write_csv(tmp_path / "rows.csv", 3000)
    (tmp_path / "plain.toml").write_text(MAPPING)
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi", "-b", f"127.0.0.1:{port}", "-k", "gthread", "--threads", "6"],
        cwd=ROOT,
        env=own_database.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    started: list[subprocess.Popen] = []
    try:
        wait_for(port, server)
        started += [own_database.start_code(BACKGROUND.format(seconds=12)) for _ in range(2)]
        started += [
            own_database.start("import_tickets", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "plain.toml"))
        ]
        faults: list[str] = []
        clients = [threading.Thread(target=work, args=(port, token, faults)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        printed = [process.communicate(timeout=120) for process in started]
    finally:
        for process in (server, *started):
            kill_hard(process)

    assert faults == []
    assert [process.returncode for process in started] == [0, 0, 0], printed
    assert not [text for pair in printed for text in pair if "is locked" in text]
    done = CLIENTS * TICKETS_EACH
    assert own_database.run_code(COUNT).split() == [str(done), str(done), str(done), "3000"]
    own_database.manage("recompute_metrics")
    own_database.manage("recompute_metrics", "--verify")
