"""The import in the admin, as a browser goes through it."""

import gzip
import os
import re
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from metrics.models import DirtyMark, PeriodValue
from support.models import Ticket, TicketEvent
from tests.factories import UserFactory
from tests.support.import_files import ONE_ROW, ONE_ROW_HEAD

pytestmark = pytest.mark.django_db

FORM = "/tickets/import/"
GOOD = "A1,x,Doing,P1,c,,2025-03-01 10:00,,"
BAD = "=A2,y,=2+5,P1,c,,2025-03-01 10:00,,"


@pytest.fixture
def folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    return tmp_path / "imports"


@pytest.fixture
def agent(client, folder):
    client.force_login(UserFactory(groups=["support_agent"], is_staff=True))
    return client


def content(*lines):
    return "\n".join([ONE_ROW_HEAD, *lines, ""]).encode()


def send(client, data, *, name="desk.csv", own=ONE_ROW, **fields):
    form = {"file": SimpleUploadedFile(name, data), "mapping": "own", **fields}
    if own is not None:
        form["own_mapping"] = SimpleUploadedFile("desk.toml", own.encode())
    return client.post(FORM, {key: value for key, value in form.items() if value is not None})


def counts(response):
    table = BeautifulSoup(response.content, "html.parser").select_one("#content table")
    return {row.th.text.strip(): int(row.td.text) for row in table.tbody.find_all("tr")}


def problem(response):
    page = BeautifulSoup(response.content, "html.parser")
    return " ".join(found.text for found in page.select(".errornote, .errorlist"))


def kinds(folder):
    return sorted(path.suffix for path in folder.iterdir())


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gz"])
def test_file_is_imported_with_the_counts_of_the_command(agent, folder, pack):
    response = send(agent, pack(content(GOOD)))

    assert response.status_code == 302
    result = agent.get(response.url)
    assert counts(result) == {
        "rows read": 1,
        "rows refused": 0,
        "tickets": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "reopened tickets": 0,
        "warning ambiguous_day_month_dates": 0,
        "warning resolved_after_closed": 0,
    }
    assert Ticket.objects.get().external_id == "A1"
    assert kinds(folder) == [".csv", ".json"]
    assert "Import now" not in result.content.decode()


def test_metrics_are_left_to_the_worker(agent):
    before = PeriodValue.objects.count()

    send(agent, content(GOOD))

    assert (PeriodValue.objects.count(), DirtyMark.objects.exists()) == (before, True)


def test_dry_run_stores_nothing_and_then_imports_without_a_second_upload(agent, folder):
    response = send(agent, content(GOOD), dry_run="on")
    dry = agent.get(response.url)
    assert (counts(dry)["would be created"], Ticket.objects.count()) == (1, 0)
    action = re.search(r'action="(/tickets/import/[^"]+/now/)"', dry.content.decode())[1]

    imported = agent.post(action, follow=True)

    assert (counts(imported)["created"], Ticket.objects.count()) == (1, 1)
    assert kinds(folder) == [".csv", ".json"]
    again = agent.post(action, follow=True)
    assert (counts(again)["created"], Ticket.objects.count()) == (1, 1)


def test_dry_run_is_what_the_form_proposes(agent):
    page = BeautifulSoup(agent.get(FORM).content, "html.parser")

    assert page.find("input", {"name": "dry_run"}).has_attr("checked")
    assert [option["value"] for option in page.find("select").find_all("option")] == [
        *("", "helpdesk_it", "nyc311", "servicenow", "own"),
    ]


def test_second_run_of_the_same_file_changes_nothing(agent):
    send(agent, content(GOOD))
    before = (list(Ticket.objects.values()), TicketEvent.objects.count())

    result = agent.get(send(agent, content(GOOD)).url)

    assert (counts(result)["created"], counts(result)["updated"], counts(result)["unchanged"]) == (0, 0, 1)
    assert (list(Ticket.objects.values()), TicketEvent.objects.count()) == before


def test_shipped_mapping_is_recognised_or_chosen_and_the_zone_is_used(agent, shared_data):
    data = shared_data("tickets/nyc311_1000.csv").read_bytes()

    recognised = agent.get(send(agent, data, own=None, mapping="", dry_run="on").url)
    chosen = agent.get(send(agent, data, own=None, mapping="nyc311", time_zone="UTC", dry_run="on").url)

    words = " ".join(BeautifulSoup(recognised.content, "html.parser").text.split())
    assert "read by the mapping nyc311, recognised by the file's columns" in words
    assert "times in UTC" in chosen.content.decode()
    assert counts(recognised)["tickets"] > 900


def test_refused_rows_are_shown_and_downloaded_safe_for_a_spreadsheet(agent):
    response = send(agent, content(GOOD, BAD))
    page = BeautifulSoup(agent.get(response.url).content, "html.parser")

    cells = [cell.text for cell in page.select(".results td")]
    assert cells[:3] == ["3", "Status", "=2+5"]
    download = agent.get(page.find("a", string="All refused rows as CSV")["href"])
    lines = b"".join(download.streaming_content).decode().splitlines()
    assert lines[0] == "line,field,value,reason"
    assert lines[1].startswith("3,Status,'=2+5,")
    assert "attachment" in download.headers["Content-Disposition"]


