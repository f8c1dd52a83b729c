import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from operations.roles import ROLES, synchronise_roles
from tests.factories import UserFactory


def permissions_of(name):
    rows = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ROLES))
def test_role_group_has_exactly_the_permissions_of_the_table(name):
    assert permissions_of(name) == ROLES[name]


@pytest.mark.django_db
def test_synchronising_repairs_role_groups_and_leaves_others():
    other = Group.objects.create(name="night shift")
    other.permissions.add(Permission.objects.get(codename="view_ticket"))
    Group.objects.get(name="finance").permissions.add(Permission.objects.get(codename="delete_ticket"))
    Group.objects.get(name="auditor").delete()

    synchronise_roles()
    synchronise_roles()

    assert permissions_of("finance") == ROLES["finance"]
    assert permissions_of("auditor") == ROLES["auditor"]
    assert permissions_of("night shift") == {"support.view_ticket"}


@pytest.mark.django_db
def test_migrate_synchronises_roles():
    Group.objects.get(name="coo").permissions.clear()

    call_command("migrate", verbosity=0)

    assert permissions_of("coo") == ROLES["coo"]


def test_reading_roles_hold_no_writing_permission():
    for name in ("executive", "auditor", "finance", "contractor_manager"):
        verbs = {p.split(".")[1].split("_")[0] for p in ROLES[name]}
        assert verbs - {"oversee"} == {"view"}, name  # Overseeing is to see what people see of themselves only.


@pytest.mark.django_db
def test_person_without_role_may_nothing():
    assert UserFactory().get_all_permissions() == set()
