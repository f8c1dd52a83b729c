import pytest

from partnerships.models import CheckKind
from partnerships.probes.registry import UnknownProbeError, get_probe, list_probes


def test_every_kind_a_check_can_have_is_found_by_discovery():
    assert sorted(list_probes()) == sorted(CheckKind.values)


def test_helpers_in_the_package_are_no_kinds():
    assert {type(probe).__name__ for probe in list_probes().values()} == {
        "HttpProbe",
        "SlackStatusProbe",
        "StatuspageProbe",
    }


def test_an_unknown_kind_is_an_error():
    with pytest.raises(UnknownProbeError):
        get_probe("carrier_pigeon")