def test_first_fifty_refused_rows_are_shown_and_all_downloaded(agent):
    response = send(agent, content(*(f"A{n},x,Odd,P1,c,,2025-03-01 10:00,," for n in range(60))))
    page = BeautifulSoup(agent.get(response.url).content, "html.parser")

    assert len(page.select(".results tbody tr")) == 50
    assert "the first 50 of 60" in page.text
    download = agent.get(f"{response.url}rejects.csv")
    assert len(b"".join(download.streaming_content).splitlines()) == 61


@pytest.mark.parametrize(
    ("data", "fields", "sentence"),
    [
        (b"", {}, "The file is empty: its first line must name the columns."),
        (b"Key,Summary\nA1,x\n", {}, "The mapping names 'Category', 'Owner', 'Status'"),
        (gzip.compress(b"Key\n" * 9000, mtime=0)[:12], {}, "cannot be read"),
        (content(GOOD), {"own": "layout ="}, "The mapping is no TOML"),
        (
            content(GOOD),
            {"own": "\udcff".encode("utf-8", "surrogateescape").decode("latin-1")},
            "The mapping is no TOML",
        ),
        (content(GOOD), {"own": 'layout = "ticket"'}, "source is missing."),
        (content(GOOD), {"own": None, "mapping": ""}, "Which mapping desk.csv is for cannot be told"),
        (content(GOOD), {"time_zone": "Mars"}, "The time zone: 'Mars' is no IANA time zone."),
        (content(GOOD), {"own": None}, "Choose a mapping file."),
        (content(GOOD), {"mapping": "nyc311"}, "A mapping file was given"),
        (content(GOOD), {"own": None, "mapping": "/etc/passwd"}, "is not one of the available choices"),
        (content(GOOD), {"own": "#" * 70_000}, "A mapping has at most 64 KiB."),
        (content(GOOD), {"file": None}, "Choose a file."),
    ],
)
def test_what_cannot_be_read_is_said_on_the_form_and_nothing_is_kept(agent, folder, data, fields, sentence):
    response = send(agent, data, **fields)

    assert response.status_code == 400
    assert sentence in problem(response)
    assert str(folder) not in response.content.decode()
    assert not Ticket.objects.exists()
    response.close()
    assert [path.name for path in folder.iterdir() if not path.name.startswith("arriving-")] == []


def test_file_that_is_too_large_is_thrown_away(agent, folder, settings):
    settings.IMPORT_MAX_MIB = 1

    response = send(agent, content(GOOD) + b"x" * 1024 * 1024)

    assert (response.status_code, problem(response)) == (400, "The file is larger than 1 MiB.")
    assert not Ticket.objects.exists()


def test_people_without_both_permissions_are_refused_before_anything_arrives(client, folder):
    token = uuid4()
    client.force_login(UserFactory(groups=["auditor"], is_staff=True))

    assert send(client, content(GOOD)).status_code == 403
    for url in (FORM, f"{FORM}{token}/", f"{FORM}{token}/rejects.csv"):
        assert client.get(url).status_code == 403
    assert client.post(f"{FORM}{token}/now/").status_code == 403
    assert not folder.exists()


def test_form_without_its_token_is_refused(agent):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = agent.cookies

    assert send(strict, content(GOOD)).status_code == 403
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("token", ["..", "../secret_key", "%2e%2e%2fsecret_key", "..%5csecret", "x" * 32, "0" * 32])
def test_token_that_is_no_token_is_no_path(agent, folder, token):
    folder.mkdir()
    (folder.parent / "secret_key.json").write_text("{}")

    for url in (f"{FORM}{token}/", f"{FORM}{token}/rejects.csv"):
        assert agent.get(url).status_code in {301, 302, 404}
    assert agent.post(f"{FORM}{token}/now/").status_code == 404


def test_name_of_the_uploaded_file_is_no_path(agent, folder):
    response = send(agent, content(GOOD), name="../../etc/desk.csv", dry_run="on")

    token = UUID(response.url.split("/")[-2])
    assert {path.stem for path in folder.iterdir() if not path.name.startswith("arriving-")} == {token.hex}


def test_job_is_seen_by_nobody_else(agent, client, folder):
    response = send(agent, content(GOOD), dry_run="on")
    other = Client()
    other.force_login(UserFactory(groups=["support_lead"], is_staff=True))

    assert other.get(response.url).status_code == 404
    assert other.get(f"{response.url}rejects.csv").status_code == 404
    assert other.post(f"{response.url}now/").status_code == 404
    assert not Ticket.objects.exists()


def test_files_older_than_a_day_go(agent, folder):
    old = send(agent, content(GOOD), dry_run="on").url
    for path in folder.iterdir():
        os.utime(path, (path.stat().st_mtime - 86_500,) * 2)
    new = send(agent, content(GOOD), dry_run="on").url

    assert (agent.get(old).status_code, agent.get(new).status_code) == (404, 200)
    assert {path.stem for path in folder.iterdir()} == {UUID(new.split("/")[-2]).hex}


def test_ticket_list_leads_to_the_form(agent):
    page = agent.get(reverse("admin:support_ticket_changelist")).content.decode()

    assert f'href="{FORM}"' in page
