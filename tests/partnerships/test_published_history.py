"""What partners published of their own past: imported, it gives the numbers that others computed from it."""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from foundation.errors import InvalidInputError
from foundation.imports.errors import MappingError, UnreadableFileError
from partnerships.imports.published_mapping import list_published_mappings, load_published_mapping
from partnerships.models import HealthCheck, Integration, StatusInterval
from partnerships.selectors.site_uptime import Asked, get_site_history, get_site_uptime
from partnerships.services.published_history import PublishedPast, import_published

pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
GITHUB = "status/github_incident_history_2023-2024.jsonl"
LLM = {"API-OpenAI": ("api", "API"), "Claude": ("claude.ai", "claude.ai"), "Playground": ("playground", "Playground")}


def run(*arguments):
    out, err = StringIO(), StringIO()
    try:
        call_command(*map(str, arguments), stdout=out, stderr=err)
    except SystemExit as left:
        return left.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def shown(*arguments):
    code, printed, complaint = run("show_uptime", *arguments, "--zone", "UTC", "--json")
    assert (code, complaint) == (0, "")
    return json.loads(printed)


def percent(ratio: float) -> float:
    return round(ratio * 100, 4)


def github(shared_data, *more, mapping="statuspage_lines"):
    days = ("--start", "2023-01-01", "--end", "2024-12-31", "--zone", "UTC")
    code, printed, complaint = run(
        "import_published", shared_data(GITHUB), "--site", "GitHub", "--mapping", mapping, *days, *more
    )
    assert (code, complaint) == (0, "")
    return printed


def test_github_by_month_is_what_was_published(shared_data):
    answers = json.loads(shared_data("status/github_incident_history_answers.json").read_text())
    asked = ("GitHub", "--start", "2023-01-01", "--end", "2024-12-31", "--by", "month", "--check", "Published")

    printed = github(shared_data)

    times, between = answers["minutes_to_resolve"], answers["mean_hours_between_starts"]
    assert "items: 289" in printed
    assert f"with impact: {times['n']}, mean {times['mean'] / 60:.4f} h, median {times['median'] / 60:.4f} h" in printed
    assert f"p90 {times['p90'] / 60:.4f} h, " in printed
    assert printed.endswith(f"between {between:.4f} h\n")
    for profile, member in (("any-impact", "uptime_pct_any"), ("standard", "uptime_pct_major_critical")):
        found = shown(*asked, "--profile", profile)
        by_month = {period["start"][:7]: percent(period["uptime"]) for period in found["periods"]}
        assert by_month == {month: answer[member] for month, answer in answers["by_month"].items()}
        assert (found["coverage"], found["lowest"]) == (1, min(one["uptime"] for one in found["periods"]))
        if profile == "any-impact":
            assert by_month["2024-02"] == 98.3716
    minutes = {
        month: (one["union_minutes_any"] - one["union_minutes_major_critical"], one["union_minutes_major_critical"])
        for month, one in answers["by_month"].items()
    }
    told = {one["start"][:7]: one["seconds"] for one in found["periods"]}
    assert {month: (one["degraded"] / 60, one["down"] / 60) for month, one in told.items()} == minutes


def test_github_by_component_is_what_was_published(shared_data):
    answers = json.loads(shared_data("status/github_incident_history_answers.json").read_text())["by_component"]
    days = ("--start", "2023-01-01", "--end", "2024-12-31", "--profile", "any-impact")

    github(shared_data)

    found = {name: shown("GitHub", *days, "--check", f"Published: {name}") for name in answers}
    assert {name: percent(one["uptime"]) for name, one in found.items()} == {
        name: answer["uptime_pct"] for name, answer in answers.items()
    }
    minutes = {name: (one["seconds"]["down"] + one["seconds"]["degraded"]) / 60 for name, one in found.items()}
    assert minutes == {name: answer["union_minutes"] for name, answer in answers.items()}


