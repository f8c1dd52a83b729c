"""The fields by which a definition is told without code: which ones a kind needs, and their choices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django import forms

from metrics.answers import OF_MEASURE, OPERATORS, list_kinds
from metrics.formula_words import MICROSECONDS, SPANS
from metrics.formulas.members import COMBINATIONS
from metrics.models import Kind, Metric
from metrics.sources import MetricSource, get_source, list_sources

ROWS = "rows"
FILTER_LINES = 5
WHERE_LINES = 3
_SPAN_NAMES = {"d": "days", "h": "hours", "min": "minutes", "s": "seconds", "ms": "milliseconds", "µs": "microseconds"}
_STATISTICS = [
    ("median", "Median time"),
    ("restricted_mean", "Mean time up to a horizon"),
    ("share_at", "Share that lasts beyond a time"),
]
_COMBINED = {"last": "the last one of the period", "sum": "their sum", "mean": "their mean"}


@dataclass(frozen=True)
class Shape:
    """What a form is for: the metric, what is measured and by which kind; the fields follow from it."""

    metric: Metric
    source: MetricSource
    measure: str
    kind: Kind

    @property
    def unit(self) -> str:
        """The base unit of the measure; of a histogram, time."""
        return MICROSECONDS if self.kind == Kind.HISTOGRAM_PERCENTILE else self.source.measures.get(self.measure, "")


def measured_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be measured, by source: its rows, or one of its measures."""
    choices = []
    for source in list_sources():
        options = [(f"{source.key}|", "The rows themselves")] if set(list_kinds(source)) - OF_MEASURE else []
        options += [(f"{source.key}|{name}", measure_label(source, name)) for name in source.measures]
        choices.append((source.label, options or [(f"{source.key}|", source.label)]))
    return choices


def measure_label(source: MetricSource, name: str) -> str:
    """What a measure is called where it is chosen."""
    label = source.measure_labels.get(name) or name.replace("_", " ").capitalize()
    unit = source.measures[name]
    return f"{label} (time)" if unit == MICROSECONDS else f"{label} ({unit})"


def find_shape(metric: Metric, measured: str, kind: str) -> Shape:
    """The shape of these choices. Raises ValueError in words for a kind that the choice cannot make."""
    key, _, measure = measured.partition("|")
    try:
        source = get_source(key)
    except KeyError:
        raise ValueError("Choose what is measured.") from None
    if measure and measure not in source.measures:
        raise ValueError("Choose what is measured.")
    possible = [name for name in list_kinds(source) if (name in OF_MEASURE) == bool(measure) or name == Kind.ENTERED]
    if kind not in possible:
        words = ", ".join(Kind(name).label for name in possible)
        raise ValueError(f"{source.label}{', ' + measure if measure else ''} can make: {words}.")
    return Shape(metric, source, measure, Kind(kind))


def field_choices(source: MetricSource) -> list[tuple[str, str]]:
    """The dimensions and measures that rows are filtered by."""
    return [
        ("", "—"),
        *source.dimensions.items(),
        *((name, measure_label(source, name)) for name in source.measures),
    ]


def kind_fields(shape: Shape) -> dict[str, forms.Field]:
    """The fields that this kind is told by, in the order they are asked."""
    builders = {
        Kind.PERCENTILE: _percentile,
        Kind.HISTOGRAM_PERCENTILE: _percentile,
        Kind.RATIO: _ratio,
        Kind.INTERVAL_SHARE: _interval_share,
        Kind.SURVIVAL: _survival,
        Kind.DERIVED: _derived,
        Kind.ENTERED: _entered,
    }
    builder: Callable[[Shape], dict[str, forms.Field]] = builders.get(shape.kind, lambda _: {})
    return {**builder(shape), **_scale(shape)}


def line_fields(prefix: str, count: int, source: MetricSource, words: Sequence[str]) -> dict[str, forms.Field]:
    """The fields of `count` conditions, each a field, a comparison and a value."""
    found: dict[str, forms.Field] = {}
    attributes = {"list": "words-of-source", "autocomplete": "off"} if words else {"autocomplete": "off"}
    for index in range(count):
        number = index + 1
        found[f"{prefix}_{index}_field"] = forms.ChoiceField(
            label=f"Condition {number}", choices=field_choices(source), required=False
        )
        found[f"{prefix}_{index}_operator"] = forms.ChoiceField(
            label="compares", choices=OPERATORS, required=False, widget=_named_select(f"Condition {number}: comparison")
        )
        found[f"{prefix}_{index}_value"] = forms.CharField(
            label="with",
            required=False,
            max_length=300,
            widget=forms.TextInput(attrs={**attributes, "aria-label": f"Condition {number}: value"}),
        )
    return found


