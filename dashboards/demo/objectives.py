"""Objectives of the demo company: the tier's for most, one agreed on that is nearly spent, and a dependency."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from dashboards.demo.integrations import Watched
from dashboards.demo.people import People
from dashboards.demo.story import Story
from partnerships.health.slo import AT_RISK
from partnerships.models import SLO
from partnerships.selectors.slo_pasts import get_watched
from partnerships.selectors.slos import judge_slo
from partnerships.services.dependencies import add_dependency
from partnerships.services.slo_days import note_day
from partnerships.services.slo_judgement import judge_slos
from partnerships.services.slos import NewSLO, define_slo, ensure_default_slos

AGREED = tuple(Decimal(words) for words in ("0.9995", "0.9985", "0.998", "0.9975", "0.997", "0.996", "0.995", "0.99"))
DEPENDS_ON = ("Google Sheets", "Google Drive")


def add_objectives(story: Story, people: People, watched: Sequence[Watched]) -> None:
    """Save the objectives and judge them once; needs the measured past."""
    ensure_default_slos(at=story.now - timedelta(days=60))
    _agree_on_one(story, people)
    by_name = {one.integration.name: one for one in watched}
    dependant, upstream = (by_name[name] for name in DEPENDS_ON)
    add_dependency(
        integration=dependant.integration,
        upstream=upstream.check,
        at=story.now - timedelta(days=40),
        by=people.coo,
        reason="Sheets are files of the drive",
    )
    _remember(story)
    judge_slos(at=story.now)


def _remember(story: Story) -> None:
    """How the objectives stood once a week, as the worker would have written it down each day."""
    slos = list(SLO.objects.filter(ended_at=None).select_related("profile"))
    for week in range(8, 0, -1):
        at = story.now - timedelta(weeks=week)
        begun = [slo for slo in slos if slo.started_at <= at]
        watched = get_watched(begun, at=at)
        for slo in begun:
            note_day(slo=slo, today=None, now=judge_slo(slo, watched[slo.pk].past, at=at), at=at)


def _agree_on_one(story: Story, people: People) -> None:
    """The first production integration whose losses nearly spend what one of the agreed targets grants."""
    slos = list(SLO.objects.filter(ended_at=None, tier="production").select_related("profile").order_by("pk"))
    watched = get_watched(slos, at=story.now)
    for slo in slos:
        for ratio in AGREED:
            slo.target_ratio = ratio
            if judge_slo(slo, watched[slo.pk].past, at=story.now).status == AT_RISK:
                new = NewSLO(ratio, reason="Agreed with the partner at the yearly review")
                began = story.now - timedelta(days=30)
                define_slo(integration_id=slo.integration_id, tier=slo.tier, new=new, at=began, by=people.coo)
                return
