"""The commands and files that people start from: installer, Makefile, settings example, containers."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("sh", "dirname", "grep", "cksum", "tr", "rm", "cat", "env", "mkdir", "ls")
CREDENTIALS = {"OIDC_CLIENT_SECRET", "POSTGRES_PASSWORD", "SECRET_KEY", "METRICS_TOKEN"}


def _clone(folder: Path) -> Path:
    """The files the installer needs, and tools but no Python."""
    (folder / "scripts").mkdir()
    (folder / "bin").mkdir()
    shutil.copy(ROOT / "scripts/install.sh", folder / "scripts")
    for tool in TOOLS:
        (folder / "bin" / tool).symlink_to(shutil.which(tool))
    (folder / "some.lock").write_text("six==1.17.0 --hash=sha256:" + "0" * 64 + "\n")
    return folder


def _add_python(folder: Path, script: str) -> None:
    path = folder / "bin/python3.11"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def _install(folder: Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["sh", "scripts/install.sh", "some.lock"],
        cwd=folder,
        env={"PATH": str(folder / "bin"), "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_install_without_python_says_what_to_install(tmp_path):
    done = _install(_clone(tmp_path))

    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 was not found. Install it")
    assert len(done.stderr.splitlines()) == 1


def test_install_with_another_python_says_what_to_install(tmp_path):
    folder = _clone(tmp_path)
    _add_python(folder, "exit 1")  # It answers the question for version 3.11 with no.

    done = _install(folder)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Python 3.11 was not found.")


def test_install_without_venv_module_says_what_to_install(tmp_path):
    folder = _clone(tmp_path)
    _add_python(folder, 'case "$2" in *ensurepip*) exit 1;; esac')

    done = _install(folder)

    assert done.returncode == 1
    assert done.stderr == (
        "Python 3.11 is here without its venv module. On Debian or Ubuntu: apt-get install python3.11-venv\n"
    )


def test_install_without_network_says_so_and_leaves_no_stamp(tmp_path):
    folder = _clone(tmp_path)
    (folder / "bin/python3.11").symlink_to(Path(sys.base_prefix) / "bin/python3.11")
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}

    done = _install(folder, **offline)

    assert done.returncode == 1
    assert "The packages could not be downloaded. Is this machine on the network" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / ".venv/installed-locks").exists()


def test_install_with_installed_lock_does_nothing(tmp_path):
    folder = _clone(tmp_path)
    (folder / "some.lock").write_text("")
    (folder / "bin/python3.11").symlink_to(Path(sys.base_prefix) / "bin/python3.11")

    first, second = _install(folder), _install(folder)

    assert first.returncode == 0, first.stderr
    assert "Installing" in first.stdout
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def _pins(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9][\w.\[\]-]*==[^\s;]+)", (ROOT / name).read_text(), re.MULTILINE))


def test_development_lock_holds_everything_of_the_lock():
    assert _pins("requirements.lock") - _pins("requirements-dev.lock") == set()
    assert _pins("requirements.lock")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_names_no_host_and_hashes_everything(name):
    text = (ROOT / name).read_text()
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())

    assert "://" not in text
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def _settings_names() -> set[str]:
    calls = re.compile(r"""env(?:\.\w+)?\(\s*["']([A-Z_]+)["']""")
    return {name for path in (ROOT / "config").glob("*.py") for name in calls.findall(path.read_text())}


def _documented() -> dict[str, str]:
    pairs = re.findall(r"^#?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    return dict(pairs)


def _compose_names() -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))


def test_example_documents_every_setting_and_nothing_else():
    assert set(_documented()) == _settings_names() | _compose_names()


def test_example_explains_every_setting():
    lines = (ROOT / ".env.example").read_text().splitlines()
    settings = re.compile(r"^#?[A-Z_]+=")

    for number, line in enumerate(lines):
        if settings.match(line):
            above = next(other for other in reversed(lines[:number]) if not settings.match(other))
            assert above.startswith("#"), line


def test_example_holds_no_secret():
    assert {name: _documented()[name] for name in CREDENTIALS} == dict.fromkeys(CREDENTIALS, "")


def test_make_help_names_the_commands_people_rely_on():
    done = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    named = set(re.findall(r"^make (\S+)", done.stdout, re.MULTILINE))
    assert {"run", "test", "test-postgres", "test-browser", "check", "bench"} <= named


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_compose_has_every_process(compose):
    assert set(compose["services"]) == {
        *("web", "worker-poll", "worker-metrics", "worker-default", "beat", "migrate", "postgres", "redis")
    }


def test_compose_checks_the_health_of_all_that_stay(compose):
    staying = {name: one for name, one in compose["services"].items() if name != "migrate"}

    assert [name for name, one in staying.items() if "test" not in one.get("healthcheck", {})] == []


def test_compose_workers_can_be_scaled(compose):
    for name, service in compose["services"].items():
        assert "container_name" not in service, name
        assert ("ports" in service) == (name == "web"), name


def test_compose_secrets_have_no_default():
    text = (ROOT / "docker-compose.yml").read_text()

    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "ALLOWED_HOSTS"):
        uses = re.findall(r"\$\{" + name + r"(.{0,2})", text)
        assert uses
        assert set(uses) == {":?"}, name


def test_compose_workers_serve_every_queue_of_the_schedule(compose):
    from config.celery import app

    commands = " ".join(str(one.get("command", "")) for one in compose["services"].values())
    queues = {app.conf.task_default_queue, *(route["queue"] for route in app.conf.task_routes.values())}
    assert set(re.findall(r"-Q (\S+)", commands)) == queues


def test_compose_starts_after_one_migration(compose):
    for name in ("web", "worker-poll", "worker-metrics", "worker-default", "beat"):
        condition = compose["services"][name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully", name


def test_image_runs_without_root():
    lines = (ROOT / "Dockerfile").read_text().splitlines()

    users = [number for number, line in enumerate(lines) if line.startswith("USER ")]
    assert [lines[number] for number in users] == ["USER fieldlight"]
    assert not [line for line in lines[users[0] :] if line.startswith("RUN")]
    assert any("--require-hashes" in line for line in lines)


@pytest.mark.parametrize("path", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda p: p.name)
def test_links_between_documents_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text())

    assert [link for link in links if not (path.parent / link).exists()] == []


def test_how_tos_name_files_that_exist():
    """A path in a how-to is a path of this repository; <words in angles> stand for the reader's own."""
    for name in ("adding-a-metric.md", "adding-a-model.md", "adding-a-probe.md"):
        text = (ROOT / "docs" / name).read_text()
        paths = re.findall(r"`((?:\w+/)+[\w*]+\.\w+)`", text)
        assert paths
        assert [path for path in paths if not list(ROOT.glob(path))] == [], name