def _named_select(name: str) -> forms.Select:
    return forms.Select(attrs={"aria-label": name})


def _percentile(_shape: Shape) -> dict[str, forms.Field]:
    return {
        "percentile": forms.DecimalField(
            label="Percentile in %",
            initial=50,
            min_value=0,
            max_value=100,
            max_digits=7,
            decimal_places=4,
            help_text="50 is the median: half of the rows lie below. 90 is what the slowest tenth exceeds.",
        )
    }


def _ratio(shape: Shape) -> dict[str, forms.Field]:
    names = [(name, measure_label(shape.source, name)) for name in shape.source.measures]
    return {
        "denominator": forms.ChoiceField(
            label="Divided by", choices=[("", "the number of rows"), *names], required=False,
            help_text="Both are summed over the period first: a ratio of sums, not a mean of ratios.",
        )
    }  # fmt: skip


def _interval_share(shape: Shape) -> dict[str, forms.Field]:
    names = ", ".join(shape.source.measures)
    return {
        "good": forms.CharField(
            label="Good time", help_text=f"Separated by commas, of: {names}. Part of it counts as: degraded 50 %."
        ),
        "counted": forms.CharField(label="All time that counts", help_text=f"Separated by commas, of: {names}."),
    }


def _survival(shape: Shape) -> dict[str, forms.Field]:
    flags = [(n, measure_label(shape.source, n)) for n, unit in shape.source.measures.items() if unit != MICROSECONDS]
    return {
        "observed": forms.ChoiceField(label="Has ended where", choices=flags, help_text="1 where it ended, 0 not yet."),
        "statistic": forms.ChoiceField(label="What is asked", choices=_STATISTICS),
        "time": forms.CharField(
            label="Horizon or time", required=False, help_text="For all but the median, such as 90 d."
        ),
    }


def _derived(_shape: Shape) -> dict[str, forms.Field]:
    keys = ", ".join(Metric.objects.filter(status="approved").order_by("key").values_list("key", flat=True))
    return {
        "expression": forms.CharField(
            label="Expression",
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=f"Of metric keys, numbers, + − * /, parentheses, min, max and abs. Keys: {keys}."[:4000],
        )
    }


def _entered(_shape: Shape) -> dict[str, forms.Field]:
    choices = [(name, _COMBINED.get(name, name)) for name in COMBINATIONS]
    return {"combine": forms.ChoiceField(label="A period's value is", choices=choices)}


_PLAIN: Sequence[tuple[str, str]] = (
    ("1", "as it is counted"),
    ("100", "in hundreds: minor units of money as whole ones"),
    ("1000", "in thousands"),
    ("1000000", "in millions"),
)
_UNSCALED = frozenset({Kind.SHARE, Kind.INTERVAL_SHARE, Kind.DERIVED, Kind.ENTERED, Kind.COUNT, Kind.STOCK})


def _scale(shape: Shape) -> dict[str, forms.Field]:
    """The unit of the values: for time the spans, for all else multiples."""
    if shape.kind in _UNSCALED:
        return {}
    if shape.unit != MICROSECONDS:
        return {"scale": forms.ChoiceField(label="Counted", choices=_PLAIN)}
    unit = shape.metric.unit
    note = f"The metric's unit is {unit}." if unit else "The metric has no unit yet."
    return {
        "scale": forms.ChoiceField(
            label="Unit of time",
            choices=[(str(size), _SPAN_NAMES[name]) for name, size in SPANS.items()],
            initial=str(SPANS.get(unit, SPANS["h"])),
            help_text=note,
        )
    }


def scale_problem(shape: Shape, scale: str) -> str:
    """What is wrong with a unit of time that is not the metric's; empty where they agree."""
    unit = shape.metric.unit
    if shape.unit != MICROSECONDS or unit not in SPANS or str(SPANS[unit]) == scale:
        return ""
    return f"The metric's unit is {unit}: choose {_SPAN_NAMES[unit]}, or change the metric's unit."
