"""Definitions that cannot be computed are refused with the field named; all that are shipped pass."""

import pytest

from foundation.errors import InvalidInputError
from metrics.formulas import check_formula, complete_formula
from metrics.models import Kind
from metrics.sources import list_shipped_metrics
from tests.factories import MetricFactory, MetricVersionFactory

RESOLVED = "tickets_resolved"
GOOD = {
    Kind.COUNT: (RESOLVED, {}),
    Kind.SUM: (RESOLVED, {"measure": "resolution"}),
    Kind.MEAN: (RESOLVED, {"measure": "resolution", "scale": 3.6e9}),
    Kind.PERCENTILE: (RESOLVED, {"measure": "resolution", "quantile": 0.5}),
    Kind.RATIO: (RESOLVED, {"numerator": "reopened", "denominator": "resolution"}),
    Kind.SHARE: (RESOLVED, {"where": {"resolution": {"lt": 5}}, "filter": {"priority": ["high", "low"]}}),
    Kind.STOCK: ("ticket_backlog", {"measure": "change", "filter": {"priority": {"not": ["low"]}}}),
    Kind.INTERVAL_SHARE: ("integration_uptime", {"good": {"up": 1000}, "counted": ["up", "down"]}),
    Kind.SURVIVAL: (RESOLVED, {"duration": "resolution", "observed": "reopened", "statistic": "median"}),
    Kind.DERIVED: ("derived", {"expression": "tickets_opened / tickets_resolved"}),
    Kind.ENTERED: ("entered_values", {"combine": "mean"}),
    Kind.HISTOGRAM_PERCENTILE: ("probe_latency", {"quantile": 0.95}),
}


def check(kind, formula=None, *, source=None, dimensions=(), **more):
    known_source, known_formula = GOOD[kind]
    check_formula(
        kind=kind,
        source=known_source if source is None else source,
        formula=known_formula if formula is None else formula,
        dimensions=dimensions,
        **more,
    )


def refusal_of(kind, formula=None, **more):
    with pytest.raises(InvalidInputError) as refusal:
        check(kind, formula, **more)
    return refusal.value


@pytest.mark.django_db
def test_every_kind_has_a_definition_that_passes():
    assert set(GOOD) == set(Kind)
    for kind in GOOD:
        check(kind)


@pytest.mark.django_db
def test_every_shipped_definition_passes():
    for shipped in list_shipped_metrics():
        if shipped.source:
            check_formula(
                kind=shipped.kind,
                source=shipped.source,
                formula=shipped.formula,
                dimensions=shipped.dimensions,
                metric_key=shipped.key,
            )


@pytest.mark.parametrize("kind", sorted(set(GOOD) - {Kind.COUNT, Kind.DERIVED, Kind.ENTERED}))
def test_every_needed_member_is_missed(kind):
    _, formula = GOOD[kind]
    for name in set(formula) - {"scale", "filter", "denominator"}:
        found = refusal_of(kind, {key: value for key, value in formula.items() if key != name})

        assert found.field == f"formula.{name}"


MEAN = {"measure": "resolution"}


