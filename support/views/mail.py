"""Mail and files on the page of a ticket, and the files themselves."""

from collections.abc import Sequence
from datetime import datetime

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.views.decorators.http import require_safe

from foundation.access import requires
from foundation.words import moment
from support.models import TicketAttachment, TicketEvent
from support.selectors.deliveries import list_mail_aside
from support.services.attachments import open_attachment


@require_safe
@requires("support.view_ticket")
def ticket_attachment(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:  # noqa: ARG001
    """The file, as a download and never as a page."""
    row = get_object_or_404(TicketAttachment, pk=number, event__ticket=pk)
    content = open_attachment(row)
    if content is None:
        raise Http404("This file is not kept any more.")
    return FileResponse(content, as_attachment=True, filename=row.name, content_type="application/octet-stream")


def list_files(event: TicketEvent) -> Sequence[dict[str, str]]:
    """The files of what was said, as links."""
    return [
        {
            "name": row.name,
            "size": filesizeformat(row.size),
            "url": reverse("support:ticket_attachment", args=[event.ticket_id, row.pk]),
        }
        for row in event.attachments.all()
    ]


def list_aside(ticket_id: int, at: datetime) -> Sequence[dict[str, object]]:
    """Mails about the ticket that changed nothing on it."""
    return [
        {
            "url": reverse("support:mail_page", args=[row.pk]),
            "sender": row.sender or row.sender_name or "nobody",
            "subject": row.subject,
            "reason": row.reason,
            "at": row.received_at,
            "when": moment(row.received_at, now=at),
        }
        for row in list_mail_aside(ticket_id)
    ]
