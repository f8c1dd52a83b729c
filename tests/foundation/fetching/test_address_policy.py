from ipaddress import ip_address

import pytest

from foundation.fetching.address_policy import AddressPolicy, is_public, parse_rule, unwrap

# The addresses that a private-range check alone gets wrong, and the ones it gets right.
TABLE = [
    ("8.8.8.8", True),
    ("2606:4700:4700::1111", True),
    ("::ffff:8.8.8.8", True),
    ("64:ff9b::808:808", True),  # NAT64 of 8.8.8.8
    ("2002:808:808::1", True),  # 6to4 of 8.8.8.8
    ("127.0.0.1", False),
    ("10.1.2.3", False),
    ("169.254.169.254", False),
    ("100.64.0.1", False),
    ("192.0.0.192", False),
    ("198.18.0.1", False),
    ("224.0.0.1", False),
    ("::1", False),
    ("::ffff:127.0.0.1", False),
    ("64:ff9b::7f00:1", False),
    ("64:ff9b::a9fe:a9fe", False),
    ("64:ff9b:1::7f00:1", False),
    ("2002:7f00:1::", False),
    ("::127.0.0.1", False),
    ("fec0::1", False),
]
MORE_REFUSED = [
    "0.0.0.0",
    "192.88.99.1",
    "240.0.0.1",
    "255.255.255.255",
    "172.16.0.1",
    "192.168.1.1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "100::1",
    "::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
    "2001:0:4136:e378:8000:63bf:80ff:fffe",  # Teredo of 127.0.0.1
    "2001:db8::1",
]


@pytest.mark.parametrize(("address", "expected"), TABLE)
def test_the_twenty_address_table_is_decided_right(address, expected):
    assert is_public(ip_address(address)) is expected
    assert AddressPolicy().permits(host="example.com", address=address, port=443) is expected


def test_the_table_has_twenty_rows():
    assert len({address for address, _ in TABLE}) == 20


@pytest.mark.parametrize("address", MORE_REFUSED)
def test_other_special_addresses_are_refused(address):
    assert AddressPolicy().permits(host="x", address=address, port=80) is False


def test_unwrap_gives_the_ipv4_inside():
    wrapped = ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe"]

    assert [str(unwrap(ip_address(text))) for text in wrapped] == ["127.0.0.1"] * 4


def test_ports_beyond_the_web_are_refused_without_a_rule():
    policy = AddressPolicy()

    assert [policy.permits(host="x", address="8.8.8.8", port=port) for port in (80, 443, 22, 8080)] == [
        True,
        True,
        False,
        False,
    ]
    assert policy.may_use_port(8080) is False


def test_extra_public_ports_open_for_public_addresses_only():
    policy = AddressPolicy.from_setting("", public_ports=[8443])

    assert policy.permits(host="x", address="8.8.8.8", port=8443) is True
    assert policy.permits(host="x", address="10.0.0.1", port=8443) is False


def test_a_rule_opens_exactly_its_address_and_port():
    policy = AddressPolicy.from_setting("127.0.0.1:9100")

    assert policy.permits(host="127.0.0.1", address="127.0.0.1", port=9100) is True
    assert policy.permits(host="127.0.0.1", address="127.0.0.1", port=9101) is False
    assert policy.permits(host="127.0.0.1", address="127.0.0.2", port=9100) is False
    assert policy.permits(host="127.0.0.1", address="127.0.0.1", port=80) is False


def test_a_network_rule_opens_every_port_inside_and_unwraps():
    policy = AddressPolicy.from_setting(["10.0.0.0/8", "[::1]:9100"])

    assert policy.permits(host="x", address="10.9.8.7", port=5000) is True
    assert policy.permits(host="x", address="::ffff:10.9.8.7", port=5000) is True
    assert policy.permits(host="x", address="11.9.8.7", port=5000) is False
    assert policy.permits(host="x", address="::1", port=9100) is True


def test_a_name_rule_opens_neighbours_but_never_link_local():
    policy = AddressPolicy.from_setting("sandbox:9100")

    assert policy.permits(host="sandbox", address="172.18.0.4", port=9100) is True
    assert policy.permits(host="sandbox", address="169.254.169.254", port=9100) is False
    assert policy.permits(host="other", address="172.18.0.4", port=9100) is False
    assert policy.permits_dialling(address="172.18.0.4", port=9100) is True
    assert policy.permits_dialling(address="172.18.0.4", port=9101) is False


@pytest.mark.parametrize(
    "text",
    ["", "sandbox", "10.0.0.0/99", "127.0.0.1:0", "127.0.0.1:http", "a:70000", "[::1]:x", "10.0.0.1/8"],
)
def test_a_bad_rule_is_named(text):
    with pytest.raises(ValueError, match="Not a"):
        parse_rule(text)


def test_something_that_is_no_address_is_refused():
    assert AddressPolicy().permits(host="x", address="localhost", port=80) is False
