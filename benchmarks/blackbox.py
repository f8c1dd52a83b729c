"""The peer: prometheus-blackbox-exporter, asked over kept-alive connections so that only its own work counts."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import uvloop

from benchmarks.processes import cpu_seconds, free_port, running, wait_for_port

PROGRAM = "prometheus-blackbox-exporter"
WHY_NOT = f"{PROGRAM} is not installed (Debian package {PROGRAM})"
_CONFIG = """modules:
  http_2xx:
    prober: http
    timeout: 10s
    http: {preferred_ip_protocol: ip4}
"""
_CONNECTIONS = 16


def is_installed() -> bool:
    return shutil.which(PROGRAM) is not None


def measure(urls: Sequence[str], *, rounds: int) -> list[float]:
    """Probes per CPU-second of the exporter, round by round; RuntimeError when one did not succeed."""
    with exporting() as (process, port):
        uvloop.run(_ask_all(port, urls[: len(urls) // 4]))  # warm up
        return [_round(process.pid, port, urls) for _ in range(rounds)]


@contextmanager
def exporting() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The running exporter and its port."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="fieldlight-bench-") as folder:
        config = Path(folder) / "blackbox.yml"
        config.write_text(_CONFIG, encoding="utf-8")
        command = [PROGRAM, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        with running(command) as process:
            wait_for_port(port)
            yield process, port


def _round(pid: int, port: int, urls: Sequence[str]) -> float:
    used = cpu_seconds(pid)
    succeeded = uvloop.run(_ask_all(port, urls))
    if succeeded != len(urls):
        raise RuntimeError(f"the exporter reached {succeeded} of {len(urls)} targets")
    return len(urls) / (cpu_seconds(pid) - used)


async def _ask_all(port: int, urls: Sequence[str]) -> int:
    parts = [urls[number::_CONNECTIONS] for number in range(_CONNECTIONS)]
    return sum(await asyncio.gather(*(_ask(port, part) for part in parts)))


async def _ask(port: int, urls: Sequence[str]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    succeeded = 0
    for url in urls:
        path = f"/probe?module=http_2xx&target={quote(url, safe='')}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        succeeded += b"\nprobe_success 1" in await _body(reader)
    writer.close()
    return succeeded


async def _body(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        return await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
    body = b""
    while length := int(await reader.readline(), 16):
        body += await reader.readexactly(length)
        await reader.readline()
    await reader.readline()
    return body
