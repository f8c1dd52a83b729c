"""Recurring work on tickets."""

import structlog
from celery import shared_task
from django.utils import timezone


@shared_task(name="support.move_due_tickets")
def move_due_tickets() -> None:
    """Wake tickets on hold and close settled ones."""
    from support.services.due_tickets import close_settled_tickets, wake_due_tickets

    wake_due_tickets(at=timezone.now())
    close_settled_tickets(at=timezone.now())


@shared_task(name="support.notice_crossings")
def notice_crossings() -> None:
    """Tell of promises that are half over, nearly over or broken."""
    from support.services.clock_crossings import notice_crossings as notice

    notice(at=timezone.now())


@shared_task(name="support.notice_silence")
def notice_silence() -> None:
    """Escalate tickets whose holder has done nothing since they got them."""
    from support.services.triggers import notice_silence as notice

    notice(at=timezone.now())


@shared_task(name="support.refresh_stale_clocks")
def refresh_stale_clocks() -> None:
    """Count anew what was counted by hours that have changed."""
    from support.services.clocks import refresh_stale_clocks as refresh

    refresh()


@shared_task(name="support.find_first_widgets")
def find_first_widgets() -> None:
    """Note when the customers of set-up cases saw their first widget."""
    from support.services.setup_cases import find_first_widgets as find

    find()


@shared_task(name="support.advance_absences")
def advance_absences() -> None:
    """Begin and end the absences whose time has come."""
    from support.services.absences import advance_absences as advance

    advance(at=timezone.now())


@shared_task(name="support.assign_waiting_tickets")
def assign_waiting_tickets() -> None:
    """Give out what waits in queues that are given out automatically."""
    from support.services.assignment import assign_waiting_tickets as assign

    assign(at=timezone.now())


@shared_task(name="support.gather_insights")
def gather_insights() -> None:
    """Attach new tickets to the insights of their cause, open candidates where there are none, and count causes."""
    from support.selectors.lessons import count_lessons
    from support.services.candidates import collect_evidence, open_candidates

    collect_evidence(at=timezone.now())
    open_candidates(at=timezone.now())
    count_lessons(at=timezone.now())


@shared_task(name="support.freeze_outcomes")
def freeze_outcomes() -> None:
    """Freeze before and after of the changes whose check date has come."""
    from support.services.outcomes import freeze_due_outcomes

    freeze_due_outcomes(at=timezone.now())


@shared_task(name="support.poll_mailbox")
def poll_mailbox() -> None:
    """Take in the mail that waits; does nothing where no mailbox is set up."""
    from support.mail.imap import MailboxError
    from support.services.mailbox import poll_mailbox as poll

    try:
        poll(at=timezone.now())
    except MailboxError as error:
        structlog.get_logger("mail").warning("mailbox_not_read", reason=str(error))


@shared_task(name="support.watch_coverage")
def watch_coverage() -> None:
    """Warn of hours to come without enough agents."""
    from support.services.coverage_gaps import watch_coverage as watch

    watch(at=timezone.now())


@shared_task(name="support.ask_customers")
def ask_customers() -> None:
    """Ask customers how their tickets were solved."""
    from support.services.csat import ask_customers as ask

    ask(at=timezone.now())


@shared_task(name="support.draw_review_samples")
def draw_review_samples() -> None:
    """Draw tickets of the latest complete week to be reviewed."""
    from support.services.quality import draw_review_samples as draw

    draw(at=timezone.now())
