"""What must be wired is wired: models in admin and API, tasks in Celery; templates and lock files keep their promises."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.contrib import admin
from django_filters import IsoDateTimeFilter

from config.api import router
from config.celery import app
from foundation.filters import InstantFilter
from tests.test_meta_factories import our_models

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|href\s*=\s*[\"']\s*javascript:|<script(?![^>]*\ssrc\s*=)", re.IGNORECASE
)
ELSEWHERE = re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE)


def test_every_model_is_in_the_admin():
    missing = [model.__name__ for model in our_models() if model not in admin.site._registry]

    assert missing == []


def test_every_model_is_in_the_api():
    served = {view.queryset.model for _, view, _ in router.registry}

    assert [model.__name__ for model in our_models() if model not in served] == []


def test_filters_by_instant_take_any_offset_alike():
    """PostgreSQL refuses offsets beyond 15:59 that Python reads, so each filter has to ask in UTC."""
    filters = [
        (f"{prefix}.{name}", found)
        for prefix, view, _ in router.registry
        if view.filterset_class
        for name, found in view.filterset_class.base_filters.items()
    ]

    assert [name for name, found in filters if isinstance(found, InstantFilter)]
    assert [
        name for name, found in filters if isinstance(found, IsoDateTimeFilter) and not isinstance(found, InstantFilter)
    ] == []


def test_every_scheduled_and_routed_task_exists():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    registered = {name for name in app.tasks if not name.startswith("celery.")}

    assert scheduled - registered == set()
    for pattern in app.conf.task_routes:
        assert [name for name in registered if fnmatch(name, pattern)], f"no task for the route {pattern}"
    prefixes = ("partnerships.", "support.", "metrics.", "operations.", "dashboards.")
    assert [name for name in registered if not name.startswith(prefixes)] == []


def test_templates_are_free_of_inline_style_and_script():
    found = [
        (str(path), hit) for path in TEMPLATES for one in (INLINE, ELSEWHERE) for hit in one.findall(path.read_text())
    ]

    assert TEMPLATES
    assert found == []


def test_pattern_finds_what_it_is_to_find():
    for bad in ('<p style="x">', "<style>", '<a onclick="x()">', "<script>x</script>", "<a href='javascript:x'>"):
        assert INLINE.search(bad), bad
    assert not INLINE.search('<script src="x.js" defer></script><p class="style">')


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_file_names_no_host_and_pins_every_hash(name):
    text = (ROOT / name).read_text()

    assert "://" not in text
    pins = [line for line in text.splitlines() if "==" in line]
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)
