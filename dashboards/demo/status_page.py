"""The public status page of the demo company."""

from collections.abc import Sequence

from dashboards.demo.integrations import Watched
from partnerships.models import StatusComponent, StatusPage


def add_status_page(watched: Sequence[Watched]) -> None:
    """Save a published page with every production integration under the name of its partner."""
    page = StatusPage.objects.create(
        title="Fieldlight status", description="How our integrations are, as we measure them.", is_published=True
    )
    integrations = {one.integration.pk: one.integration for one in watched if one.planned.tier == "production"}
    StatusComponent.objects.bulk_create(
        StatusComponent(
            page=page,
            integration=integration,
            public_name=integration.name,
            group=integration.partner.name,
            position=number,
        )
        for number, integration in enumerate(
            sorted(integrations.values(), key=lambda one: (one.partner.name, one.name))
        )
    )