def test_github_by_the_time_of_the_trouble_is_what_was_published(shared_data):
    answers = json.loads(shared_data("status/github_incident_history_answers.json").read_text())["by_month"]
    asked = ("--start", "2023-01-01", "--end", "2024-12-31", "--by", "month", "--profile", "any-impact")

    github(shared_data, mapping="statuspage_lines_downtime")

    found = shown("GitHub", *asked, "--check", "Published")
    assert {one["start"][:7]: percent(one["uptime"]) for one in found["periods"]} == {
        month: answer["uptime_pct_any_downtime_window"] for month, answer in answers.items()
    }


@pytest.mark.parametrize("row", LLM)
def test_the_availability_table_of_llm_services_is_what_was_published(shared_data, row):
    answer = json.loads(shared_data("status/llm_answers.json").read_text())[row]
    component, in_incidents = LLM[row]
    name = "status/llm_{}_openai-api_claude_playground.csv"
    days = ("--mapping", "llm_service_days", "--component", component)

    assert run("import_published", shared_data(name.format("outage_days")), "--site", row, *days)[0] == 0
    spans = StatusInterval.objects.filter(health_check__integration__name=row).order_by("started_at")
    first, last = spans.first().started_at, spans.last().started_at
    found = shown(
        row, "--start", first.isoformat(), "--end", last.isoformat(),
        "--check", f"Published: {component}", "--profile", "partial-30", "--by", "day",
    )  # fmt: skip

    assert len(found["periods"]) == answer["days"]
    assert {
        "mean_availability": percent(found["mean"]),
        "min_availability": percent(found["lowest"]),
        "days_100": percent(found["perfect"]),
    } == {name: answer[name] for name in ("mean_availability", "min_availability", "days_100")}
    assert percent(found["uptime"]) == answer["mean_availability"]  # days are equally long

    _, printed, _ = run(
        "import_published", shared_data(name.format("incident_stages")), "--site", row, "--dry-run",
        "--mapping", "llm_service_incidents", "--component", in_incidents,
        "--start", first.isoformat(), "--end", "2024-10-01T00:00:00Z",
    )  # fmt: skip
    said = printed.split("incidents: ")[1].splitlines()[0]
    figures = dict(part.removesuffix(" h").split() for part in said.split(", ")[1:])
    assert int(said.split(",")[0]) == answer["incidents"]
    assert float(figures["lasting"]) == answer["mttr_hours"]
    assert round(float(figures["between"]) / 24, 4) == pytest.approx(answer["mtbf_days"], abs=5e-5)


def write(folder, name, content):
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def incident(number, start, end, impact="major", components=("API",)):
    return {
        "id": f"i{number}",
        "started_at": (BEGUN + start * HOUR).isoformat(),
        "resolved_at": None if end is None else (BEGUN + end * HOUR).isoformat(),
        "impact": impact,
        "components": [{"name": name} for name in components],
    }


def take(file, mapping="statuspage", start=0, end=24, **more):
    days = {} if mapping == "llm_service_days" else {"start": BEGUN + start * HOUR, "end": BEGUN + end * HOUR}
    past = PublishedPast("A site", components=frozenset(more.pop("components", ())), **days)
    return import_published(file=file, mapping=load_published_mapping(mapping), past=past, at=NOW, **more)


def seconds_of(check="Published", start=0, end=24, **asked):
    history = get_site_history(
        Asked("A site", check=check, **asked), start=BEGUN + start * HOUR, end=BEGUN + end * HOUR, at=NOW
    )
    counted = history.between(BEGUN + start * HOUR, BEGUN + end * HOUR).counted
    return {name: getattr(counted, name) / 3_600_000_000 for name in ("up", "degraded", "down", "unknown", "paused")}


