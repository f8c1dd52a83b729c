import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.db import models
from rest_framework import serializers

from config.api import router
from foundation.bounds import check_days
from foundation.errors import InvalidInputError
from foundation.serializers import DayField, InstantField
from partnerships.forms import VersionForm
from partnerships.ledger_forms import LedgerEntryForm
from partnerships.models import Obligation
from tests.api_client import BASE, problem, superuser_client
from tests.factories_ledger import SetupCaseFactory
from tests.factories_partners import AgreementVersionFactory, ObligationFactory

ROOT = Path(__file__).parents[2]
FAR = ("0001-01-01", "1969-12-31", "2201-01-01", "9999-12-31")
PLAIN = re.compile(r"\b(serializers|forms)\.(Date|DateTime|SplitDateTime)Field\b")


def test_no_field_of_a_body_or_form_takes_days_without_bounds():
    homes = {ROOT / "foundation" / name for name in ("serializers.py", "form_fields.py")}
    sources = [path for app in apps.get_app_configs() for path in Path(app.path).rglob("*.py")]
    ours = {path for path in sources if path.is_relative_to(ROOT) and ".venv" not in path.parts} - homes

    assert len(ours) > 300
    assert [path.name for path in sorted(ours) if PLAIN.search(path.read_text())] == []


def test_every_row_of_the_api_takes_bounded_days_only():
    found = [
        field
        for _, views, _ in router.registry
        if getattr(views, "serializer_class", None)
        for field in views.serializer_class().fields.values()
        if isinstance(field, serializers.DateField | serializers.DateTimeField)
    ]

    assert len(found) > 50
    assert [field for field in found if not isinstance(field, DayField | InstantField)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("agreement-versions", "effective_on"),
        ("agreement-versions", "ends_on"),
        ("negotiation-entries", "next_due_on"),
        ("obligations", "first_due_on"),
        ("obligations", "ended_on"),
        ("terms-versions", "effective_on"),
        ("api-versions", "released_on"),
        ("api-versions", "deprecated_on"),
        ("api-versions", "sunset_on"),
        ("setup-cases", "started_at"),
        ("ledger-entries", "due_at"),
        ("incidents", "started_at"),
        ("calendar-holidays", "day_on"),
    ],
)
def test_body_with_a_day_out_of_the_years_is_400_and_names_the_field(path, field, day):
    value = f"{day}T12:00:00Z" if field.endswith("_at") else day

    response = superuser_client().post(f"{BASE}/{path}/", {field: value})

    assert response.status_code == 400
    refused = {error["field"]: error["detail"] for error in problem(response)["errors"]}
    assert refused[field] == "Must be in 1970 to 2200."


@pytest.mark.django_db
def test_row_that_was_stored_before_the_bounds_is_read_everywhere():
    version = AgreementVersionFactory(
        effective_on=date(1, 1, 1), ends_on=date(1, 1, 2), notice_days=400, agreement__state="active"
    )
    client = superuser_client()
    client.force_login(client.user)
    agreement = version.agreement

    one = client.get(f"{BASE}/agreement-versions/{version.pk}/")
    pages = [client.get(url) for url in (agreement.get_absolute_url(), f"/partners/{agreement.partner.slug}/")]

    assert (one.status_code, one.json()["notice_on"]) == (200, "0001-01-01")
    assert [page.status_code for page in pages] == [200, 200]


@pytest.mark.django_db
@pytest.mark.parametrize("day", FAR)
def test_services_refuse_rows_with_days_out_of_the_years(day):
    row: Obligation = ObligationFactory.build(first_due_on=date.fromisoformat(day), integration=None, owner=None)
    case = SetupCaseFactory.build(started_at=datetime.fromisoformat(day).replace(tzinfo=UTC), customer=None)

    with pytest.raises(InvalidInputError, match=r"^first_due_on: Must be in 1970 to 2200"):
        check_days(row)
    with pytest.raises(InvalidInputError, match=r"^started_at: Must be in 1970 to 2200"):
        check_days(case)


@pytest.mark.django_db
@pytest.mark.parametrize("day", FAR)
def test_forms_of_pages_refuse_days_out_of_the_years(day):
    agreement = VersionForm({"effective_on": day})
    entry = LedgerEntryForm({"due_at": f"{day}T12:00"})

    assert agreement.errors["effective_on"] == ["Must be in 1970 to 2200."]
    assert entry.errors["due_at"] == ["Must be in 1970 to 2200."]


def test_every_admin_form_takes_bounded_days_only(rf):
    request, first = rf.get("/"), datetime(1, 1, 1, tzinfo=UTC)
    fields = [
        (its, field)
        for model, its in admin.site._registry.items()
        if (ROOT / model.__module__.partition(".")[0]).is_dir()
        for field in model._meta.concrete_fields
        if isinstance(field, models.DateField) and field.editable
    ]

    assert len(fields) > 10
    for its, field in fields:
        day = first if isinstance(field, models.DateTimeField) else first.date()
        with pytest.raises(forms.ValidationError):
            its.formfield_for_dbfield(field, request).run_validators(day)
