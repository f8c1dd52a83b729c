import pytest

from partnerships.fetching.headers import header_problem, headers_for_other_origin, require_clean_headers
from partnerships.fetching.secrets import inject_secrets, known_secrets, make_snippet, redact, secret_names
from partnerships.fetching.transport import TransportError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Key", "a\r\nHost: evil"),
        ("X-Key", "a\nb"),
        ("X-Key", "a\x00b"),
        ("X-Key\r\nEvil", "a"),
        ("X Key", "a"),
        ("", "a"),
        ("Host", "evil"),
        ("Content-Length", "5"),
        ("Transfer-Encoding", "chunked"),
        ("Proxy-Authorization", "x"),
        ("X-Key", "ü"),
        ("X-Key", "a" * 9000),
    ],
)
def test_a_dangerous_header_is_refused(name, value):
    assert header_problem(name, value)
    with pytest.raises(TransportError) as caught:
        require_clean_headers({name: value})
    assert (caught.value.reason, caught.value.is_ours) == ("config", True)


def test_an_ordinary_header_passes():
    assert header_problem("Authorization", "Bearer abc\tdef") == ""


def test_only_harmless_headers_follow_to_another_origin():
    sent = {
        "Authorization": "x",
        "Cookie": "y",
        "X-Api-Key": "z",
        "Accept": "application/json",
        "user-agent": "u",
    }

    assert headers_for_other_origin(sent) == {"Accept": "application/json", "user-agent": "u"}


def test_a_secret_is_injected_by_name_and_only_with_the_prefix(monkeypatch):
    monkeypatch.setenv("PROBE_SECRET_ASANA", "s3cr3t-value")
    monkeypatch.setenv("DATABASE_URL", "postgres://nope")

    assert inject_secrets({"Authorization": "Bearer {secret:ASANA}"}) == {"Authorization": "Bearer s3cr3t-value"}
    with pytest.raises(TransportError, match="PROBE_SECRET_DATABASE_URL is not set"):
        inject_secrets({"X": "{secret:DATABASE_URL}"})
    assert secret_names(["{secret:B} {secret:A}", "{secret:A}", "{secret:lower}"]) == ["A", "B"]


def test_an_injected_secret_with_a_line_end_is_refused(monkeypatch):
    monkeypatch.setenv("PROBE_SECRET_BAD", "a\r\nX-Evil: 1")

    with pytest.raises(TransportError):
        require_clean_headers(inject_secrets({"X": "{secret:BAD}"}))


def test_a_snippet_is_short_and_redacted(monkeypatch):
    monkeypatch.setenv("PROBE_SECRET_ASANA", "s3cr3t-value")
    body = b'{"echo": "s3cr3t-value", "access_token": "abcdefgh", "h": "Bearer abcdefghijkl"}\x00' + "é".encode() * 5000

    snippet = make_snippet(body, known_secrets())

    assert len(snippet.encode()) <= 4096
    assert "s3cr3t" not in snippet and "abcdefgh" not in snippet and "\x00" not in snippet
    assert snippet.startswith('{"echo": "[redacted]", "access_token": "[redacted]", "h": "Bearer [redacted]"}')


def test_a_secret_cut_by_the_limit_is_still_removed():
    body = b"x" * 4090 + b"s3cr3t-value"

    assert make_snippet(body, ["s3cr3t-value"]).endswith("x[redac")


def test_short_secrets_do_not_shred_the_text():
    assert redact("a cat", ["a"]) == "a cat"
