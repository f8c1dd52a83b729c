"""History of checks that was recorded elsewhere: what is asked of it is what its tool published."""

import csv
import json
import random
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from foundation.errors import InvalidInputError
from foundation.imports.errors import MappingError, UnreadableFileError
from partnerships.imports.mapping import list_check_mappings, load_check_mapping, recognise_check_mapping
from partnerships.models import CheckState, HealthCheck, Integration, LatencyHour, StatusInterval, UptimeDay, UptimeHour
from partnerships.selectors.site_uptime import get_site_uptime
from partnerships.services.check_history import import_checks
from partnerships.services.events import resume_check
from tests.factories import AccountingProfileFactory, IntegrationFactory, SuperuserFactory

pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LOGS = ("upptime_koj_2020-08_to_2021-07", "upptime_curc_2026-05_to_08")


def write(folder, rows, head="time,site,state,latency_ms", name="checks.csv"):
    file = folder / name
    file.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return file


def take(file, mapping="standard", at=NOW, **more):
    return import_checks(file=file, mapping=load_check_mapping(mapping), at=at, **more)


def row(seconds, state, site="A site", latency=""):
    return ((BEGUN + timedelta(seconds=seconds)).isoformat(), site, state, latency)


def run(*arguments):
    out, err = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as left:
        return left.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def state_of_everything():
    return (
        list(StatusInterval.objects.order_by("pk").values()),
        list(UptimeHour.objects.order_by("pk").values()),
        list(LatencyHour.objects.order_by("pk").values()),
        list(HealthCheck.objects.order_by("pk").values()),
    )


@pytest.mark.parametrize("log", LOGS)
def test_a_published_log_gives_its_answers_site_by_site(shared_data, log):
    file = shared_data(f"uptime/{log}_checks.csv.gz")
    answers = json.loads(shared_data(f"uptime/{log}_answers.json").read_text())

    assert recognise_check_mapping(file) == "upptime"
    summary = take(file, "upptime", at=timezone.now())

    assert summary.refused == 0
    assert dict(summary.sites) == {site: answer["checks"] for site, answer in answers.items()}
    for site, answer in answers.items():
        if answer["uptime_pct_time_weighted"] is None:  # One check: it held for no time that is known.
            _, printed, _ = run("show_uptime", site, "--start", "2020-01-01", "--end", "2027-01-01", "--json")
            assert json.loads(printed)["uptime"] is None
            continue
        _, printed, _ = run("show_uptime", site, "--start", answer["first"], "--end", answer["last"], "--json")
        found = json.loads(printed)
        assert found["uptime"] * 100 == pytest.approx(answer["uptime_pct_time_weighted"], abs=5.1e-5), site
        assert found["seconds"]["down"] / 60 == pytest.approx(answer["down_minutes_time_weighted"], abs=5.1e-3), site
        assert found["coverage"] == 1.0
        downs = StatusInterval.objects.filter(health_check__integration__name=site, state="down").count()
        ends_down = HealthCheck.objects.get(integration__name=site).last_outcome == "fail"
        assert answer["outages"] - downs in ({0, 1} if ends_down else {0}), site


