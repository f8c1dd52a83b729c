"""Every page of the admin, whoever registered it."""

import io

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from foundation.admin import EditAdmin, ReadOnlyAdmin
from operations.models import User
from partnerships.models import Integration, Partner, TierPeriod
from support.models import Team, Ticket, TicketEvent
from support.services.tickets import NewTicket, open_ticket
from tests.factories import (
    FACTORIES,
    CustomerFactory,
    HealthCheckFactory,
    IntegrationFactory,
    MetricFactory,
    PartnerFactory,
    SuperuserFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
APPEND_ONLY = {
    "checkresult",
    "statusinterval",
    "ticketevent",
    "metricversion",
    "valuerevision",
    "tierperiod",
    "partnerstagechange",
}


@pytest.fixture
def root(client):
    user = SuperuserFactory()
    client.force_login(user)
    client.user = user
    return client


def url_of(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def post_form(client, url, changes, **extra):
    """Post the form at the URL as a browser would: with what it shows, changed."""
    form = client.get(url).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in shown.items() if value not in (None, [], False)}
    inlines = {}
    for formset in client.get(url).context["inline_admin_formsets"]:
        prefix = formset.formset.prefix
        inlines |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return client.post(url, {**data, **inlines, **extra, **changes})


@pytest.mark.parametrize("model", REGISTERED, ids=lambda m: m._meta.label)
def test_list_search_and_add_page_open(root, model):
    made = [factory for factory in FACTORIES if factory._meta.model is model]
    rows = [factory() for factory in made]
    site = admin.site._registry[model]

    assert root.get(url_of(model, "changelist")).status_code == 200
    if site.search_fields:
        assert root.get(url_of(model, "changelist"), {"q": "x"}).status_code == 200
    may_add = not isinstance(site, ReadOnlyAdmin)
    assert root.get(url_of(model, "add")).status_code == (200 if may_add else 403)
    for row in rows:
        assert root.get(url_of(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", REGISTERED, ids=lambda m: m._meta.label)
def test_machine_rows_cannot_be_written(rf, model):
    site = admin.site._registry[model]
    request = rf.get("/")
    request.user = SuperuserFactory()
    is_ours = model._meta.app_label in ("operations", "partnerships", "support", "metrics")

    if is_ours:
        assert isinstance(site, (ReadOnlyAdmin, EditAdmin))
    if model._meta.model_name in APPEND_ONLY:
        assert isinstance(site, ReadOnlyAdmin)
    if isinstance(site, ReadOnlyAdmin):
        assert not site.has_add_permission(request)
        assert not site.has_change_permission(request)


def test_index_shows_every_app(root):
    page = root.get(reverse("admin:index")).content.decode()

    for label in ("partnerships", "support", "metrics", "operations"):
        assert apps.get_app_config(label).verbose_name in page


def test_sign_in_is_the_sites_own(client):
    response = client.get("/admin/support/ticket/")
    assert response.headers["Location"].startswith("/admin/login/")
    assert client.get(response.headers["Location"]).headers["Location"].startswith("/accounts/login/")
    client.force_login(UserFactory())
    assert client.get("/admin/login/").status_code == 403


def test_stale_edit_is_refused_and_writes_are_counted(root):
    partner = PartnerFactory()
    url = url_of(Partner, "change", partner.pk)

    first = post_form(root, url, {"notes": "one"}, read_version=1)
    stale = post_form(root, url, {"notes": "two"}, read_version=1)

    assert first.status_code == 302
    assert "changed by somebody else" in stale.content.decode()
    partner.refresh_from_db()
    assert (partner.notes, partner.version) == ("one", 2)
    assert b'name="read_version" value="2"' in root.get(url).content


def test_new_integration_begins_its_tier_history(root):
    data = {"partner": PartnerFactory().pk, "name": "Board", "slug": "board", "is_active": "on"}
    response = post_form(root, url_of(Integration, "add"), data)

    assert response.status_code == 302, response.context["adminform"].errors
    period = TierPeriod.objects.get(integration__slug="board")
    assert (period.tier, period.changed_by, period.ended_at) == ("experimental", root.user, None)


def test_ticket_is_opened_and_changed_with_events(root):
    team, agent, customer = TeamFactory(), UserFactory(), CustomerFactory()
    added = post_form(root, url_of(Ticket, "add"), {"subject": "Broken", "customer": customer.pk})
    assert added.status_code == 302, added.context["adminform"].errors
    ticket = Ticket.objects.get()

    changes = {"priority": "high", "team": team.pk, "assignee": agent.pk, "state": "closed"}
    response = post_form(root, url_of(Ticket, "change", ticket.pk), changes, read_version=ticket.version)

    assert response.status_code == 302, response.context["adminform"].errors
    ticket.refresh_from_db()
    assert (ticket.state, ticket.priority, ticket.team, ticket.assignee) == ("new", "high", team, agent)
    events = TicketEvent.objects.order_by("pk").values_list("kind", "via", "actor")
    assert list(events) == [(kind, "admin", root.user.pk) for kind in ("opened", "fields", "assigned")]


def test_ticket_list_links_to_the_import_where_there_is_one(root):
    from django.urls import NoReverseMatch

    page = root.get(url_of(Ticket, "changelist")).content.decode()

    try:
        assert f'href="{reverse("support:import")}"' in page
    except NoReverseMatch:
        assert "Import tickets" not in page


def test_checks_are_paused_and_resumed_by_actions(root):
    check = HealthCheckFactory()
    url = url_of(type(check), "changelist")

    root.post(url, {"action": "pause", "_selected_action": [check.pk]})
    check.refresh_from_db()
    paused = (check.is_paused, check.state)
    root.post(url, {"action": "resume", "_selected_action": [check.pk]})
    check.refresh_from_db()

    assert paused == (True, "paused")
    assert (check.is_paused, check.state) == (False, "pending")


def test_target_is_set_in_the_name_of_who_adds_it(root):
    from metrics.models import Target

    data = {"metric": MetricFactory().pk, "shape": "level", "target_value": "8", "start_on": "2026-01-01"}
    response = post_form(root, url_of(Target, "add"), data)

    assert response.status_code == 302, response.context["adminform"].errors
    assert Target.objects.latest("pk").set_by == root.user


def test_export_has_the_filtered_rows_and_no_formula(root):
    PartnerFactory(name="=cmd|' /C calc'!A0", slug="evil", notes="-5")
    PartnerFactory(name="Quiet", slug="quiet", stage="paused")

    response = root.post(url_of(Partner, "export") + "?stage__exact=active", {"format": "0", "resource": "0"})

    lines = response.content.decode().splitlines()
    assert len(lines) == 2
    assert "'=cmd|" in lines[1]
    assert ",-5," in lines[1] + ","
    from openpyxl import load_workbook

    book = root.post(url_of(Partner, "export"), {"format": "1", "resource": "0"})
    cells = [cell for row in load_workbook(io.BytesIO(book.content)).active.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)


def test_export_leaves_out_passwords_and_needs_the_view_permission(root, client):
    SuperuserFactory()
    assert root.get(url_of(User, "export")).status_code == 200
    export = root.post(url_of(User, "export"), {"format": "0", "resource": "0"})
    assert "password" not in export.content.decode().splitlines()[0]

    client.force_login(UserFactory(is_staff=True))
    assert client.get(url_of(User, "export")).status_code == 403


@pytest.mark.parametrize(
    ("editor", "other", "status"),
    [
        (["operations"], ["support_agent"], 200),
        (["operations"], ["coo"], "read"),
        (["operations"], None, "read"),
        (["support_lead"], ["support_agent"], "read"),
        (["finance"], ["support_agent"], "read"),
    ],
)
def test_nobody_edits_accounts_with_more_rights(client, editor, other, status):
    client.force_login(UserFactory(groups=editor, is_staff=True))
    target = SuperuserFactory() if other is None else UserFactory(groups=other)

    page = client.get(url_of(User, "change", target.pk))

    assert page.status_code == 200
    assert (b'name="_save"' in page.content) == (status == 200)
    if status == "read":
        assert client.post(url_of(User, "change", target.pk), {"name": "x"}).status_code == 403


def test_nobody_grants_more_than_they_have_or_to_themselves(client):
    editor = UserFactory(groups=["operations"], is_staff=True)
    client.force_login(editor)
    other = UserFactory()

    offered = client.get(url_of(User, "change", other.pk)).context["adminform"].form.fields
    names = set(offered["groups"].queryset.values_list("name", flat=True))
    own = client.get(url_of(User, "change", editor.pk)).context["adminform"].form.fields

    assert "is_superuser" not in offered
    assert "support_lead" in names
    assert not names & {"coo", "auditor"}
    assert not {"groups", "is_staff", "is_superuser"} & set(own)


def test_new_account_is_made_with_a_password(root):
    data = {"email": "New@Example.com", "name": "New", "usable_password": "true"}
    words = {"password1": "correct-horse-9", "password2": "correct-horse-9"}

    response = root.post(url_of(User, "add"), {**data, **words})

    assert response.status_code == 302, response.context["adminform"].errors
    assert User.objects.filter(email__iexact="new@example.com").exists()


def test_integration_in_use_is_kept(root):
    integration = IntegrationFactory()

    page = root.post(url_of(Partner, "delete", integration.partner_id), {"post": "yes"})

    assert page.status_code == 200
    assert Partner.objects.exists()


def test_team_members_are_picked(root):
    agent = UserFactory()
    team = TeamFactory()

    post_form(root, url_of(Team, "change", team.pk), {"members": [agent.pk]}, read_version=1)

    assert list(team.members.all()) == [agent]


def test_ticket_history_is_shown_below_it(root):
    ticket = open_ticket(new=NewTicket(subject="A", body="It broke"), actor=root.user, at=timezone.now())

    assert b"It broke" in root.get(url_of(Ticket, "change", ticket.pk)).content


@pytest.mark.parametrize("wrong", ["abc", "9" * 40, "", "\x00"])
@pytest.mark.parametrize("path", ["metrics/target", "metrics/enteredvalue", "metrics/annotation", "metrics/hypothesis"])
def test_a_key_in_the_address_that_is_none_proposes_nothing(root, path, wrong):
    assert root.get(f"/admin/{path}/add/", {"metric": wrong, "metricc": "1"}).status_code == 200


@pytest.mark.django_db
def test_text_with_a_control_character_is_refused(client):
    client.force_login(SuperuserFactory())

    response = client.post("/admin/partnerships/partner/add/", {"name": "Ac\x0bme", "slug": "acme"})

    assert response.context["adminform"].form.errors["name"] == ["Must not hold control characters."]
