import pytest

from foundation.fetching.address_policy import AddressPolicy
from foundation.fetching.transport import BlockedTargetError
from foundation.fetching.urls import parse_target, redirect_target

POLICY = AddressPolicy()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.example.com", "https://api.example.com/"),
        ("HTTPS://API.Example.COM./v1?a=b#frag", "https://api.example.com/v1?a=b"),
        ("http://example.com:80/x", "http://example.com/x"),
        ("https://bücher.example/ä?q=ü", "https://xn--bcher-kva.example/%C3%A4?q=%C3%BC"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/"),
        ("https://under_score.example.com/%20a", "https://under_score.example.com/%20a"),
    ],
)
def test_an_acceptable_url_is_normalised(url, expected):
    assert parse_target(url, policy=POLICY).url == expected


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//example.com/",
        "https://user@example.com/",
        "https://user:pass@example.com/",
        "https://example.com@127.0.0.1/",
        "https://@example.com/",
        "https://example.com:22/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://①②⑦.0.0.1/",
        "http://127。0。0。1/",
        "http://0/",
        "http://1.2.3.4.5/",
        "http://example.0x10/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[zz]/",
        "http://[::1/",
        "http:///path",
        "http://exa mple.com/",
        "http://example.com/\r\nX: y",
        "http://example.com/\ttab",
        "http://example.com\\@127.0.0.1/",
        "http://ex%61mple.com/",
        "http://-bad.example/",
        "http://a..b/",
        "https://example.com/" + "a" * 2048,
        "https://" + "a." * 130 + "com/",
    ],
)
def test_a_dangerous_url_is_refused(url):
    with pytest.raises(BlockedTargetError):
        parse_target(url, policy=POLICY)


def test_a_redirect_may_go_up_to_https_never_down():
    up = parse_target("http://example.com/a/b", policy=POLICY)
    safe = parse_target("https://example.com/", policy=POLICY)

    assert redirect_target(up, "https://example.com/c", policy=POLICY).url == "https://example.com/c"
    assert redirect_target(up, "../c", policy=POLICY).url == "http://example.com/c"
    with pytest.raises(BlockedTargetError, match="https to http"):
        redirect_target(safe, "http://example.com/", policy=POLICY)
    with pytest.raises(BlockedTargetError):
        redirect_target(safe, "https://127.0.0.1/", policy=POLICY)
