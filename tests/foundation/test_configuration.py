"""An unsafe configuration is refused with a sentence; a fresh clone needs no configuration."""

import os
import stat
import subprocess
import sys

import pytest

from tests.processes import ROOT

GOOD_KEY = "k8Jq2-vN4xW_tR7zYb5LmPd9sHf3GcQa1EuTo6Xi"


def check(tmp_path, *, command=("check",), **env):
    base = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**base, "DATA_DIR": str(tmp_path / "data"), **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_fresh_clone_needs_no_settings(tmp_path):
    done = check(tmp_path)

    assert done.returncode == 0, done.stderr
    key = tmp_path / "data" / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    first = key.read_text()
    check(tmp_path)
    assert key.read_text() == first


@pytest.mark.parametrize(
    ("env", "code"),
    [
        ({"ALLOWED_HOSTS": "ops.example.com", "SECRET_KEY": GOOD_KEY, "DEBUG": "1"}, "E002"),
        ({"ALLOWED_HOSTS": "ops.example.com", "SECRET_KEY": "short"}, "E003"),
        ({"ALLOWED_HOSTS": "ops.example.com", "SECRET_KEY": "insecure" + GOOD_KEY}, "E003"),
        ({"ALLOWED_HOSTS": "*", "SECRET_KEY": GOOD_KEY}, "E004"),
        ({"ALLOWED_HOSTS": "ops.example.com", "SECRET_KEY": GOOD_KEY, "DEMO": "1"}, "E005"),
        ({"ORGANISATION_TIME_ZONE": "localtime"}, "E007"),
        ({"ORGANISATION_TIME_ZONE": "Factory"}, "E007"),
    ],
)
def test_an_unsafe_production_configuration_is_refused(tmp_path, env, code):
    done = check(tmp_path, **env)

    assert done.returncode != 0
    assert f"fieldlight.{code}" in done.stderr


def test_a_safe_production_configuration_passes(tmp_path):
    done = check(tmp_path, ALLOWED_HOSTS="ops.example.com", SECRET_KEY=GOOD_KEY)

    assert done.returncode == 0, done.stderr


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    done = check(tmp_path, DATA_DIR=str(tmp_path / "file" / "data"))

    assert done.returncode == 1
    assert done.stderr.startswith("The data folder")
    assert "Traceback" not in done.stderr
