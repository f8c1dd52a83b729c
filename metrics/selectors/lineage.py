"""What a metric is made of: other metrics, a source, its rows, and the code that reads them."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from django.conf import settings

from metrics.formula_words import known_source
from metrics.formulas.derived import inputs_of
from metrics.models import Metric, MetricVersion
from metrics.sources import MetricSource


@dataclass(frozen=True, slots=True)
class CodePlace:
    """Where code stands: path from the root of the project and line; `url` where CODE_URL is set."""

    path: str
    line: int
    url: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """From a metric back to code. `inputs` drive it by what people said, `derived_from` by its expression."""

    inputs: Sequence[Metric]
    drives: Sequence[Metric]
    derived_from: Sequence[Metric]
    source: MetricSource | None
    code: CodePlace | None


def get_lineage(version: MetricVersion) -> Lineage:
    """What a version's metric is made of and what it drives; at most three queries."""
    source = known_source(version.source)
    names = inputs_of(version)
    derived_from = list(Metric.objects.filter(key__in=names)) if names else []
    return Lineage(
        inputs=list(version.metric.inputs.all()),
        drives=list(version.metric.parents.all()),
        derived_from=derived_from,
        source=source,
        code=find_code(source.fetch) if source else None,
    )


def find_code(function: Any) -> CodePlace | None:
    """Where a function is written; None where it is not of this project."""
    while isinstance(function, partial):
        function = function.func
    found = _locate(inspect.unwrap(function))
    if found is None:
        return None
    path, line = found
    base = str(settings.CODE_URL).rstrip("/")
    return CodePlace(path, line, f"{base}/{path}#L{line}" if base else "")


@cache
def _locate(function: Any) -> tuple[str, int] | None:
    try:
        path = Path(inspect.getsourcefile(function) or "").resolve()
        line = inspect.getsourcelines(function)[1]
        return path.relative_to(Path(settings.BASE_DIR).resolve()).as_posix(), line
    except (TypeError, OSError, ValueError):
        return None
