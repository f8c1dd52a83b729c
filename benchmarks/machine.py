"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("django", "aiohttp", "uvloop", "celery", "numpy", "psycopg2-binary")
_TOOLS = {
    "prometheus-blackbox-exporter": ["prometheus-blackbox-exporter", "--version"],
    "prometheus": ["prometheus", "--version"],
    "PostgreSQL": ["psql", "--version"],
    "wrk": ["wrk", "-v"],
}


def describe_machine() -> str:
    """Processor, memory, system and the versions that matter, as one paragraph."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    tools = ", ".join(found for name, command in _TOOLS.items() if (found := _tool(name, command)))
    return (
        f"{os.cpu_count()} cores ({_processor()}), {_memory()} GiB, {_system()}, Linux {platform.release()}, "
        f"Python {platform.python_version()}; {packages}; {tools}"
    )


def _tool(name: str, command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except OSError:
        return ""
    words = (done.stdout + done.stderr).split()
    return f"{name} {next((word for word in words if word[0].isdigit()), '?')}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
