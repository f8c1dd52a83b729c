"""Where the partner sandbox listens, and pointing the demo's checks at it when that changes."""

import re

from partnerships.models import HealthCheck

DEFAULT_PORT = 9100
_LOOPBACK = re.compile(r"^http://127\.0\.0\.1:(\d+)/")


def point_checks_at(port: int) -> int:
    """Move every check of the sandbox to the port it listens on now; returns how many were moved."""
    moved = []
    for check in HealthCheck.objects.filter(url__startswith="http://127.0.0.1:"):
        url = _LOOPBACK.sub(f"http://127.0.0.1:{port}/", check.url)
        if url != check.url:
            check.url = url
            moved.append(check)
    return HealthCheck.objects.bulk_update(moved, ["url"])
