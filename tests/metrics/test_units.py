import pytest

from metrics.models import Kind, MetricVersion
from metrics.units import unit_of
from tests.factories import MetricFactory


def unit(kind, **metric):
    return unit_of(MetricVersion(metric=MetricFactory.build(**metric), kind=kind, formula={}))


@pytest.mark.parametrize(
    ("kind", "value", "n", "told"),
    [
        (Kind.SHARE, 1.0, 1, ("1 of 1", "")),
        (Kind.SHARE, 2 / 3, 3, ("2 of 3", "")),
        (Kind.SHARE, 0.0, 4, ("0 of 4", "")),
        (Kind.SHARE, 0.6, 5, ("60.0", "%")),
        (Kind.SHARE, None, 0, ("no data", "%")),
        (Kind.INTERVAL_SHARE, 0.99996, 3, ("99.9", "%")),
    ],
)
def test_a_share_of_few_rows_is_told_as_a_fraction(kind, value, n, told):
    assert unit(kind, unit="ratio", decimals=3).told(value, n) == told


def test_other_values_keep_their_unit_however_few():
    assert unit(Kind.MEAN, unit="h", decimals=1).told(20.14, 2) == ("20.1", "h")
