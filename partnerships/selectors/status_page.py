"""The published status page as one value: nothing in it but what is for everybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from partnerships.health.maintenance import list_occurrences
from partnerships.health.uptime import Accounting, Window, to_us
from partnerships.models import (
    OPEN_INCIDENT_STATES,
    AffectedIntegration,
    HealthCheck,
    StatusComponent,
    StatusPage,
)
from partnerships.selectors.accounting import get_default_accounting
from partnerships.selectors.day_bars import list_day_bars
from partnerships.selectors.overlays import (
    get_checks_by_maintenance,
    get_maintenance_by_check,
    list_maintenance_in,
)
from partnerships.selectors.pages_figures import Figures, figures_in
from partnerships.selectors.pages_timelines import (
    joined,
    load_check_timelines,
    monitored_from,
    state_of,
)
from partnerships.selectors.public_incidents import PublicIncident, list_public_incidents
from partnerships.selectors.uptime_days import get_window_figures
from partnerships.status.words import IMPACT_OF_SEVERITY, component_state, overall_indicator

DAYS = 90
AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class PublicComponent:
    """One component: its state now, each of the last 90 days, and the uptime over them."""

    pk: int
    integration_id: int
    name: str
    group: str
    state: str
    days: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class PublicMaintenance:
    """One maintenance under way or to come, named by what it is of: our own title for it stays inside."""

    key: str
    components: tuple[PublicComponent, ...]
    start: datetime
    end: datetime

    @property
    def title(self) -> str:
        return f"Maintenance of {', '.join(component.name for component in self.components)}"


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """All that the status page tells."""

    page: StatusPage
    at: datetime
    indicator: str
    components: tuple[PublicComponent, ...]
    incidents: tuple[PublicIncident, ...]
    maintenances: tuple[PublicMaintenance, ...]
    accounting: Accounting

    @property
    def groups(self) -> list[tuple[str, list[PublicComponent]]]:
        """The components by heading, in the order in which headings first appear."""
        found: dict[str, list[PublicComponent]] = {}
        for component in self.components:
            found.setdefault(component.group, []).append(component)
        return list(found.items())


def get_public_status(*, at: datetime) -> PublicStatus | None:
    """The published page as it is at `at`; None where none is published. The same number of queries for any size."""
    page = StatusPage.objects.filter(is_published=True).first()
    if page is None:
        return None
    rows = list(StatusComponent.objects.filter(page=page).order_by("position", "pk"))
    checks = _checks_by_integration(row.integration_id for row in rows)
    effects, impacts = _open_trouble([row.integration_id for row in rows])
    reader = _load_reader({row.integration_id: checks[row.integration_id] for row in rows}, at=at)
    components = tuple(
        reader.read(row, checks[row.integration_id], effects=effects[row.integration_id]) for row in rows
    )
    return PublicStatus(
        page=page,
        at=at,
        indicator=overall_indicator([one.state for one in components], impacts),
        components=components,
        incidents=list_public_incidents([row.integration_id for row in rows], at=at),
        maintenances=_maintenances(rows, components, at=at),
        accounting=reader.accounting,
    )


def _checks_by_integration(ids: Iterable[int]) -> Mapping[int, list[HealthCheck]]:
    """The checks that count."""
    found: dict[int, list[HealthCheck]] = defaultdict(list)
    for check in HealthCheck.objects.filter(integration__in=list(ids), counts_for_uptime=True).order_by("pk"):
        found[check.integration_id].append(check)
    return found


def _open_trouble(ids: Sequence[int]) -> tuple[Mapping[int, list[str]], list[str]]:
    """What open incidents do to each integration, and the impact of each incident. Drills are none."""
    rows = AffectedIntegration.objects.filter(
        integration__in=ids,
        ended_at__isnull=True,
        incident__state__in=OPEN_INCIDENT_STATES,
        incident__is_drill=False,
        incident__merged_into__isnull=True,
    )
    effects: dict[int, list[str]] = defaultdict(list)
    severities: dict[int, str] = {}
    for incident_id, integration_id, effect, severity in rows.values_list(
        "incident_id", "integration_id", "effect", "incident__severity"
    ):
        effects[integration_id].append(effect)
        severities[incident_id] = severity
    return effects, [IMPACT_OF_SEVERITY[severity] for severity in severities.values()]


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is needed to tell any component; the mappings are by integration, `maintained` are checks."""

    bars: Mapping[int, tuple[str, ...]]
    figures: Mapping[int, Figures]
    maintained: Collection[int]
    accounting: Accounting
    at: datetime

    def read(self, row: StatusComponent, checks: Sequence[HealthCheck], *, effects: Sequence[str]) -> PublicComponent:
        return PublicComponent(
            pk=row.pk,
            integration_id=row.integration_id,
            name=row.public_name,
            group=row.group,
            state=component_state(
                [state_of(check, self.at).state for check in checks],
                is_maintained=any(check.pk in self.maintained for check in checks),
                effects=effects,
            ),
            days=self.bars[row.integration_id],
            figures=self.figures[row.integration_id],
        )


def _load_reader(checks: Mapping[int, Sequence[HealthCheck]], *, at: datetime) -> _Reader:
    accounting, now = get_default_accounting(), at + timedelta(microseconds=1)
    ids = [check.pk for found in checks.values() for check in found]
    return _Reader(
        bars=list_day_bars(checks, days=DAYS, at=at, accounting=accounting),
        figures=_figures(checks, accounting, at=at),
        maintained=get_maintenance_by_check(ids, start=at, end=now),
        accounting=accounting,
        at=at,
    )


def _figures(
    checks: Mapping[int, Sequence[HealthCheck]], accounting: Accounting, *, at: datetime
) -> Mapping[int, Figures]:
    """Of the last 90 days: of one check from its stored days, of several from their intervals, which overlap."""
    start = at - timedelta(days=DAYS)
    single = {key: found[0] for key, found in checks.items() if len(found) == 1}
    several = {key: found for key, found in checks.items() if len(found) != 1}
    tallies = get_window_figures(list(single.values()), start=start, end=at, at=at, accounting=accounting)
    figures = {key: Figures(tallies[check.pk], accounting) for key, check in single.items()}
    loaded = load_check_timelines([check for found in several.values() for check in found], start=start, at=at)
    for key, found in several.items():
        spans = joined(found, loaded.by(accounting))
        window = Window(to_us(start), to_us(at), to_us(at), monitored_from(found, spans, at=at))
        figures[key] = figures_in(spans, window, accounting)
    return figures


def _maintenances(
    rows: Sequence[StatusComponent], components: Sequence[PublicComponent], *, at: datetime
) -> tuple[PublicMaintenance, ...]:
    """What takes place now or in the next 14 days, the first to begin first."""
    plans = list(list_maintenance_in(start=at, end=at + AHEAD))
    touched = get_checks_by_maintenance([plan.pk for plan in plans])
    integration_of = dict(HealthCheck.objects.filter(counts_for_uptime=True).values_list("pk", "integration_id"))
    found = []
    for plan in plans:
        integrations = {integration_of.get(check_id) for check_id in touched.get(plan.pk, ())}
        hit = tuple(one for row, one in zip(rows, components, strict=True) if row.integration_id in integrations)
        if hit:
            occurrences = list_occurrences(plan.plan, at, at + AHEAD)
            found += [
                PublicMaintenance(f"{plan.pk}-{to_us(one.start)}", hit, one.start, one.end) for one in occurrences
            ]
    return tuple(sorted(found, key=lambda one: (one.start, one.key)))