@pytest.mark.parametrize("seed", range(25))
def test_overlapping_incidents_are_counted_as_a_brute_force_by_hours_counts_them(tmp_path, seed):
    rng = random.Random(seed)
    impacts = {"none": "up", "minor": "degraded", "major": "down", "critical": "down"}
    incidents = []
    for number in range(rng.randrange(12)):
        start = rng.randrange(-5, 50)
        end = None if rng.random() < 0.1 else start + rng.randrange(12)
        named = rng.sample(["API", "Web", "Jobs"], rng.randrange(3))
        incidents.append(incident(number, start, end, rng.choice(list(impacts)), named))
    take(write(tmp_path, "i.json", {"incidents": incidents}), end=48)

    for component in ("", "API", "Web"):
        counts = Counter(
            min(
                ["up"]
                + [
                    impacts[one["impact"]]
                    for one in incidents
                    if (not component or {"name": component} in one["components"])
                    and datetime.fromisoformat(one["started_at"]) <= BEGUN + hour * HOUR
                    and (one["resolved_at"] is None or BEGUN + hour * HOUR < datetime.fromisoformat(one["resolved_at"]))
                ],
                key=["down", "degraded", "up"].index,
            )
            for hour in range(48)
        )
        name = f"Published: {component}" if component else "Published"
        if HealthCheck.objects.filter(name=name).exists():
            found = seconds_of(name, end=48)
            assert found == {"unknown": 0, "paused": 0, **{kind: counts[kind] for kind in ("up", "degraded", "down")}}
    assert seconds_of(end=72)["paused"] == 24  # nothing is known after the period


def test_published_history_stands_beside_ours_and_never_counts(tmp_path):
    take(write(tmp_path, "i.json", {"incidents": [incident(1, 3, 5)]}))

    whole = get_site_uptime("A site", start=BEGUN, end=BEGUN + 24 * HOUR, at=NOW)
    published = get_site_uptime("A site", start=BEGUN, end=BEGUN + 24 * HOUR, check="Published", at=NOW)

    assert (whole.uptime, published.uptime) == (None, pytest.approx(22 / 24))
    assert not HealthCheck.objects.filter(counts_for_uptime=True).exists()
    assert set(HealthCheck.objects.values_list("kind", "is_paused")) == {("recorded", True)}


def test_the_union_of_checks_is_down_while_any_is(tmp_path):
    incidents = [incident(1, 10, 11, components=["API"]), incident(2, 10.5, 12, components=["Web"])]
    take(write(tmp_path, "i.json", {"incidents": incidents}))
    HealthCheck.objects.exclude(name="Published").update(counts_for_uptime=True)

    pooled, union = seconds_of(""), seconds_of("", is_union=True)

    assert (pooled["down"], pooled["up"]) == (2.5, 45.5)
    assert (union["down"], union["up"]) == (2, 22)


def test_a_later_file_continues_and_the_same_file_changes_nothing(tmp_path):
    first = [incident(1, 3, 5), incident(2, 20, 28)]
    file = write(tmp_path, "first.json", {"incidents": first})
    take(file)
    again = take(file)

    assert (again.refused, again.checks.total()) == (0, 0)
    take(write(tmp_path, "later.json", {"incidents": [*first, incident(3, 40, 41)]}), start=24, end=48)

    assert seconds_of(end=48) == {"up": 37, "degraded": 0, "down": 11, "unknown": 0, "paused": 0}
    before = list(StatusInterval.objects.order_by("pk").values())
    edited = take(write(tmp_path, "edited.json", {"incidents": [incident(1, 3, 9), incident(2, 20, 28)]}))
    assert (edited.refused, edited.checks.total()) == (2, 0)
    assert list(StatusInterval.objects.order_by("pk").values()) == before


def test_days_are_laid_out_and_gaps_are_unknown(tmp_path):
    lines = [
        "Date,Service,major_outage_minutes,partial_outage_minutes",
        "2026-03-03,api,0,60",
        "2026-03-01,api,90,30.5",
        "2026-03-01,web,0,0",
    ]
    summary = take(write(tmp_path, "d.csv", "\n".join(lines)), "llm_service_days")

    assert dict(summary.checks) == {"Published: api": 7, "Published: web": 2}
    assert seconds_of("Published: api", end=72) == {
        "up": 48 - 3 - 0.5 / 60,
        "degraded": 1.5 + 0.5 / 60,
        "down": 1.5,
        "unknown": 24,
        "paused": 0,
    }


