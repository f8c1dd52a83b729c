import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.fetching.transport import FetchReason, TransportError
from partnerships.probes.syndication import PROBE
from tests.partnerships.probes.test_vendor_feeds import answer

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Acme status</title>
<item><title>Older</title><pubDate>Mon, 02 Mar 2026 10:00:00 +0000</pubDate></item>
<item><title>Errors &amp; delays
  in <![CDATA[<b>Europe</b>]]></title><pubDate>Tue, 03 Mar 2026 09:00:00 -0500</pubDate></item>
<item><title>Later in its own zone only</title><pubDate>Tue, 03 Mar 2026 13:30:00 GMT</pubDate></item>
</channel></rss>"""
RSS_1 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Acme</title></channel>
<item><title>First</title><dc:date>2026-03-01T00:00:00Z</dc:date></item>
<item><title>Second</title><dc:date>2026-03-02T00:00:00Z</dc:date></item></rdf:RDF>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Acme status</title>
<entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Webhooks <b>late</b></div></title>
<published>2026-01-01T00:00:00Z</published><updated>2026-03-03T10:00:00.5Z</updated></entry>
<entry><title>Resolved</title><published>2026-02-01T00:00:00Z</published><updated>2026-03-02T23:59:59Z</updated></entry>
</feed>"""


def said(document: str | bytes):
    return PROBE.evaluate(answer(document if isinstance(document, bytes) else document.encode()), {})


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (RSS, "Errors & delays in <b>Europe</b>"),
        (RSS_1, "Second"),
        (ATOM, "Webhooks late"),
        (RSS.replace("Mon, 02 Mar 2026 10:00:00 +0000", "yesterday"), "Older"),  # not all dated: the first
        ("<rss><channel></channel></rss>", "No entries."),
        (RSS.encode("utf-16").replace("UTF-8".encode("utf-16-le"), "UTF-16".encode("utf-16-le")), None),
    ],
)
def test_the_newest_title_is_told_and_the_state_is_unknown(document, title):
    found = said(document)

    assert (str(found.outcome), found.reason, found.warnings) == ("error", "text_only", ())
    assert found.detail == (title or "Errors & delays in <b>Europe</b>")


def test_a_long_title_is_cut():
    assert len(said(f"<rss><channel><item><title>{'x' * 5000}</title></item></channel></rss>").detail) == 300


BOMB = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><channel><item><title>&b;</title></item></channel></rss>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss><channel><item><title>&x;</title></item></channel></rss>"""
DTD = '<?xml version="1.0"?><!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd"><rss><channel/></rss>'


@pytest.mark.parametrize("document", [BOMB, OUTSIDE, DTD, "<!DOCTYPE html><html></html>"])
def test_document_types_and_entities_are_refused(document):
    found = said(document)

    assert (str(found.outcome), found.reason) == ("error", "feed_unreadable")
    assert found.warnings == ("It declares a document type or entities.",)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{}",
        "<rss>",
        "<html><item><title>x</title></item></html>",
        "<rss><channel><item><headline>x</headline></item></channel></rss>",
        "<rss><channel><item><title> </title></item></channel></rss>",
        '<?xml version="1.0" encoding="klingon"?><rss/>',
        '<?xml version="1.0" encoding="utf-7"?><rss/>',
        b"\xff\xfe\x00",
        "<rss>&undefined;</rss>",
    ],
)
def test_another_shape_is_unknown_with_a_warning(document):
    found = said(document)

    assert (str(found.outcome), found.reason) == ("error", "feed_unreadable")
    assert found.warnings


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_deep_nesting_breaks_nothing(depth):
    inner = "<a>" * depth + "</a>" * depth

    found = said(f"<rss><channel><item><title>Deep</title>{inner}</item></channel></rss>")

    assert (str(found.outcome), found.detail) == ("error", "Deep")


@given(st.text(st.characters(codec="utf-8", exclude_characters="<&", exclude_categories=["Cc"])))
def test_any_date_is_read_or_passed_over(date):
    item = f"<item><title>A</title><pubDate>{date}</pubDate></item>"

    assert said(f"<rss><channel>{item}{item}</channel></rss>").reason in ("text_only", "feed_unreadable")


@given(st.binary(max_size=200))
def test_no_bytes_are_up_or_down(body):
    assert str(said(body).outcome) == "error"


def test_what_cannot_be_fetched_is_unknown_too():
    assert str(PROBE.explain(TransportError(FetchReason.TOO_LARGE)).outcome) == "error"
    assert str(PROBE.evaluate(answer(b"", 500), {}).outcome) == "error"


def test_a_larger_feed_than_we_read_is_refused():
    request = PROBE.build_request("https://x.example/", {}, timeout_seconds=3, is_fresh=True)

    assert (request.max_body_bytes, request.truncates_body) == (1024 * 1024, False)
    assert [name for name, _ in PROBE.validate({"title": "x"})] == ["title"]
