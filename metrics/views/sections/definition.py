"""What the metric is: the question, the formula, its targets, what it is made of, its versions."""

from datetime import date
from typing import Any

from django.utils.html import format_html, format_html_join

from metrics.formula_words import formula_words
from metrics.models import MetricVersion, Target
from metrics.selectors.detail import list_targets, list_versions
from metrics.selectors.lineage import Lineage, get_lineage
from metrics.selectors.standings import Standing
from metrics.views.hero import Fact
from metrics.views.periods import day_name
from metrics.views.sections.subject import Subject
from metrics.views.units import Unit


def definition_context(subject: Subject) -> dict[str, Any]:
    lineage, targets = get_lineage(subject.version), list_targets(subject.version, at=subject.at)
    return {
        "definition": definition_facts(subject.standing, subject.unit, targets, subject.today),
        "lineage": lineage_facts(lineage),
        "versions": [_version(version, subject.today) for version in list_versions(subject.version)],
    }


def definition_facts(standing: Standing, unit: Unit, targets: list[Target], today: date) -> list[Fact]:
    """The question, the formula in words, its notes, the target and those before it."""
    metric = standing.metric
    facts = [Fact("Question", metric.question), Fact("Formula", f"{formula_words(standing.version)}.")]
    if metric.purpose:
        facts.append(Fact("Notes", metric.purpose))
    facts += [Fact("Target" if i == 0 else "Before", _target(t, unit, today)) for i, t in enumerate(targets[:4])]
    return facts


def lineage_facts(lineage: Lineage) -> list[Fact]:
    """From the metric back to the code, each step with its link."""
    facts = [
        Fact(term, format_html_join(", ", '<a href="{}">{}</a>', ((m.get_absolute_url(), m.name) for m in metrics)))
        for term, metrics in (
            ("Derived from", lineage.derived_from),
            ("Driven by", lineage.inputs),
            ("Drives", lineage.drives),
        )
        if metrics
    ]
    if lineage.source is not None:
        when = f", by {lineage.source.event_time}" if lineage.source.event_time else ""
        facts += [Fact("Source", lineage.source.label), Fact("Rows", f"{lineage.source.model}{when}")]
    if lineage.code is not None:
        place = f"{lineage.code.path}:{lineage.code.line}"
        link = format_html('<a href="{}">{}</a>', lineage.code.url, place) if lineage.code.url else place
        facts.append(Fact("Code", link))
    return facts


def _target(target: Target, unit: Unit, today: date) -> str:
    start = f"{unit.rounded(target.baseline_value)} → " if target.baseline_value is not None else ""
    due = f" to {day_name(target.due_on, today=today)}" if target.due_on else ""
    by = f", set by {target.set_by.name}" if target.set_by else ""
    begun, shape = day_name(target.start_on, today=today), target.get_shape_display().lower()
    words = f"{start}{unit.short(target.target_value)}, {begun}{due}, {shape}{by}"
    return f"{words}. {target.reason}" if target.reason else words


def _version(version: MetricVersion, today: date) -> dict[str, str]:
    return {
        "number": f"v{version.number}",
        "since": day_name(version.effective_from.date(), today=today),
        "words": formula_words(version),
        "reason": version.reason,
        "approved_by": version.approved_by.name if version.approved_by else "",
        "history": "all periods" if version.is_retroactive else "",
    }
