"""What a metric is made of, from its inputs to the line of code that reads the rows."""

from pathlib import Path

import pytest
from django.conf import settings as project

from metrics.formula_words import amount_words, condition_words, formula_words, quantile_words
from metrics.models import MetricVersion
from metrics.selectors.lineage import find_code, get_lineage
from metrics.sources import get_source, list_sources
from tests.factories import MetricFactory, MetricVersionFactory

pytestmark = pytest.mark.django_db


def test_lineage_leads_to_the_line_that_reads_the_rows(settings):
    settings.CODE_URL = "https://code.example.com/blob/main/"
    output = MetricFactory(name="Output")
    version = MetricVersionFactory(source="tickets_resolved")
    version.metric.parents.add(output)

    lineage = get_lineage(version)

    place = lineage.code
    line = (Path(project.BASE_DIR) / place.path).read_text().splitlines()[place.line - 1]
    assert line.startswith("def fetch_resolved(")
    assert place.url == f"https://code.example.com/blob/main/support/metric_sources/frames.py#L{place.line}"
    assert ([m.name for m in lineage.drives], lineage.source.key) == (["Output"], "tickets_resolved")
    assert get_lineage(MetricVersionFactory(metric=output)).inputs == [version.metric]


def test_every_source_has_its_code_and_derived_metrics_their_inputs():
    assert [source.key for source in list_sources() if find_code(source.fetch) is None] == []
    assert find_code(len) is None
    derived = MetricVersionFactory(
        kind="derived", source="derived", formula={"expression": "tickets_resolved / tickets_opened"}
    )

    names = {metric.key for metric in get_lineage(derived).derived_from}

    assert names == {"tickets_resolved", "tickets_opened"}


def test_source_that_is_gone_leaves_words():
    version = MetricVersionFactory(source="gone", kind="mean", formula={})

    assert get_lineage(version).code is None
    assert formula_words(version) == "mean, over gone, which is no longer offered"


def test_all_shipped_definitions_have_words():
    for version in MetricVersion.objects.select_related("metric"):
        words = formula_words(version)
        assert len(words) > 10
        assert "{" not in words


@pytest.mark.parametrize(
    ("quantile", "words"),
    [
        (0.5, "median"),
        (0.9, "90th percentile"),
        (0.01, "1st percentile"),
        (0.11, "11th percentile"),
        (0.22, "22nd percentile"),
        (0.93, "93rd percentile"),
        (0.999, "99.9th percentile"),
    ],
)
def test_percentiles_are_named(quantile, words):
    assert quantile_words(quantile) == words


def test_conditions_and_amounts_are_written_as_people_say_them():
    source = get_source("tickets_resolved")

    assert condition_words("priority", ["low", "urgent"], source) == "priority is one of low, urgent"
    assert condition_words("priority", {"not": ["low"]}, source) == "priority is not low"
    assert (
        condition_words("resolution", {"gte": 0, "lt": 90_000_000}, source)
        == "time to resolution ≥ 0 s and time to resolution < 90 s"
    )
    assert [amount_words(n, "µs") for n in (86_400_000_000, 5_400_000_000, 1)] == ["1 d", "90 min", "1 µs"]
    assert [amount_words(n, "µs") for n in (3.6e9, 0.5)] == ["1 h", "0 µs"]
    assert amount_words(1200, "tickets") == "1,200 tickets"