@pytest.mark.parametrize("seed", range(60))
def test_uptime_equals_a_count_of_every_second(tmp_path, seed):
    rng = random.Random(seed)
    moments = sorted(rng.sample(range(4000), rng.randrange(2, 40)))
    rows = [row(at, rng.choice(["up", "up", "down", "degraded", "unknown"])) for at in moments]
    shuffled = rng.sample(rows, len(rows))
    weight = rng.choice([0, 0.3, 1])
    AccountingProfileFactory(name="strict", degraded_weight=weight, unknown=rng.choice(["exclude", "down", "up"]))
    rules = AccountingProfileFactory._meta.model.objects.get(name="strict")
    take(write(tmp_path, shuffled))
    low, high = sorted(rng.sample(range(-200, 4500), 2))

    found = get_site_uptime(
        "A site",
        start=BEGUN + timedelta(seconds=low),
        end=BEGUN + timedelta(seconds=high),
        profile="strict",
        at=NOW,
    )

    counts = dict.fromkeys(("up", "down", "degraded", "unknown", "paused"), 0)
    for second in range(max(low, moments[0]), high):
        place = max(i for i, at in enumerate(moments) if at <= second)
        counts[rows[place][2] if place < len(rows) - 1 else "paused"] += 1
    assert {name: getattr(found.counted, name) for name in counts} == {k: n * 1_000_000 for k, n in counts.items()}
    up = counts["up"] + (counts["unknown"] if rules.unknown == "up" else 0)
    down = counts["down"] + (counts["unknown"] if rules.unknown == "down" else 0)
    whole = up + down + counts["degraded"]
    expected = (up + (1 - weight) * counts["degraded"]) / whole if whole else None
    assert found.uptime == expected if expected is None else float(found.uptime) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_a_history_in_parts_is_the_history_at_once_and_again_changes_nothing(tmp_path, seed):
    rng = random.Random(seed)
    rows = [
        row(at, rng.choice(["up", "up", "down"]), rng.choice("AB"), rng.choice(["", 120, 33.5]))
        for at in sorted(rng.sample(range(90_000), 60))
    ]
    cuts = sorted(rng.sample(range(60), 3))
    for number, (first, last) in enumerate(zip([0, *cuts], [*cuts, 60], strict=True)):
        take(write(tmp_path, rows[max(first - 2, 0) : last], name=f"{number}.csv"))
    hours = list(UptimeHour.objects.values_list("health_check__integration__name", "hour", "up_us", "down_us"))
    spans = list(StatusInterval.objects.values_list("health_check__integration__name", "state", "started_at"))
    latencies = list(LatencyHour.objects.values_list("health_check__integration__name", "hour", "n", "total_us"))
    before = state_of_everything()

    again = take(write(tmp_path, rows))

    assert (again.new, again.known, again.refused) == (0, 60, 0)
    assert state_of_everything() == before
    for model in (UptimeHour, UptimeDay, LatencyHour, StatusInterval):
        model.objects.all().delete()
    HealthCheck.objects.all().delete()
    take(write(tmp_path, rows))
    assert sorted(hours) == sorted(
        UptimeHour.objects.values_list("health_check__integration__name", "hour", "up_us", "down_us")
    )
    assert sorted(spans) == sorted(
        StatusInterval.objects.values_list("health_check__integration__name", "state", "started_at")
    )
    assert sorted(latencies) == sorted(
        LatencyHour.objects.values_list("health_check__integration__name", "hour", "n", "total_us")
    )


def test_rows_that_cannot_be_kept_are_refused_one_by_one(tmp_path):
    good = [row(0, "up"), row(60, "down"), row(120, "up")]
    bad = [
        ("2026-03-01T00:01:00", "A site", "up", ""),
        ("yesterday", "A site", "up", ""),
        ("2199-01-01T00:00:00Z", "A site", "up", ""),
        (BEGUN.isoformat(), "", "up", ""),
        (BEGUN.isoformat(), "A" * 121, "up", ""),
        (BEGUN.isoformat(), '"A\nsite"', "up", ""),
        (BEGUN.isoformat(), "A site", "=cmd|calc", ""),
        (BEGUN.isoformat(), "A site", "@SUM(1)", ""),
        (BEGUN.isoformat(), "A site", "fine", ""),
        (BEGUN.isoformat(), "A site", "up", "fast"),
        (BEGUN.isoformat(), "A site", "up", "-1"),
        (BEGUN.isoformat(), "A site", "up", "nan"),
        (BEGUN.isoformat(), "A site", "up"),
    ]
    rejects = tmp_path / "rejects.csv"

    summary = take(write(tmp_path, [*good, *bad]), rejects=rejects)

    assert (summary.rows, summary.new, summary.refused) == (16, 0, 13)
    assert not Integration.objects.exists()
    with rejects.open(newline="") as stream:
        lines = list(csv.reader(stream))[1:]
    assert [line[:2] for line in lines] == [
        ["5", "time"],
        ["6", "time"],
        ["7", "time"],
        ["8", "site"],
        ["9", "site"],
        ["10", "site"],
        ["12", "state"],
        ["13", "state"],
        ["14", "state"],
        ["15", "latency_ms"],
        ["16", "latency_ms"],
        ["17", "latency_ms"],
        ["18", ""],
    ]
    assert [line[2] for line in lines[5:8]] == ["A\nsite", "'=cmd|calc", "'@SUM(1)"]


def test_what_contradicts_the_history_is_refused(tmp_path):
    take(write(tmp_path, [row(0, "up"), row(600, "down"), row(1200, "up")]))
    before = state_of_everything()

    summary = take(write(tmp_path, [row(-60, "up"), row(300, "down"), row(900, "down"), row(1100, "unknown")]))

    assert (summary.new, summary.known, summary.refused) == (0, 1, 3)
    assert state_of_everything() == before


def test_a_dry_run_counts_and_stores_nothing(tmp_path):
    summary = take(write(tmp_path, [row(0, "up"), row(60, "down")]), dry_run=True)

    assert (summary.new, dict(summary.sites)) == (2, {"A site": 2})
    assert not Integration.objects.exists()


def test_a_recorded_check_is_never_probed(tmp_path):
    take(write(tmp_path, [row(0, "up"), row(60, "down")]))
    check = HealthCheck.objects.get()

    assert (check.is_paused, check.state, check.next_due_at) == (True, CheckState.PAUSED, None)
    with pytest.raises(InvalidInputError, match="nothing to probe"):
        resume_check(check_id=check.pk, at=NOW)


