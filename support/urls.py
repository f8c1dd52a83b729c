from django.urls import path

from support.views.actions import (
    ticket_assign,
    ticket_escalate,
    ticket_fields,
    ticket_macro,
    ticket_merge,
    ticket_message,
    ticket_new,
    ticket_state,
)
from support.views.assignment import ticket_auto, ticket_take
from support.views.bulk import bulk_result, bulk_undo, ticket_bulk
from support.views.checklists import ticket_checklist
from support.views.clocks import ticket_clocks
from support.views.cover import absence_cancel, absence_new, cover, shift_delete, shift_new
from support.views.dry_run import promises
from support.views.mail import ticket_attachment
from support.views.mail_aside import (
    mail_aside,
    mail_discard,
    mail_open,
    mail_page,
    mail_put_on,
    mails_discard,
)
from support.views.presence import ticket_presence
from support.views.queue import ticket_list, tickets_csv
from support.views.saved_views import view_delete, view_new
from support.views.ticket import ticket
from support.views.ticket_import import (
    ticket_import,
    ticket_import_now,
    ticket_import_rejects,
    ticket_import_result,
)

app_name = "support"
urlpatterns = [
    path("", ticket_list, name="tickets"),
    path("tickets.csv", tickets_csv, name="tickets_csv"),
    path("new/", ticket_new, name="ticket_new"),
    path("promises/", promises, name="promises"),
    path("import/", ticket_import, name="import"),
    path("import/<uuid:token>/", ticket_import_result, name="import_result"),
    path("import/<uuid:token>/now/", ticket_import_now, name="import_now"),
    path("import/<uuid:token>/rejects.csv", ticket_import_rejects, name="import_rejects"),
    path("cover/", cover, name="cover"),
    path("cover/absences/new/", absence_new, name="absence_new"),
    path("cover/absences/<key:pk>/end/", absence_cancel, name="absence_cancel"),
    path("cover/shifts/new/", shift_new, name="shift_new"),
    path("cover/shifts/<key:pk>/delete/", shift_delete, name="shift_delete"),
    path("<key:pk>/take/", ticket_take, name="ticket_take"),
    path("<key:pk>/automatic/", ticket_auto, name="ticket_auto"),
    path("bulk/", ticket_bulk, name="bulk"),
    path("bulk/<key:pk>/", bulk_result, name="bulk_result"),
    path("bulk/<key:pk>/undo/", bulk_undo, name="bulk_undo"),
    path("mail/", mail_aside, name="mail_aside"),
    path("mail/discard/", mails_discard, name="mails_discard"),
    path("mail/<key:pk>/", mail_page, name="mail_page"),
    path("mail/<key:pk>/open/", mail_open, name="mail_open"),
    path("mail/<key:pk>/put-on/", mail_put_on, name="mail_put_on"),
    path("mail/<key:pk>/discard/", mail_discard, name="mail_discard"),
    path("views/", view_new, name="view_new"),
    path("views/<key:pk>/forget/", view_delete, name="view_delete"),
    path("<key:pk>/", ticket, name="ticket"),
    path("<key:pk>/clocks/", ticket_clocks, name="ticket_clocks"),
    path("<key:pk>/state/", ticket_state, name="ticket_state"),
    path("<key:pk>/assign/", ticket_assign, name="ticket_assign"),
    path("<key:pk>/message/", ticket_message, name="ticket_message"),
    path("<key:pk>/attachments/<key:number>/", ticket_attachment, name="ticket_attachment"),
    path("<key:pk>/presence/", ticket_presence, name="ticket_presence"),
    path("<key:pk>/about/", ticket_fields, name="ticket_fields"),
    path("<key:pk>/macro/", ticket_macro, name="ticket_macro"),
    path("<key:pk>/checklists/", ticket_checklist, name="ticket_checklist"),
    path("<key:pk>/escalate/", ticket_escalate, name="ticket_escalate"),
    path("<key:pk>/merge/", ticket_merge, name="ticket_merge"),
]
