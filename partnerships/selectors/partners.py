"""Partners as lists and pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from partnerships.models import ApiVersion, Integration, Partner, PartnerStageChange

SORTS = {
    "name": "name",
    "kind": "kind",
    "stage": "stage",
    "since": "stage_since",
    "owner": "owner__name",
    "integrations": "active_integrations",
}


@dataclass(frozen=True, slots=True)
class WantedPartners:
    """What the list is filtered by and in which order it comes; empty words ask for everything."""

    query: str = ""
    stage: str = ""
    kind: str = ""
    owner: str = ""
    sort: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query or self.stage or self.kind or self.owner)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One thing that happened with a partner."""

    at: datetime
    by: str
    title: str
    text: str


def with_stage_since(partners: "QuerySet[Partner]") -> "QuerySet[Partner]":
    """Partners annotated with `stage_since`: when the last step was taken, or else when they were added."""
    steps = PartnerStageChange.objects.filter(partner=OuterRef("pk")).order_by("-changed_at", "-pk")
    return partners.annotate(stage_since=Coalesce(Subquery(steps.values("changed_at")[:1]), "added_at"))


def list_partners(wanted: WantedPartners) -> "QuerySet[Partner]":
    """The partners that are asked for, with `stage_since` and `active_integrations`; by name unless asked otherwise."""
    rows = with_stage_since(Partner.objects.select_related("owner")).annotate(
        active_integrations=Count("integrations", filter=Q(integrations__is_active=True))
    )
    if wanted.query:
        rows = rows.filter(
            Q(name__icontains=wanted.query)
            | Q(website__icontains=wanted.query)
            | Q(owner__name__icontains=wanted.query)
            | Q(pk__in=Integration.objects.filter(name__icontains=wanted.query).values("partner"))
        )
    if wanted.stage:
        rows = rows.filter(stage=wanted.stage)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.owner:
        rows = rows.filter(owner=int(wanted.owner) if wanted.owner.isdigit() else None)
    sort = SORTS.get(wanted.sort.removeprefix("-"))
    order = ["-" * wanted.sort.startswith("-") + sort] if sort else []
    return rows.order_by(*order, "name", "pk")


def list_owners() -> list[tuple[str, str]]:
    """Id and name of everybody who owns a partner."""
    owners = Partner.objects.filter(owner__isnull=False).values_list("owner_id", "owner__name")
    return [(str(pk), name) for pk, name in owners.order_by("owner__name", "owner_id").distinct()]


def get_partner(slug: str) -> Partner:
    """The partner with its owner and `stage_since`; raises Partner.DoesNotExist."""
    return with_stage_since(Partner.objects.select_related("owner")).get(slug=slug)


def list_stage_lines(partner: Partner) -> Sequence[LogLine]:
    """The partner's steps, newest first."""
    return [
        LogLine(
            at=step.changed_at,
            by=step.changed_by.name,
            title=f"{step.get_old_stage_display()} → {step.get_new_stage_display()}",
            text=step.reason,
        )
        for step in partner.stage_changes.select_related("changed_by")
    ]


def list_api_versions(partner: Partner) -> "QuerySet[ApiVersion]":
    """The versions of the partner's API with the integrations that use each."""
    return ApiVersion.objects.filter(partner=partner).prefetch_related("uses__integration")
