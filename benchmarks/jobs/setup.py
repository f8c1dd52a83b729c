"""What every job begins with: Django, its arguments, its result, and rows to measure on."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import django

_TICKS = 100
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
"""For override_settings: no static files are gathered here."""


def run(job: Callable[..., dict[str, Any]]) -> None:
    """Calls the job with the arguments of standard input and prints what it returns as one line."""
    django.setup()
    print(json.dumps(job(**json.load(sys.stdin))))


def timing(found: list[float]) -> Any:
    """A context in which each statement's seconds are added to the list."""
    from django.db import connection

    def wrapper(execute: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            found.append(time.perf_counter() - began)

    return connection.execute_wrapper(wrapper)


def own_cpu_seconds() -> float:
    """User and system time of this process, its ended children, and its PostgreSQL backend where it has one."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime + _backend_seconds()


def _backend_seconds() -> float:
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0  # the server is another machine's
    return (int(fields[11]) + int(fields[12])) / _TICKS


def make_checks(urls: list[str], *, interval_seconds: int, timeout_ms: int = 10_000) -> None:
    """One HTTP check for each URL with a status and a JSON assertion, five to an integration."""
    from partnerships.models import HealthCheck, Integration, Partner, Tier

    partner = Partner.objects.create(name="Benchmark", slug="benchmark")
    integrations = Integration.objects.bulk_create(
        Integration(partner=partner, name=f"Integration {n}", slug=f"integration-{n}", tier=Tier.PRODUCTION)
        for n in range((len(urls) + 4) // 5)
    )
    assertions = [
        {"on": "status", "op": "equals", "value": 200},
        {"on": "json", "op": "equals", "value": "ok", "path": "$.status"},
    ]
    HealthCheck.objects.bulk_create(
        [
            HealthCheck(
                integration=integrations[n // 5],
                name=f"Check {n}",
                url=url,
                config={"assertions": assertions},
                interval_seconds=interval_seconds,
                timeout_ms=timeout_ms,
            )
            for n, url in enumerate(urls)
        ],
        batch_size=500,
    )


def make_all_due(*, at: datetime) -> None:
    """Every check is due at this instant."""
    from partnerships.models import HealthCheck

    HealthCheck.objects.update(next_due_at=at, attempt=1)
