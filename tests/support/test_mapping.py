import pytest

from foundation.imports.errors import MappingError
from support.imports.loading import list_shipped_mappings, load_mapping, parse_mapping
from support.imports.mapping import Ambiguous, BadTimes, Layout, NonExisting, Order, RowsAre, Take
from support.models import Priority, TicketState
from tests.support.import_files import EVENT_LOG, ONE_ROW


def test_every_shipped_mapping_is_valid():
    assert list_shipped_mappings() == ["helpdesk_it", "nyc311", "servicenow"]
    assert [load_mapping(name).source for name in list_shipped_mappings()] == ["helpdesk_it", "nyc311", "servicenow"]


def test_event_log_mapping_is_read_whole():
    mapping = parse_mapping(EVENT_LOG)

    assert (mapping.source, mapping.layout) == ("shop", Layout.EVENTS)
    assert mapping.file.missing == {"", "-", "n/a"}
    assert (mapping.file.encoding, mapping.file.delimiter) == ("latin-1", ";")
    assert (mapping.id.column, mapping.id.strip_prefix, mapping.id.add_prefix) == ("Vorgang", "#", "SHOP-")
    assert mapping.clock.zone.key == "Europe/Berlin"
    assert (mapping.clock.ambiguous, mapping.clock.non_existing) == (Ambiguous.SECOND, NonExisting.REFUSE)
    assert (mapping.opened.from_events, mapping.resolved.state, mapping.resolved.take) == (
        True,
        TicketState.SOLVED,
        Take.LAST,
    )
    assert (mapping.events.order, mapping.events.rows) == (Order.TIME, RowsAre.ACTIVITIES)
    assert mapping.states["Notiz"] is None
    assert mapping.priorities == {"hoch": Priority.HIGH, "mittel": Priority.NORMAL}
    assert mapping.rules.contradictory_times is BadTimes.REFUSE


def test_mapping_is_found_by_path(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(ONE_ROW)

    assert load_mapping(str(path)).source == "desk"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('source = "shop"', "", "source is missing"),
        ('source = "shop"', f'source = "{"x" * 61}"', "source must have 1 to 60"),
        ('layout = "events"', 'layout = "wide"', "layout: 'wide' is not one of ticket, events"),
        ('layout = "events"', 'layout = "events"\nlayuot = 1', "layuot is not a key of a mapping"),
        ('encoding = "latin-1"', 'encoding = "latin-99"', "file.encoding: 'latin-99'"),
        ('delimiter = ";"', 'delimiter = ";;"', "file.delimiter must be one character"),
        ('missing = ["-", "n/a"]', "missing = [0]", "file.missing must be a list of texts"),
        ('column = "Vorgang"', "", "id.column is missing"),
        ('strip_prefix = "#"', "strip_prefix = 1", "id.strip_prefix must be a text"),
        ('formats = ["%d.%m.%Y %H:%M"]', "", "times.formats is missing"),
        ('formats = ["%d.%m.%Y %H:%M"]', 'formats = ["dd.mm.yyyy"]', "times.formats: 'dd.mm.yyyy' is neither"),
        (
            '"%d.%m.%Y %H:%M"',
            '"%d.%m.%Y %H:%M", "%m.%d.%Y"',
            "times.formats: %d.%m.%Y and %m.%d.%Y read the same value",
        ),
        ('"%d.%m.%Y %H:%M"', '"%d.%m.%Y %H:%M%z"', "must have %z exactly when"),
        ('zone = "Europe/Berlin"', "", "times.zone is missing"),
        ('zone = "Europe/Berlin"', 'zone = "Berlin"', "times.zone: 'Berlin' is no IANA time zone"),
        ('zone = "Europe/Berlin"', 'zone = "offset in value"', "must have %z exactly when"),
        ('ambiguous = "second"', 'ambiguous = "third"', "times.ambiguous: 'third' is not one of first, second, refuse"),
        ('opened = { event = "first" }', "", "times.opened must name a column"),
        ('opened = { event = "first" }', 'opened = { event = "last" }', "times.opened must name a column"),
        ('resolved = { state = "solved"', 'resolved = { state = "fixed"', "times.resolved.state: 'fixed'"),
        ('resolved = { state = "solved", take = "last" }', "resolved = 1", "times.resolved must be a section"),
        ('take = "last" }\nclosed', 'tkae = "last" }\nclosed', "times.resolved.tkae is not a key"),
        ('time = "Zeit"', "", "events.time is missing"),
        ('order = "time"', 'order = "sequence"', "events.sequence must name the column"),
        ('rows = "activities"', "", "events.rows is missing"),
        ('state = "Aktion"', "", "columns.state is missing"),
        ('subject = { column = "Betreff", default = "(ohne Betreff)" }', "", "columns.subject is missing"),
        (
            '{ column = "Betreff", default',
            '{ column = "Betreff", template = "{x}", default',
            "columns.subject needs either",
        ),
        ('column = "Betreff", default', 'template = "Betreff", default', "columns.subject.template names no column"),
        ('"gelöst" = "solved"', '"gelöst" = "fixed"', "states.gelöst: 'fixed' is not one of"),
        ('"hoch" = "high"', '"hoch" = "top"', "priorities.hoch: 'top' is not one of"),
        ('default = "mittel"', 'default = "normal"', "columns.priority.default: 'normal' is not a word"),
        ('[priorities]\n"hoch" = "high"\n"mittel" = "normal"', "", "priorities is missing"),
        ("[priorities]", '[rules]\nlong_text = "wrap"\n[priorities]', "rules.long_text: 'wrap' is not one of"),
        ("[states]", "[states", "The mapping is no TOML"),
    ],
)
def test_wrong_mapping_names_its_key(old, new, complaint):
    assert old in EVENT_LOG

    with pytest.raises(MappingError) as caught:
        parse_mapping(EVENT_LOG.replace(old, new))

    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('resolved = "Resolved"', 'resolved = { state = "solved" }', "times.resolved must name a column"),
        ('"Todo" = "new"', '"Todo" = "same"', '"same" has a meaning only in an event log'),
        ("[states]", '[events]\ntime = "x"\n[states]', "events.time is not a key"),
    ],
)
def test_one_row_mapping_has_no_events(old, new, complaint):
    with pytest.raises(MappingError) as caught:
        parse_mapping(ONE_ROW.replace(old, new))

    assert complaint in str(caught.value)


def test_unknown_name_lists_what_there_is():
    with pytest.raises(MappingError) as caught:
        load_mapping("jira")

    assert "helpdesk_it, nyc311, servicenow" in str(caught.value)


def test_time_zone_replaces_that_of_values_without_offset():
    assert parse_mapping(EVENT_LOG).in_time_zone("Asia/Kolkata").clock.zone.key == "Asia/Kolkata"
    with pytest.raises(MappingError, match="carry their own offset"):
        load_mapping("helpdesk_it").in_time_zone("UTC")
    with pytest.raises(MappingError, match="'Mars' is no IANA time zone"):
        parse_mapping(EVENT_LOG).in_time_zone("Mars")
