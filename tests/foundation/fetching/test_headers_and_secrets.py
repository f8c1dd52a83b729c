import pytest

from foundation.fetching.headers import header_problem, headers_for_other_origin, require_clean_headers
from foundation.fetching.secrets import inject_secrets, known_secrets, make_snippet, redact, secret_names
from foundation.fetching.transport import TransportError


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


HOST = "app.asana.com"


def test_a_secret_is_injected_by_name_and_only_with_the_prefix(monkeypatch):
    monkeypatch.setenv("PROBE_SECRET_ASANA", "s3cr3t-value")
    monkeypatch.setenv("PROBE_HOSTS_ASANA", "api.asana.com, App.Asana.com")
    monkeypatch.setenv("PROBE_HOSTS_DATABASE_URL", HOST)
    monkeypatch.setenv("DATABASE_URL", "postgres://nope")

    sent = inject_secrets({"Authorization": "Bearer {secret:ASANA}"}, host=HOST)
    assert sent == {"Authorization": "Bearer s3cr3t-value"}
    with pytest.raises(TransportError, match="PROBE_SECRET_DATABASE_URL is not set"):
        inject_secrets({"X": "{secret:DATABASE_URL}"}, host=HOST)
    assert secret_names(["{secret:B} {secret:A}", "{secret:A}", "{secret:lower}"]) == ["A", "B"]


@pytest.mark.parametrize("host", ["evil.example.com", "asana.com", "x.app.asana.com", "app.asana.com.evil.com", ""])
def test_a_secret_is_sent_to_its_own_hosts_alone(monkeypatch, host):
    monkeypatch.setenv("PROBE_SECRET_ASANA", "s3cr3t-value")
    monkeypatch.setenv("PROBE_SECRET_FREE", "s3cr3t-value")
    monkeypatch.setenv("PROBE_HOSTS_ASANA", HOST)

    for name in ("ASANA", "FREE"):
        with pytest.raises(TransportError, match=f"PROBE_HOSTS_{name} does not name"):
            inject_secrets({"X": f"{{secret:{name}}}"}, host=host)


@pytest.mark.parametrize("text", ["{secret:../X}", "{secret:lower}", "{secret:}", "{secret:A", "{ Secret:A}"])
def test_a_secret_that_is_named_wrongly_is_refused_and_not_sent_as_it_is(text):
    with pytest.raises(TransportError, match=r"Write \{secret:NAME\}"):
        inject_secrets({"X": text}, host=HOST)


def test_an_injected_secret_with_a_line_end_is_refused(monkeypatch):
    monkeypatch.setenv("PROBE_SECRET_BAD", "a\r\nX-Evil: 1")
    monkeypatch.setenv("PROBE_HOSTS_BAD", HOST)

    with pytest.raises(TransportError, match="line ends"):
        require_clean_headers(inject_secrets({"X": "{secret:BAD}"}, host=HOST))


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
