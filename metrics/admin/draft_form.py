"""The form of a draft: answers in words, checked field by field, and the formula they make."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from foundation.admin import VersionedForm
from foundation.errors import InvalidInputError
from metrics.admin.draft_fields import (
    FILTER_LINES,
    WHERE_LINES,
    Shape,
    kind_fields,
    line_fields,
    scale_problem,
)
from metrics.answers import (
    Condition,
    conditions_of,
    lines_of,
    parse_amount,
    parse_weights,
    write_weights,
)
from metrics.formula_words import MICROSECONDS, amount_words
from metrics.models import Kind, MetricDraft
from metrics.services.drafts import DraftText, check_draft
from metrics.services.versions import Definition

_FIELDS = ("rolling_days", "is_retroactive", "reason")
_HUNDRED = 100
_MEMBER_FIELDS = {
    "quantile": "percentile",
    "at": "time",
    "horizon": "time",
    "filter": "filter_0_field",
    "where": "where_0_field",
}


class DraftForm(VersionedForm):
    """One draft of a shape. The class is made by `make_form`, with the fields that the kind needs."""

    shape: Shape
    lines: Mapping[str, int]

    class Meta:
        model = MetricDraft
        fields = _FIELDS
        widgets = {"reason": forms.TextInput(attrs={"class": "vTextField"})}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        try:
            formula = self.make_formula(cleaned)
        except InvalidInputError as refusal:
            self.add_error(refusal.field, refusal.message)
            return cleaned
        self.text = DraftText(
            Definition(
                kind=str(self.shape.kind),
                source=self.shape.source.key,
                formula=formula,
                dimensions=list(cleaned.get("segments", [])),
                is_retroactive=bool(cleaned.get("is_retroactive")),
                rolling_days=cleaned.get("rolling_days"),
            ),
            reason=cleaned.get("reason", ""),
        )
        if not self.errors:
            self._check()
        return cleaned

    def _check(self) -> None:
        """Have the definition checked as over the API; what it refuses lands on the field it is about."""
        try:
            check_draft(self.shape.metric, self.text)
        except InvalidInputError as refusal:
            name = _form_field(refusal.field)
            self.add_error(name if name in self.fields else None, refusal.message)

    def make_formula(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """The formula that the answers make. Raises InvalidInputError with the name of the form's field."""
        make = _MAKERS.get(self.shape.kind)
        formula: dict[str, Any] = make(self.shape, cleaned) if make else {}
        scale = cleaned.get("scale")
        if scale:
            problem = scale_problem(self.shape, scale)
            if problem:
                raise InvalidInputError("scale", problem)
            formula |= {} if scale == "1" else {"scale": int(scale)}
        for prefix in self.lines:
            conditions = self._conditions(prefix, cleaned)
            if conditions:
                formula[prefix] = conditions
        return formula

    def _conditions(self, prefix: str, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        used = [i for i in range(self.lines[prefix]) if cleaned.get(f"{prefix}_{i}_field")]
        for index in range(self.lines[prefix]):
            if index not in used and cleaned.get(f"{prefix}_{index}_value"):
                raise InvalidInputError(f"{prefix}_{index}_field", "Choose what the value is compared with.")
        typed = [Condition(*(cleaned.get(f"{prefix}_{i}_{part}", "") for part in _PARTS)) for i in used]
        try:
            return conditions_of(typed, self.shape.source)
        except InvalidInputError as refusal:
            line, part = refusal.field.split(".")
            raise InvalidInputError(f"{prefix}_{used[int(line)]}_{part}", refusal.message) from refusal


_PARTS = ("field", "operator", "value")


def _form_field(name: str) -> str:
    """The form's field for a field of the definition: formula.quantile is asked as a percentile."""
    member = name.removeprefix("formula.").partition(".")[0]
    return {"dimensions": "segments"}.get(member) or _MEMBER_FIELDS.get(member, member)


def make_form(
    shape: Shape, formula: Mapping[str, Any], dimensions: list[str], words: Mapping[str, list[str]]
) -> type[DraftForm]:
    """The form class of a shape, filled with what a formula says as far as the shape still has it."""
    answers = answers_of(shape, formula)
    lines = {"filter": FILTER_LINES} if shape.kind != Kind.DERIVED else {}
    lines |= {"where": WHERE_LINES} if shape.kind == Kind.SHARE else {}
    all_words = sorted({word for found in words.values() for word in found})
    fields = kind_fields(shape)
    for prefix in sorted(lines, reverse=True):
        typed = lines_of(formula.get(prefix, {}), shape.source)
        typed = [line for line in typed if line.field in {*shape.source.measures, *shape.source.dimensions}]
        lines[prefix] = max(lines[prefix], len(typed) + 1)
        fields |= line_fields(prefix, lines[prefix], shape.source, all_words)
        answers |= {f"{prefix}_{i}_{part}": getattr(line, part) for i, line in enumerate(typed) for part in _PARTS}
    if shape.source.dimensions:
        fields["segments"] = _segments(shape)
        answers["segments"] = [name for name in dimensions if name in shape.source.dimensions]
    for name, value in answers.items():
        if name in fields:
            fields[name].initial = value
    return type("ShapedDraftForm", (DraftForm,), {**fields, "shape": shape, "lines": lines})


def _segments(shape: Shape) -> forms.Field:
    return forms.MultipleChoiceField(
        label="Kept by segment",
        choices=list(shape.source.dimensions.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Values are kept for each word of these as well, as exact as the whole.",
    )


def answers_of(shape: Shape, formula: Mapping[str, Any]) -> dict[str, Any]:
    """What the form's fields say for a formula; members that the shape has no field for are left out."""
    answers: dict[str, Any] = {name: formula[name] for name in _SAME if name in formula}
    if "scale" in formula:
        answers["scale"] = str(formula["scale"])
    if "quantile" in formula:
        answers["percentile"] = f"{Decimal(str(formula['quantile'])) * _HUNDRED:f}".rstrip("0").rstrip(".")
    for name in ("good", "counted"):
        if name in formula:
            answers[name] = write_weights(formula[name])
    for name in ("at", "horizon"):
        if name in formula:
            answers["time"] = amount_words(formula[name], shape.unit or MICROSECONDS)
    return answers


_SAME = ("denominator", "observed", "statistic", "expression", "combine")


def _measure(name: str) -> Callable[[Shape, Mapping[str, Any]], dict[str, Any]]:
    return lambda shape, _cleaned: {name: shape.measure}


def _make_percentile(shape: Shape, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    percent = cleaned.get("percentile")
    measure = {} if shape.kind == Kind.HISTOGRAM_PERCENTILE else {"measure": shape.measure}
    return measure | ({} if percent is None else {"quantile": float(percent / _HUNDRED)})


def _make_ratio(shape: Shape, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    below = cleaned.get("denominator")
    return {"numerator": shape.measure, **({"denominator": below} if below else {})}


def _make_interval_share(shape: Shape, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, dict[str, int]] = {}
    for name in ("good", "counted"):
        try:
            found[name] = parse_weights(cleaned.get(name, ""), shape.source)
        except ValueError as error:
            raise InvalidInputError(name, str(error)) from error
    return {"good": found["good"], "counted": list(found["counted"])}


def _make_survival(shape: Shape, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    statistic = cleaned.get("statistic", "")
    formula = {"duration": shape.measure, "observed": cleaned.get("observed", ""), "statistic": statistic}
    member = {"restricted_mean": "horizon", "share_at": "at"}.get(statistic)
    if member is None:
        return formula
    try:
        return {**formula, member: parse_amount(cleaned.get("time", ""), shape.unit)}
    except ValueError as error:
        raise InvalidInputError("time", str(error)) from error


def _make_derived(_shape: Shape, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    return {"expression": cleaned.get("expression", "").strip()}


def _make_entered(_shape: Shape, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    return {"combine": cleaned.get("combine", "")}


_MAKERS: Mapping[Kind, Callable[[Shape, Mapping[str, Any]], dict[str, Any]]] = {
    Kind.SUM: _measure("measure"),
    Kind.MEAN: _measure("measure"),
    Kind.STOCK: _measure("measure"),
    Kind.PERCENTILE: _make_percentile,
    Kind.HISTOGRAM_PERCENTILE: _make_percentile,
    Kind.RATIO: _make_ratio,
    Kind.INTERVAL_SHARE: _make_interval_share,
    Kind.SURVIVAL: _make_survival,
    Kind.DERIVED: _make_derived,
    Kind.ENTERED: _make_entered,
}
