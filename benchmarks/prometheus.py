"""The peer as it is deployed: Prometheus on a schedule of its own with prometheus-blackbox-exporter beside it."""

from __future__ import annotations

import json
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import blackbox
from benchmarks.processes import free_port, running, wait_for_port

PROGRAM = "prometheus"
_CONFIG = """global: {{scrape_interval: {interval}s, scrape_timeout: {timeout}s}}
scrape_configs:
  - job_name: checks
    metrics_path: /probe
    params: {{module: [http_2xx]}}
    file_sd_configs: [{{files: ["{targets}"]}}]
    relabel_configs:
      - {{source_labels: [__address__], target_label: __param_target}}
      - {{source_labels: [__param_target], target_label: instance}}
      - {{target_label: __address__, replacement: "127.0.0.1:{exporter}"}}
  - job_name: itself
    static_configs: [{{targets: ["127.0.0.1:{own}"]}}]
"""


@dataclass(frozen=True)
class Prometheus:
    """A running pair, and what it can be asked."""

    port: int
    scraper_pid: int
    exporter_pid: int

    def number(self, query: str) -> float:
        """The only value of an instant query; 0 where it finds nothing."""
        found = self._ask(query)
        return float(found[0]["value"][1]) if found else 0.0

    def spacing(self, interval: int) -> dict[str, float]:
        """prometheus_target_interval_length_seconds by quantile: seconds between scrapes of one target."""
        found = self._ask(f'prometheus_target_interval_length_seconds{{interval="{interval}s"}}')
        return {one["metric"]["quantile"]: float(one["value"][1]) for one in found}

    def _ask(self, query: str) -> list[dict[str, Any]]:
        address = f"http://127.0.0.1:{self.port}/api/v1/query?{urlencode({'query': query})}"
        with urllib.request.urlopen(address, timeout=60) as answer:
            result: list[dict[str, Any]] = json.load(answer)["data"]["result"]
            return result


def why_not() -> str:
    """Why the pair cannot be measured, or empty."""
    missing = [name for name in (PROGRAM, blackbox.PROGRAM) if shutil.which(name) is None]
    return f"{missing[0]} is not installed (Debian package {missing[0]})" if missing else ""


@contextmanager
def scraping(urls: Sequence[str], *, interval: int, timeout: int) -> Iterator[Prometheus]:
    """Both processes at work on these targets."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="fieldlight-bench-") as name, blackbox.exporting() as (exporter, its_port):
        folder = Path(name)
        (folder / "targets.json").write_text(json.dumps([{"targets": list(urls)}]), encoding="utf-8")
        config = _CONFIG.format(
            interval=interval, timeout=timeout, targets=folder / "targets.json", exporter=its_port, own=port
        )
        (folder / "prometheus.yml").write_text(config, encoding="utf-8")
        command = [
            PROGRAM,
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ]
        with running(command) as scraper:
            wait_for_port(port, patience=60)
            yield Prometheus(port, scraper.pid, exporter.pid)