def test_what_cannot_be_kept_is_refused_and_nothing_is_stored(tmp_path):
    bad = [
        incident(1, 3, 5) | {"impact": "horrible"},
        incident(2, 3, 5) | {"impact": None},
        incident(3, 5, 3),
        incident(4, 3, 5) | {"started_at": "2026-03-01T00:00:00"},
        incident(5, 3, 5) | {"started_at": "2199-01-01T00:00:00Z"},
        incident(6, 3, 5) | {"components": "API"},
        incident(7, 3, 5) | {"components": ["API"]},
        incident(8, 3, 5) | {"id": ""},
        incident(9, 3, 5) | {"components": [{"name": "x" * 101}]},
        7,
    ]
    rejects = tmp_path / "rejects.csv"

    summary = take(write(tmp_path, "i.json", {"incidents": [incident(0, 1, 2), *bad]}), rejects=rejects)

    assert (summary.items, summary.refused, summary.checks.total()) == (11, 10, 0)
    assert not Integration.objects.exists()
    assert [line.split(",")[:2] for line in rejects.read_text().splitlines()[1:]] == [
        ["2", "impact"],
        ["3", "impact"],
        ["4", "resolved_at"],
        ["5", "started_at"],
        ["6", "started_at"],
        ["7", "components"],
        ["8", "components"],
        ["9", "id"],
        ["10", "components"],
        ["11", ""],
    ]
    lines = [
        "Date,Service,major_outage_minutes,partial_outage_minutes",
        "2026-03-03,api,1000,441",
        "2026-03-01,api,-1,0",
    ]
    lines += ["2026-03-02,api,0,0", "2026-03-02,api,0,0", "March,api,0,0", "2026-03-04,api,nan,0", "2027-01-01,api,0,0"]
    assert take(write(tmp_path, "d.csv", "\n".join(lines)), "llm_service_days").refused == 6
    assert not Integration.objects.exists()


@pytest.mark.parametrize("content", ["[", "[]", '{"incidents": {}}', "7", "[" * 100_000])
def test_a_file_of_another_format_is_unreadable(tmp_path, content):
    with pytest.raises(UnreadableFileError):
        take(write(tmp_path, "i.json", content))


def test_a_period_that_is_wrong_is_said(tmp_path):
    file = write(tmp_path, "i.json", {"incidents": []})
    with pytest.raises(InvalidInputError, match="after the start"):
        take(file, start=5, end=5)
    with pytest.raises(InvalidInputError, match="future"):
        take(file, end=24 * 365)
    with pytest.raises(CommandError, match="give start and end"):
        call_command("import_published", str(file), "--site", "x", "--mapping", "statuspage")
    with pytest.raises(CommandError, match="is no zone"):
        call_command("import_published", str(file), "--site", "x", "--mapping", "statuspage", "--zone", "Mars")
    assert run("import_published", file, "--site", "x", "--mapping", "none")[0] == 2
    with pytest.raises(MappingError, match="neither one of"):
        load_published_mapping("none")


def test_a_wrong_question_is_answered_by_what_is_wrong(tmp_path):
    take(write(tmp_path, "i.json", {"incidents": [incident(1, 3, 5)]}))

    with pytest.raises(CommandError, match="Known: Published, Published: API"):
        call_command("show_uptime", "A site", "--start", "2026-03-01", "--end", "2026-03-01", "--check", "x")
    with pytest.raises(CommandError, match="More than 4000 periods"):
        call_command("show_uptime", "A site", "--start", "2001-03-01", "--end", "2026-03-01", "--by", "day")
    _, printed, _ = run(
        "show_uptime", "A site", "--start", "2026-03-01", "--end", "2026-03-02", "--check", "Published",
        "--by", "day", "--zone", "UTC",
    )  # fmt: skip
    assert "2026-03-01T00:00:00+00:00    91.6666   100.0000" in printed
    assert "lowest     91.6666" in printed


def test_shipped_mappings_of_published_history_can_be_read():
    assert [load_published_mapping(name).shape for name in list_published_mappings()].count("days") == 1
