import pytest

from foundation.errors import InvalidInputError
from partnerships.models import Dependency
from partnerships.services.dependencies import add_dependency
from tests.api_client import BASE, problem, role_client
from tests.factories import NOW, DependencyFactory, HealthCheckFactory, IntegrationFactory, SuperuserFactory

pytestmark = pytest.mark.django_db


def test_a_circle_of_any_length_is_refused():
    first, second, third = (HealthCheckFactory() for _ in range(3))
    DependencyFactory(integration=first.integration, upstream=second)
    DependencyFactory(integration=second.integration, upstream=third)

    for upstream in (first, second):
        with pytest.raises(InvalidInputError) as refusal:
            add_dependency(integration=third.integration, upstream=upstream, at=NOW, by=None)
        assert refusal.value.field == "upstream"
    assert Dependency.objects.count() == 2


def test_its_own_check_and_the_same_twice_are_refused():
    row = DependencyFactory()

    for upstream in (row.upstream, HealthCheckFactory(integration=row.integration)):
        with pytest.raises(InvalidInputError):
            add_dependency(integration=row.integration, upstream=upstream, at=NOW, by=None)


def test_the_api_adds_refuses_and_deletes():
    tool, check, dependant = role_client("tool_partnerships"), HealthCheckFactory(), IntegrationFactory()
    body = {"integration": dependant.pk, "upstream": check.pk, "reason": "Signs in there"}

    made = tool.post(f"{BASE}/dependencies/", body)
    again = tool.post(f"{BASE}/dependencies/", body)
    gone = tool.delete(f"{BASE}/dependencies/{made.json()['id']}/")

    assert (made.status_code, made.json()["created_by"] is not None) == (201, True)
    assert (again.status_code, [e["field"] for e in problem(again)["errors"]][:1]) == (400, ["upstream"])
    assert (gone.status_code, Dependency.objects.count()) == (204, 0)


def test_the_admin_adds_one_and_names_what_is_wrong(client):
    client.force_login(SuperuserFactory())
    check, dependant = HealthCheckFactory(), IntegrationFactory()
    url = "/admin/partnerships/dependency/add/"

    refused = client.post(url, {"integration": check.integration_id, "upstream": check.pk, "reason": ""})
    added = client.post(url, {"integration": dependant.pk, "upstream": check.pk, "reason": ""})

    assert refused.context["adminform"].form.errors == {
        "upstream": ["An integration does not depend on its own checks."]
    }
    assert (added.status_code, Dependency.objects.get().integration) == (302, dependant)
