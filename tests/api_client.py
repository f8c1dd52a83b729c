"""A REST client as an internal tool has it: JSON in and out, a real token in the header."""

from knox.models import AuthToken
from rest_framework.test import APIClient

from tests.factories import SuperuserFactory, UserFactory

BASE = "/api/v1"


def client_of(user):
    """A client with a fresh token of the user."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {AuthToken.objects.create(user)[1]}")
    client.user = user
    return client


def superuser_client():
    return client_of(SuperuserFactory())


def role_client(*roles):
    return client_of(UserFactory(groups=roles, is_service=True))


def problem(response):
    """The problem document of a response, once it is one in form."""
    assert response["Content-Type"] == "application/problem+json", response.content[:300]
    body = response.json()
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(body)
    assert body["status"] == response.status_code
    assert body["type"] == f"urn:fieldlight:problem:{body['code']}"
    return body
