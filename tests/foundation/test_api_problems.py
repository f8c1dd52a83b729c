import json

import pytest
from rest_framework.test import APIClient

from partnerships.models import Partner
from support.models import TicketState
from tests.api_client import BASE, client_of, problem, superuser_client
from tests.factories import IntegrationFactory, PartnerFactory, TicketFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_signed_out_is_401_with_challenge():
    response = APIClient().get(f"{BASE}/partners/")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert problem(response)["code"] == "not_authenticated"


@pytest.mark.parametrize("header", ["Token nonsense", "Token \xff\xfe", "Token", "Token a b"])
def test_wrong_token_is_401(header):
    response = APIClient().get(f"{BASE}/partners/", HTTP_AUTHORIZATION=header)

    assert response.status_code == 401
    assert problem(response)["code"] == "authentication_failed"


def test_without_permission_is_403():
    response = client_of(UserFactory()).get(f"{BASE}/partners/")

    assert response.status_code == 403
    assert problem(response)["code"] == "permission_denied"


@pytest.mark.parametrize("path", ["/partners/999/", "/partners/x/", "/nothing/", "/partners", f"/partners/{'9' * 30}/"])
def test_what_is_not_there_is_404(path):
    response = superuser_client().get(BASE + path)

    assert response.status_code == 404
    assert problem(response)["code"] == "not_found"


def test_unknown_method_is_405_with_allow():
    response = superuser_client().delete(f"{BASE}/check-results/")

    assert response.status_code == 405
    assert problem(response)["code"] == "method_not_allowed"
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("query", ["team=1&team=1", "q=a&q=b", "team=72.0", "team=%D9%A7", "page_size=5&page_size=6"])
def test_repeated_and_odd_parameters_are_400(query):
    response = superuser_client().get(f"{BASE}/tickets/?{query}")

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == [query.split("=")[0]]


def test_other_media_types_are_406_and_415():
    client = superuser_client()

    asked = client.get(f"{BASE}/partners/", HTTP_ACCEPT="text/html")
    sent = client.post(f"{BASE}/partners/", "name=x", content_type="application/x-www-form-urlencoded")

    assert (asked.status_code, problem(asked)["code"]) == (406, "not_acceptable")
    assert (sent.status_code, problem(sent)["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b'{"name": ' + b"9" * 30 + b"}",
        b"[" * 100 + b"]" * 100,
        json.dumps({"notes": "x" * 1024 * 1024}).encode(),
    ],
    ids=["cut", "bytes", "nan", "infinite", "huge", "deep", "large"],
)
def test_bodies_that_are_no_json_of_ours_are_400(body):
    response = superuser_client().post(f"{BASE}/partners/", body, content_type="application/json")

    assert response.status_code == 400
    assert problem(response)["code"] == "parse_error"


def test_refused_input_names_every_field():
    response = superuser_client().post(f"{BASE}/partners/", {"name": "", "stage": "gone", "website": "x"})

    assert response.status_code == 400
    body = problem(response)
    assert body["code"] == "invalid"
    assert {(error["field"], error["code"]) for error in body["errors"]} == {
        ("name", "blank"),
        ("slug", "required"),
        ("stage", "invalid_choice"),
        ("website", "invalid"),
    }


def test_misspelt_member_and_parameter_are_refused():
    client = superuser_client()

    member = client.post(f"{BASE}/partners/", {"name": "A", "slug": "a", "nmae": "B"})
    parameter = client.get(f"{BASE}/partners/?statu=active")

    assert [error["field"] for error in problem(member)["errors"]] == ["nmae"]
    assert [error["field"] for error in problem(parameter)["errors"]] == ["statu"]


