"""Memory must not grow with the file. Measured as resident memory of a process of its own, reading without a database."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import json, os, resource, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.testing")
import django
django.setup()
from pathlib import Path
from support.imports.grouping import open_spill
from support.imports.loading import load_mapping
from support.imports.pipeline import collect_rows, derive_tickets

mapping = load_mapping("helpdesk_it")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open_spill(mapping) as spill:
    rows = collect_rows(Path(sys.argv[1]), mapping, spill)
    tickets = sum(1 for _ in derive_tickets(spill, mapping))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"rows": rows, "tickets": tickets, "grown_kib": after - before, "refused": spill.refused}))
"""
HEAD = "time:timestamp,Activity,Resource,case:concept:name\n"


def measure(folder, rows):
    """Rows of a ticket lie as far apart as they can: all first events, then all second ones, and so on."""
    path = folder / f"{rows}.csv.gz"
    tickets = rows // 4
    with gzip.open(path, "wt") as stream:
        stream.write(HEAD)
        for step, activity in enumerate(("Insert ticket", "Take in charge ticket", "Resolve ticket", "Closed")):
            for number in range(tickets):
                stamp = f"2020-{1 + number % 12:02}-{1 + number % 28:02} {step:02}:{number % 60:02}:{number // 60 % 60:02}+00:00"
                stream.write(f"{stamp},{activity},Agent {number % 50},Case {number:07}\n")
    done = subprocess.run([sys.executable, "-c", PROGRAM, path], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_twenty_times_the_rows_need_no_more_memory(tmp_path):
    small = measure(tmp_path, 10_000)
    large = measure(tmp_path, 200_000)

    assert (small["rows"], small["tickets"], small["refused"]) == (10_000, 2_500, 0)
    assert (large["rows"], large["tickets"], large["refused"]) == (200_000, 50_000, 0)
    # The caches (8 MiB of the spill, remembered times) fill up once; 200,000 rows as objects would take over 150 MiB.
    assert large["grown_kib"] - small["grown_kib"] < 24 * 1024
