from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.urls import reverse

from partnerships.models import HealthCheck
from tests.factories import HealthCheckFactory, SuperuserFactory
from tests.partnerships.services.test_results import intervals, record

pytestmark = pytest.mark.django_db


def test_an_edit_beside_the_poller_overwrites_no_state():
    """The form was read before the poller wrote; only what it changed may be stored."""
    check = HealthCheckFactory()
    record(check, "o")
    read = HealthCheck.objects.get(pk=check.pk)
    record(check, "ff", start=1)

    read.name = "Renamed"
    site = admin.site.get_model_admin(HealthCheck)
    site.save_model(None, read, SimpleNamespace(changed_data=["name"]), True)

    check.refresh_from_db()
    assert (check.name, check.version, check.state) == ("Renamed", 2, "down")
    assert intervals(check)[-1][0] == check.state


def test_a_check_that_could_not_be_probed_is_refused_in_the_admin(client):
    client.force_login(SuperuserFactory())
    check = HealthCheckFactory()
    fields = ("integration_id", "name", "kind", "url", "interval_seconds", "timeout_ms", "retry_interval_seconds")
    data = {name.removesuffix("_id"): getattr(check, name) for name in fields}
    data |= {"fail_threshold": 2, "recover_threshold": 2, "counts_for_uptime": "on"}
    data |= {"config": '{"assertions": [{"on": "moon"}]}', "url": "http://127.0.0.1/"}

    response = client.post(reverse("admin:partnerships_healthcheck_change", args=[check.pk]), data)

    assert set(response.context["adminform"].errors) == {"config", "url"}
