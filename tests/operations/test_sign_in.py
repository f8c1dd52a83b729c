from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.utils import timezone

from partnerships.models import Partner
from tests.api_client import BASE, superuser_client
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def sign_in(client, email, password=PASSWORD):
    return client.post(LOGIN, {"login": email, "password": password})


def events_of(user):
    entries = LogEntry.objects.get_for_object(user).filter(action=LogEntry.Action.ACCESS)
    return [entry.changes["event"][1] for entry in entries]


def test_sign_in_and_failure_leave_traces(client, caplog):
    user = UserFactory(password=PASSWORD)

    caplog.set_level("INFO", logger="audit")
    sign_in(client, user.email, "wrong")
    sign_in(client, "nobody@example.com", "wrong")
    response = sign_in(client, user.email)

    assert response.status_code == 302
    said = [record.msg for record in caplog.records if record.name == "audit"]
    lines = [(line["event"], line["user_id"]) for line in said if "sign" in line["event"]]
    assert lines == [("sign_in_failed", user.pk), ("sign_in_failed", None), ("signed_in", user.pk)]
    assert events_of(user) == ["signed_in", "sign_in_failed"]


def test_session_ends_after_its_absolute_limit(client, settings):
    settings.SESSION_ABSOLUTE_SECONDS = 1000
    user = UserFactory(password=PASSWORD)
    sign_in(client, user.email)

    session = client.session
    session["signed_in_at"] -= 999
    session.save()
    client.get("/accounts/password/change/")
    still = "_auth_user_id" in client.session
    session = client.session
    session["signed_in_at"] -= 10
    session.save()
    client.get("/accounts/password/change/")

    assert (still, "_auth_user_id" in client.session) == (True, False)


def test_use_renews_the_idle_limit_every_few_minutes(client):
    user = UserFactory(password=PASSWORD)
    sign_in(client, user.email)
    session = client.session
    session["seen_at"] = int(timezone.now().timestamp()) - 301
    session.save()
    from django.contrib.sessions.models import Session

    Session.objects.update(expire_date=timezone.now() + timedelta(seconds=60))
    client.get("/accounts/password/change/")

    assert Session.objects.get().expire_date > timezone.now() + timedelta(hours=1)


def test_field_history_names_the_tool_that_wrote():
    client = superuser_client()

    client.post(f"{BASE}/partners/", {"name": "Asana", "slug": "asana"})
    url = f"{BASE}/partners/{Partner.objects.get().pk}/"
    client.patch(url, {"kind": "vendor"})

    newest = LogEntry.objects.get_for_object(Partner.objects.get()).first()
    assert (newest.actor, newest.changes) == (client.user, {"kind": ["app_provider", "vendor"]})


def test_change_of_roles_is_in_the_history():
    user = UserFactory()

    user.groups.add(Group.objects.get(name="coo"))

    newest = LogEntry.objects.get_for_object(user).first()
    assert newest.changes == {"groups": {"type": "m2m", "operation": "add", "objects": ["coo"]}}