@pytest.mark.parametrize(
    ("kind", "formula", "field"),
    [
        (Kind.COUNT, {"measure": "resolution"}, "formula.measure"),
        (Kind.COUNT, [], "formula"),
        (Kind.MEAN, {"measure": "price"}, "formula.measure"),
        (Kind.MEAN, {"measure": ["resolution"]}, "formula.measure"),
        (Kind.MEAN, {**MEAN, "scale": 0}, "formula.scale"),
        (Kind.MEAN, {**MEAN, "scale": True}, "formula.scale"),
        (Kind.MEAN, {**MEAN, "scale": 1e-308}, "formula.scale"),
        (Kind.MEAN, {**MEAN, "scale": 1e300}, "formula.scale"),
        (Kind.MEAN, {**MEAN, "scale": "3600"}, "formula.scale"),
        (Kind.MEAN, {**MEAN, "scale": float("nan")}, "formula.scale"),
        (Kind.MEAN, {**MEAN, "filter": []}, "formula.filter"),
        (Kind.MEAN, {**MEAN, "filter": {"colour": "red"}}, "formula.filter.colour"),
        (Kind.MEAN, {**MEAN, "filter": {"priority": 7}}, "formula.filter.priority"),
        (Kind.MEAN, {**MEAN, "filter": {"priority": []}}, "formula.filter.priority"),
        (Kind.MEAN, {**MEAN, "filter": {"priority": ["high", 1]}}, "formula.filter.priority"),
        (Kind.MEAN, {**MEAN, "filter": {"priority": {"not": "low"}}}, "formula.filter.priority"),
        (Kind.MEAN, {**MEAN, "filter": {"priority": {"lt": 5}}}, "formula.filter.priority"),
        (Kind.MEAN, {**MEAN, "filter": {"resolution": "long"}}, "formula.filter.resolution"),
        (Kind.MEAN, {**MEAN, "filter": {"resolution": {}}}, "formula.filter.resolution"),
        (Kind.MEAN, {**MEAN, "filter": {"resolution": {"lt": 1.5}}}, "formula.filter.resolution"),
        (Kind.MEAN, {**MEAN, "filter": {"resolution": {"lt": True}}}, "formula.filter.resolution"),
        (Kind.MEAN, {**MEAN, "filter": {"resolution": {"lt": 10**30}}}, "formula.filter.resolution"),
        (Kind.MEAN, {**MEAN, "filter": {"resolution": {"below": 5}}}, "formula.filter.resolution"),
        (Kind.PERCENTILE, {**MEAN, "quantile": 0}, "formula.quantile"),
        (Kind.PERCENTILE, {**MEAN, "quantile": 1}, "formula.quantile"),
        (Kind.PERCENTILE, {**MEAN, "quantile": "half"}, "formula.quantile"),
        (Kind.RATIO, {"numerator": "reopened", "denominator": "x"}, "formula.denominator"),
        (Kind.SHARE, {"where": {}}, "formula.where"),
        (Kind.SHARE, {"where": {"size": {"lt": 5}}}, "formula.where.size"),
        (Kind.INTERVAL_SHARE, {"good": {"up": 1001}, "counted": ["up"]}, "formula.good.up"),
        (Kind.INTERVAL_SHARE, {"good": {"up": 1000}, "counted": ["down"]}, "formula.good"),
        (Kind.INTERVAL_SHARE, {"good": {"odd": 1}, "counted": ["up"]}, "formula.good.odd"),
        (Kind.INTERVAL_SHARE, {"good": {"up": 1}, "counted": []}, "formula.counted"),
        (Kind.SURVIVAL, {**GOOD[Kind.SURVIVAL][1], "statistic": "mode"}, "formula.statistic"),
        (Kind.SURVIVAL, {**GOOD[Kind.SURVIVAL][1], "statistic": "share_at"}, "formula.at"),
        (Kind.SURVIVAL, {**GOOD[Kind.SURVIVAL][1], "statistic": "restricted_mean", "at": 5}, "formula.horizon"),
        (Kind.SURVIVAL, {**GOOD[Kind.SURVIVAL][1], "at": 5}, "formula.at"),
        (Kind.SURVIVAL, {**GOOD[Kind.SURVIVAL][1], "statistic": "share_at", "at": -1}, "formula.at"),
        (Kind.SURVIVAL, {**GOOD[Kind.SURVIVAL][1], "statistic": "share_at", "at": 0.5}, "formula.at"),
        (Kind.SURVIVAL, {**GOOD[Kind.SURVIVAL][1], "observed": "resolution"}, "formula.observed"),
        (Kind.SURVIVAL, {**GOOD[Kind.SURVIVAL][1], "statistic": "share_at", "at": 1e300}, "formula.at"),
        (Kind.ENTERED, {"combine": "median"}, "formula.combine"),
        (Kind.ENTERED, {"combine": []}, "formula.combine"),
    ],
)
def test_a_wrong_member_is_named(kind, formula, field):
    assert refusal_of(kind, formula).field == field


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        (Kind.MEAN, {"source": "invoices"}, "source"),
        (Kind.MEAN, {"source": "derived"}, "source"),
        (Kind.DERIVED, {"source": RESOLVED}, "source"),
        (Kind.ENTERED, {"source": RESOLVED}, "source"),
        (Kind.STOCK, {"source": RESOLVED, "formula": {"measure": "resolution"}}, "source"),
        (Kind.HISTOGRAM_PERCENTILE, {"source": RESOLVED}, "source"),
        (Kind.MEAN, {"dimensions": ["colour"]}, "dimensions"),
        (Kind.MEAN, {"dimensions": ["priority", "priority"]}, "dimensions"),
        (Kind.MEAN, {"dimensions": "priority"}, "dimensions"),
        (Kind.MEAN, {"dimensions": [["priority"]]}, "dimensions"),
        (
            Kind.ENTERED,
            {"formula": {"combine": "sum", "filter": {"metric": "b"}}, "metric_key": "a"},
            "formula.filter.metric",
        ),
    ],
)
def test_a_source_or_dimension_that_does_not_fit_is_named(kind, more, field):
    assert refusal_of(kind, **more).field == field


def test_an_unknown_kind_is_named():
    with pytest.raises(InvalidInputError) as refusal:
        check_formula(kind="mode", source=RESOLVED, formula={}, dimensions=[])

    assert refusal.value.field == "kind"


def derived(key, expression, **more):
    return MetricVersionFactory(
        metric=MetricFactory(key=key), kind=Kind.DERIVED, source="derived", formula={"expression": expression}, **more
    )


@pytest.mark.django_db
def test_an_unknown_metric_is_named_with_the_nearest_known():
    found = refusal_of(Kind.DERIVED, {"expression": "tickets_openned * 2"})

    assert (found.field, found.message) == (
        "formula.expression",
        "There is no approved metric tickets_openned. Did you mean tickets_opened?",
    )


@pytest.mark.django_db
def test_a_metric_that_leads_back_to_itself_is_refused():
    derived("b", "tickets_opened + 1")
    derived("c", "b * 2 + tickets_resolved")

    check(Kind.DERIVED, {"expression": "c + 1"}, metric_key="d")
    assert "b → c → b" in refusal_of(Kind.DERIVED, {"expression": "c + 1"}, metric_key="b").message
    assert "itself" in refusal_of(Kind.DERIVED, {"expression": "b + 1"}, metric_key="b").message


@pytest.mark.django_db
def test_segments_of_a_derived_metric_are_those_of_all_its_inputs():
    MetricVersionFactory(metric=MetricFactory(key="one"), dimensions=["priority"])
    MetricVersionFactory(metric=MetricFactory(key="two"), dimensions=[])

    check(Kind.DERIVED, {"expression": "one * 2"}, dimensions=["priority"])
    found = refusal_of(Kind.DERIVED, {"expression": "one + two"}, dimensions=["priority"])

    assert (found.field, found.message) == ("dimensions", "two keeps no segments by priority.")


def test_an_entered_metric_reads_its_own_values():
    full = complete_formula(Kind.ENTERED, {"combine": "last", "filter": {"part": "north"}}, metric_key="cost")

    assert full == {"combine": "last", "measure": "value", "filter": {"metric": "cost", "part": "north"}}
    assert complete_formula(Kind.COUNT, {}, metric_key="cost") == {}
