import pytest

from partnerships.health.uptime import Accounting
from partnerships.models import AccountingProfile
from partnerships.selectors.accounting import get_default_accounting

pytestmark = pytest.mark.django_db


def test_a_fresh_installation_counts_by_the_standard_rules():
    assert get_default_accounting() == Accounting(name="standard", version=1)


def test_the_default_profile_counts_and_is_named():
    AccountingProfile.objects.update(is_default=False)
    AccountingProfile.objects.create(
        name="contract", version=3, unknown="down", degraded_weight="0.3", min_outage_seconds=60, is_default=True
    )

    found = get_default_accounting()

    assert found.label == "contract v3"
    assert (found.unknown, float(found.degraded_weight), found.min_outage_us) == ("down", 0.3, 60_000_000)


def test_without_a_default_profile_the_standard_rules_hold():
    AccountingProfile.objects.update(is_default=False)

    assert get_default_accounting() == Accounting()
