"""Mail that came and files on tickets in the admin: written by machines, looked at by people."""

from django.contrib import admin

from foundation.admin import ReadOnlyAdmin
from support.models import InboundMail, MailHandling, TicketAttachment


@admin.register(InboundMail)
class InboundMailAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "sender", "subject", "outcome", "reason", "ticket")
    list_select_related = ("ticket",)
    list_filter = ("outcome",)
    search_fields = ("sender", "subject", "message_id")


@admin.register(MailHandling)
class MailHandlingAdmin(ReadOnlyAdmin):
    list_display = ("handled_at", "mail", "verdict", "reason", "handled_by")
    list_select_related = ("mail", "handled_by")
    list_filter = ("verdict",)
    search_fields = ("mail__sender", "mail__subject", "reason")


@admin.register(TicketAttachment)
class TicketAttachmentAdmin(ReadOnlyAdmin):
    list_display = ("name", "media_type", "size", "event")
    list_select_related = ("event",)
    search_fields = ("name", "sha256")
