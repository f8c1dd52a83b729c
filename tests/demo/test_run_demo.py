"""Starting the demo: what stops it is said in a sentence."""

import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from dashboards.demo.ports import is_free, pick_port
from dashboards.demo.preparation import NotReadyError, clear_broker, collect_static, hold_folder, prepare_database
from dashboards.demo.programs import list_programs
from operations.models import User

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port():
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_port_in_use_is_a_sentence(taken_port):
    with pytest.raises(
        CommandError, match=rf"Port {taken_port} is in use or not allowed. Choose another: make run PORT="
    ):
        call_command("run_demo", port=taken_port)


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_number_that_is_no_port_is_a_sentence(port):
    with pytest.raises(CommandError, match=f"{port} is not a port"):
        call_command("run_demo", port=port)


def test_outside_a_demo_nothing_starts(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="only for a demo"):
        call_command("run_demo")


def test_folder_that_cannot_be_written_is_a_sentence():
    """From the outside, because settings meet the folder before the command does."""
    done = subprocess.run(
        [sys.executable, "manage.py", "run_demo"],
        cwd=ROOT,
        env={**os.environ, "DEMO": "1", "DATA_DIR": "/dev/null/here", "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "/dev/null/here cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_folder_of_a_running_demo_is_refused(tmp_path):
    with hold_folder(tmp_path), pytest.raises(NotReadyError, match="already runs"), hold_folder(tmp_path):
        pytest.fail("both hold the folder")

    with hold_folder(tmp_path):
        pass  # It is free again.


def test_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(NotReadyError, match="cannot be written"), hold_folder(tmp_path / "file/folder"):
        pytest.fail("nobody can hold it")


def test_database_of_somebody_else_is_left_alone(db):
    User.objects.create_user("someone@example.com", name="Someone")

    with pytest.raises(NotReadyError, match="not the demo's"):
        prepare_database()


def test_database_of_the_demo_is_taken(db):
    User.objects.create_user("coo@fieldlight.example", name="Clara Osei")

    prepare_database()

    assert User.objects.count() == 1


def test_database_between_squashed_migrations_is_refused(db):
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("support", "0001_squashed_0018_team_quality")
    recorder.record_unapplied("support", "0018_team_quality")

    with pytest.raises(NotReadyError, match=r"lacks support\.0018_team_quality.*make run DATA_DIR"):
        prepare_database()


def test_taken_port_is_not_picked(taken_port):
    assert not is_free(taken_port)
    assert pick_port(taken_port, but_not=0) != taken_port


def test_port_of_the_site_is_not_picked_for_the_sandbox():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    assert pick_port(port, but_not=port) != port


def test_stale_messages_are_dropped(settings, tmp_path):
    settings.BROKER_DIR = tmp_path
    clear_broker()
    (tmp_path / "queue/1_poll.msg").write_text("{}")

    clear_broker()

    assert sorted(path.name for path in tmp_path.rglob("*")) == ["control", "queue"]


def test_static_files_are_gathered_only_when_they_changed(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "gathered"
    settings.STATICFILES_DIRS = [tmp_path / "ours"]
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours/one.css").write_text("a{}")

    told = [collect_static(), collect_static()]
    (tmp_path / "ours/one.css").write_text("b{}")
    told.append(collect_static())

    assert told == [True, False, True]
    assert (tmp_path / "gathered/one.css").read_text() == "b{}"


def test_programs_know_each_other():
    programs = {program.name: program for program in list_programs(port=8001, sandbox_port=9101)}

    assert list(programs) == ["sandbox", "web", "poller", "worker", "beat"]
    assert {program.environment["PROBE_ALLOWED_TARGETS"] for program in programs.values()} == {"127.0.0.1:9101"}
    assert {program.environment["DEMO"] for program in programs.values()} == {"1"}
    assert "127.0.0.1:8001" in programs["web"].command
    assert "9101" in programs["sandbox"].command