def test_read_only_member_may_come_back_but_not_change():
    client = superuser_client()
    url = f"{BASE}/integrations/{IntegrationFactory().pk}/"
    read = client.get(url).json()

    same = client.put(url, read)
    changed = client.patch(url, {"tier": "experimental"})

    assert same.status_code == 200
    assert changed.status_code == 400
    assert [(e["field"], e["code"]) for e in problem(changed)["errors"]] == [("tier", "read_only")]


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "a\x1fb", "a\ud800b"])
def test_text_that_no_database_stores_is_refused(text):
    body = json.dumps({"name": "A", "slug": "a", "notes": text})

    response = superuser_client().post(f"{BASE}/partners/", body, content_type="application/json")

    assert response.status_code == 400
    assert problem(response)["code"] == "invalid"


def test_broken_constraint_names_its_field():
    client = superuser_client()
    body = {"integration": IntegrationFactory().pk, "name": "A", "url": "https://example.com/", "timeout_ms": 1}

    response = client.post(f"{BASE}/health-checks/", body)

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == ["timeout_ms"]


def test_row_in_use_cannot_be_deleted():
    integration = IntegrationFactory()

    response = superuser_client().delete(f"{BASE}/partners/{integration.partner_id}/")

    assert response.status_code == 409
    assert problem(response)["code"] == "in_use"


def test_duplicate_names_the_field():
    PartnerFactory(name="Asana", slug="asana")

    response = superuser_client().post(f"{BASE}/partners/", {"name": "Asana", "slug": "asana-2"})

    assert response.status_code == 400
    assert [(e["field"], e["code"]) for e in problem(response)["errors"]] == [("name", "unique")]


def test_refused_transition_is_409_with_the_allowed_states():
    ticket = TicketFactory(state=TicketState.CLOSED, closed_at="2026-03-02T12:00:00Z")

    response = superuser_client().post(f"{BASE}/tickets/{ticket.pk}/transitions/", {"state": "open"})

    assert response.status_code == 409
    body = problem(response)
    assert (body["code"], body["current"], body["allowed"]) == ("transition_refused", "closed", [])


@pytest.mark.parametrize("query", ["page_size=0", "page_size=x", "page_size=501"])
def test_page_that_cannot_be_is_400(query):
    PartnerFactory()

    response = superuser_client().get(f"{BASE}/partners/?{query}")

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == [query.split("=")[0]]


@pytest.mark.parametrize(
    "query",
    [
        "state=gone",
        f"team={2**63}",
        "team=x",
        "team=1.5",
        "opened_from=yesterday",
        "holder=me",
        "state=",
        "opened_to=",
        "tab=none",
        "q=%00",
    ],
)
def test_filter_that_is_not_understood_is_400(query):
    response = superuser_client().get(f"{BASE}/tickets/?{query}")

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == [query.split("=")[0]]


@pytest.mark.parametrize("cursor", ["x", "cD1hYmM=", "cD0lMDA="])
def test_cursor_that_was_not_made_here_is_404(cursor):
    PartnerFactory()

    response = superuser_client().get(f"{BASE}/partners/", {"cursor": cursor})

    assert (response.status_code, problem(response)["code"]) == (404, "unknown_cursor")
    assert Partner.objects.exists()  # The transaction around the test still stands.


@pytest.mark.parametrize("path", ["product-events/?happened_from=", "exposures/?exposed_from=", "tickets/?opened_to="])
def test_filter_takes_an_offset_that_no_database_does(path):
    response = superuser_client().get(f"{BASE}/{path}2026-04-27T22:28:47%2B23:30")

    assert response.status_code == 200


def test_reference_to_nothing_finds_nothing():
    TicketFactory()

    assert superuser_client().get(f"{BASE}/tickets/?team=999").json()["results"] == []


def test_instant_beyond_the_calendar_is_400():
    response = superuser_client().get(f"{BASE}/tickets/", {"opened_from": "0001-01-01T00:00:00+10:00"})

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == ["opened_from"]


def test_fault_of_ours_is_a_problem_without_details(monkeypatch):
    client = superuser_client()
    client.raise_request_exception = False
    monkeypatch.setattr("foundation.viewsets.RowViews.known_parameters", lambda _self: 1 / 0)

    response = client.get(f"{BASE}/partners/")

    assert response.status_code == 500
    assert "division" not in json.dumps(problem(response))
