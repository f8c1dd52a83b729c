"""Shared fixtures."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from foundation.triggers import remove_triggers
from tests.processes import migrated, own_database  # noqa: F401 - fixtures

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Gives the path of a reference file; skips where the folder is absent, fails if it is required."""

    def path_of(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            if os.environ.get("REQUIRE_SHARED_DATA") == "1":
                pytest.fail(f"{path} is absent although REQUIRE_SHARED_DATA=1")
            pytest.skip(f"reference data {name} is absent")
        return path

    return path_of


@pytest.fixture(autouse=True)
def _emptyable_tables(request: pytest.FixtureRequest):
    """A transactional test ends by emptying all tables, which append-only triggers would refuse; migrate's hook reinstalls them."""
    marker = request.node.get_closest_marker("django_db")
    transactional = bool(marker and marker.kwargs.get("transaction"))
    if transactional:
        request.getfixturevalue("_django_db_helper")
    yield
    if transactional:
        remove_triggers(connections["default"])
