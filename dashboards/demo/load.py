"""Loading the demo company into an empty database."""

from collections.abc import Sequence
from datetime import timedelta

from auditlog.context import disable_auditlog
from django.core.management import call_command
from django.db import transaction

from dashboards.demo.arrivals import Outage
from dashboards.demo.checklists import add_checklists
from dashboards.demo.cover import add_cover
from dashboards.demo.escalations import add_escalations, add_signal_escalations
from dashboards.demo.experiments import add_experiments
from dashboards.demo.health import add_health
from dashboards.demo.incidents import add_incidents
from dashboards.demo.integrations import Watched, add_integrations
from dashboards.demo.launches import add_launches
from dashboards.demo.learning import add_learning
from dashboards.demo.ledger import add_ledger
from dashboards.demo.mail import add_mail
from dashboards.demo.notifications import add_notifications
from dashboards.demo.objectives import add_objectives
from dashboards.demo.overlays import add_overlays
from dashboards.demo.partners import add_partner_terms, add_signoffs
from dashboards.demo.people import add_people
from dashboards.demo.promises import add_ticket_escalations
from dashboards.demo.quality import add_quality
from dashboards.demo.setups import add_setup_cases
from dashboards.demo.status_page import add_status_page
from dashboards.demo.steering import add_steering
from dashboards.demo.story import Story
from dashboards.demo.tickets import add_tickets
from metrics.services.follow_ups import follow_unsettled_rows
from operations.models import User
from partnerships.models import Partner, StatusInterval
from support.models import Ticket

NOTICED = timedelta(minutes=45)


class NotEmptyError(Exception):
    """The database already holds data; nothing was loaded."""


def has_data() -> bool:
    """Whether anybody works with this database already."""
    return User.objects.exists() or Partner.objects.exists() or Ticket.objects.exists()


def load_company(story: Story, *, sandbox_port: int) -> None:
    """Save the whole story in one transaction and compute its metrics; NotEmptyError if there is data already.

    The audit log is left out: nobody made these changes.
    """
    with disable_auditlog():
        with transaction.atomic():
            if has_data():
                raise NotEmptyError
            people = add_people(story)
            watched = add_integrations(story, people, sandbox_port=sandbox_port)
            add_health(story, watched)
            add_overlays(story, people, watched)
            add_objectives(story, people, watched)
            add_partner_terms(story, people)
            add_tickets(story, people, watched, _noticed(watched))
            add_cover(story, people)
            add_status_page(watched)
            add_ledger(story, people, watched)
            add_launches(story, people, watched)
            add_setup_cases(story, people, watched)
            add_checklists(story, people)
            add_mail(story)
            add_learning(story, people)
            add_quality(story, people)
            add_incidents(story, people, watched)
            add_steering(story, people)
            add_notifications(story, people)
            add_experiments(story, people)
            add_escalations(story, people)
            add_ticket_escalations(story)
            add_signoffs(story, people)
        follow_unsettled_rows(at=story.now)
        call_command("recompute_metrics", verbosity=0)
        add_signal_escalations(story)


def _noticed(watched: Sequence[Watched]) -> list[Outage]:
    """Outages of production integrations long enough for customers to write about."""
    names = {one.check.pk: one.integration.name for one in watched if one.planned.tier == "production"}
    spans = StatusInterval.objects.filter(state="down", health_check__in=names, ended_at__isnull=False)
    found = []
    for span in spans.order_by("started_at", "health_check_id"):
        length = (span.ended_at or span.started_at) - span.started_at
        if length >= NOTICED:
            found.append(Outage(names[span.health_check_id], span.started_at, length / timedelta(minutes=1)))
    return found
