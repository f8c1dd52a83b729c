import json
import time

import pytest
from django.core.cache import caches
from rest_framework.throttling import SimpleRateThrottle

from operations.models import IdempotencyRecord
from partnerships.models import Partner
from tests.api_client import BASE, client_of, problem, superuser_client
from tests.factories import PartnerFactory, SuperuserFactory

BODY = {"name": "Asana", "slug": "asana"}


@pytest.mark.django_db
def test_repeated_key_gets_the_first_answer_and_does_nothing():
    client = superuser_client()

    first = client.post(f"{BASE}/partners/", BODY, HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post(f"{BASE}/partners/", dict(reversed(BODY.items())), HTTP_IDEMPOTENCY_KEY="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (first["ETag"], again["ETag"], again["Idempotent-Replayed"]) == ('"1"', '"1"', "true")
    assert "Idempotent-Replayed" not in first
    assert Partner.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "body"), [("/partners/", {"name": "B", "slug": "b"}), ("/customers/", BODY)])
def test_key_of_another_request_is_409(path, body):
    client = superuser_client()
    client.post(f"{BASE}/partners/", BODY, HTTP_IDEMPOTENCY_KEY="k1")

    response = client.post(BASE + path, body, HTTP_IDEMPOTENCY_KEY="k1")

    assert response.status_code == 409
    assert problem(response)["code"] == "idempotency_key_reused"


@pytest.mark.django_db
def test_refusal_is_not_stored_and_keys_are_of_one_user():
    client = superuser_client()

    refused = client.post(f"{BASE}/partners/", {**BODY, "stage": "gone"}, HTTP_IDEMPOTENCY_KEY="k1")
    accepted = client.post(f"{BASE}/partners/", BODY, HTTP_IDEMPOTENCY_KEY="k1")
    other = superuser_client().post(f"{BASE}/partners/", {"name": "B", "slug": "b"}, HTTP_IDEMPOTENCY_KEY="k1")

    assert (refused.status_code, accepted.status_code, other.status_code) == (400, 201, 201)
    assert IdempotencyRecord.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "ä"])
def test_key_that_is_none_is_400(key):
    response = superuser_client().post(f"{BASE}/partners/", BODY, HTTP_IDEMPOTENCY_KEY=key)

    assert response.status_code == 400
    assert [error["field"] for error in problem(response)["errors"]] == ["Idempotency-Key"]


SETUP = """
    from knox.models import AuthToken
    from operations.models import User
    print(AuthToken.objects.create(User.objects.create_superuser("root@example.com", name="Root"))[1])
"""
REPEAT = """
    import json, time
    from rest_framework.test import APIClient
    client = APIClient(HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION="Token {token}")
    time.sleep(max(0, {start} - time.time()))
    answers = [
        client.post("{base}/partners/", {{"name": f"P{{n}}", "slug": f"p{{n}}"}}, HTTP_IDEMPOTENCY_KEY=f"k{{n}}", secure=True)
        for n in range(8)
    ]
    print(json.dumps([[answer.status_code, answer.json().get("id")] for answer in answers]))
"""
COUNT = """
    from operations.models import IdempotencyRecord
    from partnerships.models import Partner
    print(Partner.objects.count(), IdempotencyRecord.objects.filter(status=201).count())
"""


def test_repeats_at_once_from_several_processes_happen_once(own_database):
    token = own_database.run_code(SETUP)

    code = REPEAT.format(token=token, base=BASE, start=time.time() + 8)
    processes = [own_database.start_code(code) for _ in range(3)]
    answers = [process.communicate(timeout=120) for process in processes]

    first, *others = [json.loads(out.splitlines()[-1]) for out, _ in answers]
    assert [status for status, _ in first] == [201] * 8
    assert others == [first, first]
    assert own_database.run_code(COUNT) == "8 8"


@pytest.mark.django_db
def test_etag_counts_writes_and_stale_if_match_is_412():
    client = superuser_client()
    url = f"{BASE}/partners/{PartnerFactory().pk}/"
    etag = client.get(url)["ETag"]

    written = client.patch(url, {"notes": "one"}, HTTP_IF_MATCH=etag)
    stale = client.patch(url, {"notes": "two"}, HTTP_IF_MATCH=etag)
    deleted = client.delete(url, HTTP_IF_MATCH=f'W/"2", {etag}')

    assert (written.status_code, written["ETag"], written.json()["version"]) == (200, '"2"', 2)
    assert (stale.status_code, problem(stale)["code"]) == (412, "stale")
    assert deleted.status_code == 412
    assert Partner.objects.get().notes == "one"


@pytest.mark.django_db
@pytest.mark.parametrize("tag", ["*", '"1"', '"7", "1"'])
def test_if_match_that_agrees_writes(tag):
    url = f"{BASE}/partners/{PartnerFactory().pk}/"

    assert superuser_client().delete(url, HTTP_IF_MATCH=tag).status_code == 204
    assert not Partner.objects.exists()


@pytest.mark.django_db
def test_write_without_if_match_is_accepted_and_counted():
    url = f"{BASE}/partners/{PartnerFactory().pk}/"

    response = superuser_client().put(url, BODY)

    assert (response.status_code, response.json()["version"]) == (200, 2)


@pytest.mark.django_db
def test_throttle_is_per_token_and_says_when_to_come_back(monkeypatch):
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "token", "2/min")
    caches["throttle"].clear()
    user = SuperuserFactory()
    first, second = client_of(user), client_of(user)

    statuses = [first.get(f"{BASE}/partners/").status_code for _ in range(2)]
    refused = first.get(f"{BASE}/partners/")

    assert statuses == [200, 200]
    assert (refused.status_code, problem(refused)["code"]) == (429, "throttled")
    assert 0 < int(refused["Retry-After"]) <= 60
    assert second.get(f"{BASE}/partners/").status_code == 200


@pytest.mark.django_db
def test_pages_follow_the_cursor_without_gap_or_repeat():
    made = {partner.pk for partner in PartnerFactory.create_batch(7)}
    client = superuser_client()

    seen, url = [], f"{BASE}/partners/?page_size=3"
    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]

    assert len(seen) == 7
    assert set(seen) == made
