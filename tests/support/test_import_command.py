import gzip
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from support.models import Ticket
from tests.support.import_files import ONE_ROW, one_row_file, write

pytestmark = pytest.mark.django_db

OPENED = "2025-03-01 10:00"


@pytest.fixture
def mapping(tmp_path):
    return str(write(tmp_path, ONE_ROW, name="desk.toml"))


def run(*arguments):
    """The exit code and what was printed."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_tickets", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as exit_:
        return exit_.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_all_rows_taken_is_exit_0_with_the_counts(tmp_path, mapping):
    path = one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,", f"A2,x,Done,P1,c,,{OPENED},2025-03-02 10:00,")

    code, out, err = run(path, "--mapping", mapping)

    assert (code, err) == (0, "")
    *lines, last = out.splitlines()
    assert re.fullmatch(r"metric values changed: [1-9]\d*", last)
    assert lines == [
        "rows read: 2",
        "rows refused: 0",
        "tickets: 2",
        "  created: 2",
        "  updated: 0",
        "  unchanged: 0",
        "reopened tickets: 0",
        "warning ambiguous_day_month_dates: 0",
        "warning resolved_after_closed: 0",
    ]


def test_refused_rows_are_exit_1_and_the_rest_is_stored(tmp_path, mapping):
    path = one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,", "A2,x,Odd,P1,c,,,,")
    rejects = tmp_path / "rejects.csv"

    code, out, err = run(path, "--mapping", mapping, "--rejects", rejects)

    assert (code, "rows refused: 1" in out, err) == (1, True, f"1 refused: see {rejects}\n")
    assert rejects.read_text() == "line,field,value,reason\n3,Created,,is missing\n"
    assert Ticket.objects.get().external_id == "A1"


def test_times_of_no_ticket_are_refused_with_their_reason_and_the_rest_is_stored(tmp_path, mapping):
    odd = ("0001-01-01 10:00", "1969-12-31 10:00", "2201-01-02 10:00", f"{timezone.now().year + 1}-06-01 10:00")
    rows = [f"B{number},x,Doing,P1,c,,{opened},," for number, opened in enumerate(odd)]
    path, rejects = one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,", *rows), tmp_path / "rejects.csv"

    code, _, _ = run(path, "--mapping", mapping, "--rejects", rejects)

    reasons = [line.rsplit(",", 1)[1] for line in rejects.read_text().splitlines()[1:]]
    assert (code, reasons) == (1, ["is outside the years 1970 to 2200"] * 3 + ["lies in the future"])
    assert Ticket.objects.get().external_id == "A1"


def test_rejects_file_is_replaced_even_when_nothing_is_refused(tmp_path, mapping):
    rejects = write(tmp_path, "old", name="rejects.csv")

    code, _, _ = run(one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,"), "--mapping", mapping, "--rejects", rejects)

    assert (code, rejects.read_text()) == (0, "line,field,value,reason\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["desk.toml", "rejects.csv", "tickets.csv"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "The file is empty"),
        (b"Key,Summary\nA1,x\n", "The mapping names 'Category', 'Owner', 'Status'"),
        (gzip.compress(b"Key\n" * 9000)[:12], "cannot be read"),
        (None, "No such file"),
    ],
    ids=["empty", "columns", "damaged", "absent"],
)
def test_file_that_cannot_be_read_is_exit_2_with_a_sentence(tmp_path, mapping, content, complaint):
    path = tmp_path / "tickets.csv"
    if content is not None:
        path.write_bytes(content)

    code, out, err = run(path, "--mapping", mapping)

    assert (code, out) == (2, "")
    assert complaint in err


def test_unknown_mapping_or_zone_is_exit_2(tmp_path, mapping):
    path = one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,")

    assert run(path, "--mapping", "jira")[0::2] == (
        2,
        "No mapping 'jira': neither one of helpdesk_it, nyc311, servicenow nor a readable file.\n",
    )
    assert run(path, "--mapping", mapping, "--timezone", "Mars")[0::2] == (
        2,
        "The time zone: 'Mars' is no IANA time zone.\n",
    )


def test_rejects_file_that_cannot_be_written_is_exit_2_before_anything_is_stored(tmp_path, mapping):
    path = one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,")

    code, _, err = run(path, "--mapping", mapping, "--rejects", tmp_path / "none" / "rejects.csv")

    assert (code, "none" in err) == (2, True)
    assert not Ticket.objects.exists()


def test_time_zone_option_moves_the_times(tmp_path, mapping):
    path = one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,")

    run(path, "--mapping", mapping, "--timezone", "Asia/Kolkata")

    assert Ticket.objects.get().opened_at.isoformat() == "2025-03-01T04:30:00+00:00"


def test_dry_run_says_what_would_be(tmp_path, mapping):
    code, out, _ = run(one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,"), "--mapping", mapping, "--dry-run")

    assert (code, "  would be created: 1" in out, Ticket.objects.count()) == (0, True, 0)


def test_mapping_is_recognised_by_the_columns_or_asked_for(tmp_path, shared_data):
    code, out, _ = run(shared_data("tickets/servicenow_incidents_first300.csv"))
    unknown = run(one_row_file(tmp_path, f"A1,x,Doing,P1,c,,{OPENED},,"))

    assert (code, out.splitlines()[0]) == (0, "mapping: servicenow, recognised by the file's columns")
    assert (unknown[0], "name the mapping" in unknown[2]) == (2, True)
