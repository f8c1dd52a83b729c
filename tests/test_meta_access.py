"""Every URL and every API action, requested as every role, against the table in `tests/access.py`."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group
from django.core.cache import caches
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from knox.models import AuthToken
from rest_framework.test import APIClient

from metrics.models import Metric
from operations.roles import ROLES as PRODUCT_ROLES
from tests import access
from tests.api_client import client_of
from tests.factories import FACTORIES, HealthCheckFactory, UserFactory
from tests.template_database import is_sqlite

pytestmark = pytest.mark.skipif(not is_sqlite(), reason="thousands of requests; who may do what knows no database")
BY_MODEL = {factory._meta.model: factory for factory in FACTORIES}
REFUSED = {401, 403}
KEYED = {
    "playbooks:playbook": "Playbook",
    "experiments:hypothesis": "Hypothesis",
    "experiments:funnel": "Funnel",
    "experiments:experiment": "Experiment",
}
"""Pages whose key is not a metric's."""
NUMBERED = {
    "partnerships": "HealthCheck",
    "ledger": "LedgerEntry",
    "launches": "Launch",
    "setup_cases": "SetupCase",
    "insights": "Insight",
    "team": "User",
    "escalations": "Escalation",
}
"""Whose number the pages of a namespace take; a ticket's elsewhere."""


@dataclass(frozen=True)
class Endpoint:
    """One pattern of the site."""

    route: str
    name: str
    callback: object
    names: tuple[str, ...]

    @property
    def is_api(self):
        return hasattr(self.callback, "actions")


def walk(resolver=None, prefix="", namespace=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern, route, inner)
        else:
            groups = tuple(pattern.pattern.regex.groupindex)
            yield Endpoint(route, f"{namespace}{pattern.name}", pattern.callback, groups)


ENDPOINTS = [endpoint for endpoint in walk() if not endpoint.route.startswith(access.OF_OTHERS)]
PAGES = [endpoint for endpoint in ENDPOINTS if not endpoint.is_api]
ACTIONS = [
    (endpoint, method, action, endpoint.callback.initkwargs["basename"])
    for endpoint in ENDPOINTS
    if endpoint.is_api
    for method, action in endpoint.callback.actions.items()
]


def allowed_for_action(view, action, basename):
    if f"{basename}.{action}" in access.API_ACTIONS:
        return access.API_ACTIONS[f"{basename}.{action}"]
    return access.MODELS[view.queryset.model._meta.label_lower][access.ACTIONS[action]]


def test_table_knows_exactly_the_roles_of_the_product():
    assert set(access.ROLES) - {"nobody", "anonymous"} == set(PRODUCT_ROLES)


def test_every_page_has_a_row_and_no_row_is_left_over():
    assert {endpoint.name for endpoint in PAGES} == set(access.PAGES)


def test_every_api_action_has_a_row_and_no_row_is_left_over():
    special = set()
    for endpoint, _, action, basename in ACTIONS:
        if action not in access.ACTIONS or f"{basename}.{action}" in access.API_ACTIONS:
            special.add(f"{basename}.{action}")
        assert allowed_for_action(endpoint.callback.cls, action, basename) is not None
    assert special == set(access.API_ACTIONS)


def test_every_model_of_the_admin_has_a_row():
    assert {model._meta.label_lower for model in admin.site._registry} == set(access.MODELS)


@pytest.fixture
def rows(db):
    """One row of each model; the health check is paused, so that asking for a poll reaches nobody."""
    made = {model: factory() for model, factory in BY_MODEL.items()}
    check = HealthCheckFactory(is_paused=True, state="paused")
    made[type(check)] = check
    made |= {
        LogEntry: LogEntry.objects.first(),
        Group: Group.objects.first(),
        Metric: Metric.objects.get(key="tickets_opened"),
    }
    return made


def person(role):
    return UserFactory(groups=[] if role == "nobody" else [role], is_staff=True)


