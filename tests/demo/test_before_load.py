"""What a migrated database holds before the demo company is loaded, and that only such a one takes it."""

import pytest
from django.core.management import CommandError, call_command

from operations.models import User
from partnerships.models import AccountingProfile


def test_load_refuses_a_database_with_data(db):
    User.objects.create_user("someone@example.com", name="Someone")

    with pytest.raises(CommandError, match="already has data"):
        call_command("load_demo")

    assert User.objects.count() == 1


def test_installation_has_the_standard_accounting_profile(db):
    profile = AccountingProfile.objects.get(is_default=True)

    assert (profile.name, profile.version) == ("standard", 1)
    assert (profile.maintenance, profile.unknown, profile.degraded_weight) == ("exclude", "exclude", 0)
