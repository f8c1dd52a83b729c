import pytest
from django.urls import URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from foundation.url_keys import KeyConverter, key_of
from tests.factories import SuperuserFactory

FOREIGN = {"admin/", "accounts/"}


def routes(resolver, prefix=""):
    for one in resolver.url_patterns:
        route = f"{prefix}{one.pattern}"
        if isinstance(one, URLResolver):
            if route not in FOREIGN:
                yield from routes(one, route)
        else:
            yield route, one.pattern.converters, one.callback


KEYED = sorted(
    route.replace("<key:pk>", "99999999999999999999").replace("<key:number>", "99999999999999999999")
    for route, converters, _ in routes(get_resolver())
    if any(isinstance(one, KeyConverter) for one in converters.values())
)


def test_no_page_takes_a_number_without_an_end():
    found = [one for _, converters, _ in routes(get_resolver()) for one in converters.values()]

    assert len(KEYED) > 40
    assert not any(isinstance(one, IntConverter) for one in found)


@pytest.mark.parametrize(
    ("words", "number"),
    [("7", 7), ("007", 7), ("9" * 18, 10**18 - 1), *((wrong, None) for wrong in ("", "²", "٣", "-1", "1\n", "9" * 19))],
)
def test_key_is_plain_digits_that_every_database_holds(words, number):
    assert key_of(words) == number


@pytest.mark.django_db
def test_number_that_no_database_holds_is_404_on_every_page(client):
    client.force_login(SuperuserFactory())

    addresses = [
        route.replace("<slug:slug>", "x").replace("<slug:step>", "x").replace("<slug:action>", "x") for route in KEYED
    ]

    answers = {address: client.get(f"/{address}").status_code for address in addresses}
    assert set(answers.values()) == {404}, answers


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["escalations:escalation", "incidents:incident", "ledger:entry", "support:ticket"])
def test_greatest_number_is_404(client, name):
    client.force_login(SuperuserFactory())

    assert client.get(reverse(name, args=[10**18 - 1])).status_code == 404