def test_an_imported_site_is_shown_and_not_changed(tmp_path, client):
    take(write(tmp_path, [row(0, "up", latency=20), row(60, "down"), row(90, "up")]))
    client.force_login(SuperuserFactory())
    check, site = HealthCheck.objects.get(), Integration.objects.get()

    shown = client.get(site.get_absolute_url())
    assert (shown.status_code, "Resume<" in shown.content.decode()) == (200, False)
    assert client.get("/integrations/").status_code == 200
    page = client.get(f"/admin/partnerships/healthcheck/{check.pk}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    chosen = {"action": "resume", "_selected_action": [check.pk]}
    assert "0 resumed" in client.post("/admin/partnerships/healthcheck/", chosen, follow=True).content.decode()
    told = client.post(f"{site.get_absolute_url()}checks/{check.pk}/resume/", follow=True)
    assert "there is nothing to probe" in told.content.decode()


def test_history_joins_the_integration_of_its_name(tmp_path):
    known = IntegrationFactory(name="A site")
    IntegrationFactory(slug="another-site")

    take(write(tmp_path, [row(0, "up"), row(60, "up"), row(0, "up", "Another site"), row(9, "up", "Another site")]))

    assert HealthCheck.objects.get(integration=known).kind == "recorded"
    assert Integration.objects.get(name="Another site").slug == "another-site-2"


def test_what_cannot_be_read_is_said_and_nothing_is_stored(tmp_path):
    with pytest.raises(MappingError, match="neither one of standard, upptime"):
        load_check_mapping("nagios")
    with pytest.raises(UnreadableFileError, match="No mapping fits the columns a, b"):
        recognise_check_mapping(write(tmp_path, [], head="a,b"))
    mapping = tmp_path / "own.toml"
    for text, complaint in (
        ("columns = 3", "columns must be"),
        ("[columns]\ntime = 't'\nsite = 's'", "columns.state is missing"),
        ("[columns]\ntime='t'\nsite='s'\nstate='x'\n[states]\nok='fine'", "'fine' is not one of up"),
        ("[columns]\ntime='t'\nsite='s'\nstate='x'\n[states]", "at least one word"),
        ("[columns]\ntime='t'\nsite='s'\nstate='x'\nlag='l'\n[states]\nok='up'", "columns.lag is not a key"),
    ):
        mapping.write_text(text)
        with pytest.raises(MappingError, match=complaint):
            load_check_mapping(str(mapping))
    mapping.write_text("[columns]\ntime='t'\nsite='s'\nstate='x'\n[states]\nok='up'")
    assert run("import_checks", str(write(tmp_path, [])), "--mapping", str(mapping))[0] == 2
    assert run("import_checks", str(tmp_path / "absent.csv"))[0] == 2
    assert not Integration.objects.exists()


def test_the_commands_say_what_they_did(tmp_path):
    rows = [row(0, "up"), row(90, "down"), row(100, "up")]

    code, printed, complaint = run("import_checks", str(write(tmp_path, [*rows, row(5, "lost")])))
    assert (code, "new: 0" in printed) == (1, True)
    assert "1 refused, so nothing was stored; --rejects FILE lists them" in complaint

    code, printed, _ = run("import_checks", str(write(tmp_path, rows)))
    assert code == 0
    assert "mapping: standard" in printed
    assert "new: 3" in printed
    assert "  A site: 3" in printed
    code, printed, _ = run("show_uptime", "a-site", "--start", "2026-03-01", "--end", "2026-03-01")
    assert code == 0
    assert "uptime    90.0000 %" in printed
    assert "down                  10.000 s" in printed


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nowhere", "--start", "2026-03-01", "--end", "2026-03-02"), "site: There is no 'nowhere'. Known: a-site"),
        (("a-site", "--start", "March", "--end", "2026-03-02"), "start: 'March' is no day"),
        (("a-site", "--start", "2026-03-01", "--end", "2026-03-02T00:00"), "end: '2026-03-02T00:00' is no day"),
        (("a-site", "--start", "2026-03-03", "--end", "2026-03-01"), "end: Must be after the start"),
        (("a-site", "--start", "2026-03-01", "--end", "9999-12-31"), "end: '9999-12-31' is no day"),
        (("a-site", "--start", "2026-03-01", "--end", "2026-03-02", "--profile", "x"), "profile: There is no 'x'"),
    ],
)
def test_a_wrong_question_is_answered_by_what_is_wrong(tmp_path, arguments, complaint):
    take(write(tmp_path, [row(0, "up"), row(60, "up")]))

    with pytest.raises(CommandError, match=complaint):
        call_command("show_uptime", *arguments)


def test_shipped_mappings_can_be_read():
    assert [bool(load_check_mapping(name).states) for name in list_check_mappings()] == [True, True]