def page_arguments(endpoint, rows):
    named = {model.__name__: row for model, row in rows.items()}
    check = named["HealthCheck"]
    pk = named[NUMBERED.get(endpoint.name.split(":")[0], "Ticket")].pk
    values = {"slug": check.integration.slug, "pk": pk, "key": named["Metric"].key, "token": UUID(int=0)}
    if endpoint.name.startswith("partners:"):
        row = named["ObligationReview" if endpoint.name.endswith("review") else "Agreement"]
        partner = named["Partner"]
        if "pk" in endpoint.names:
            partner = row.integration.partner if endpoint.name.endswith("review") else row.partner
        values |= {"slug": partner.slug, "pk": row.pk, "number": 1}
    if endpoint.name == "support:ticket_attachment":
        row = named["TicketAttachment"]
        values |= {"pk": row.event.ticket_id, "number": row.pk}
    values["action"] = "acknowledge"
    values["uuid"] = named["Report"].uuid
    if endpoint.name.startswith("incidents:"):
        values |= {"pk": named["Incident"].pk, "number": 1, "step": "none"}
    for page, model in KEYED.items():
        if endpoint.name.startswith(page):
            values["key"] = named[model].key
            break
    return {name: values[name] for name in endpoint.names}


def is_refused(response):
    return response.status_code in REFUSED or response.headers.get("Location", "").startswith("/accounts/login/")


@pytest.mark.parametrize("role", access.ROLES)
def test_pages(role, rows):
    client = Client(REMOTE_ADDR="127.0.0.1")
    if role != "anonymous":
        client.force_login(person(role))
    wrong = []
    for endpoint in PAGES:
        url = (
            "/api/none/"
            if endpoint.name == "api:unknown"
            else reverse(endpoint.name, kwargs=page_arguments(endpoint, rows))
        )
        send = client.post if endpoint.name in access.POSTED else client.get
        response = send(url)
        if is_refused(response) == (role in access.PAGES[endpoint.name]):
            wrong.append((endpoint.name, response.status_code))

    assert wrong == []


@pytest.mark.parametrize("role", access.ROLES)
def test_api_actions(role, rows):
    caches["throttle"].clear()
    client = APIClient() if role == "anonymous" else client_of(person(role))
    wrong = []
    # Deleting comes last, and what is only read first.
    for endpoint, method, action, basename in sorted(
        ACTIONS, key=lambda a: ("get", "post", "put", "patch", "delete").index(a[1])
    ):
        view = endpoint.callback.cls
        row = rows[view.queryset.model]
        url = reverse(endpoint.name, kwargs={name: getattr(row, name) for name in endpoint.names})
        response = getattr(client, method)(url, {} if method != "get" else None)
        if is_refused(response) == (role in allowed_for_action(view, action, basename)):
            wrong.append((basename, action, response.status_code))

    assert wrong == []


@pytest.mark.parametrize("role", access.ROLES)
def test_admin_pages(role, rows, rf):
    """What a role may not is refused over HTTP. What it may is asked of the admin: that the pages open is seen elsewhere."""
    client, request = Client(), rf.get("/admin/")
    request.user = AnonymousUser() if role == "anonymous" else person(role)
    if role != "anonymous":
        client.force_login(request.user)
    AuthToken.objects.create(UserFactory())
    wrong = []
    for model, model_admin in admin.site._registry.items():
        see, add, change, delete = (role in allowed for allowed in access.MODELS[model._meta.label_lower])
        row = rows.get(model) or model.objects.first()
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        expected = [
            ("changelist", [], see, model_admin.has_view_or_change_permission(request), None),
            ("add", [], add, model_admin.has_add_permission(request), None),
            ("change", [row.pk], see, model_admin.has_view_or_change_permission(request, row), None),
            ("change", [row.pk], change, model_admin.has_change_permission(request, row), {}),
            ("delete", [row.pk], delete, model_admin.has_delete_permission(request, row), None),
        ]
        for page, arguments, may, is_allowed, data in expected:
            refused = not is_allowed
            if not may:
                url = reverse(f"{base}_{page}", args=arguments)
                response = client.get(url) if data is None else client.post(url, data)
                refused = is_refused(response) or response.headers.get("Location", "").startswith("/admin/login/")
            if refused == may:
                wrong.append((model.__name__, page, "read" if data is None else "write"))

    assert wrong == []
