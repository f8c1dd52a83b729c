"""People, roles, tokens and records in the admin."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from auditlog.models import LogEntry
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from knox.models import AuthToken

from foundation.admin import EditAdmin, ReadOnlyAdmin
from operations.models import Heartbeat, IdempotencyRecord, User

# Secrets of sign-in and settings that live in the environment have no page.
for model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)
admin.site.unregister((AuthToken, LogEntry))


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "name")


class UserForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(EditAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    """Accounts. Nobody gives away, or edits somebody who has, more rights than they have themselves."""

    form = UserForm  # type: ignore[assignment]
    add_form = NewUserForm
    list_display = ("name", "email", "is_active", "is_staff", "is_service", "last_login")
    list_filter = ("is_active", "is_staff", "is_service", "groups")
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    readonly_fields = ("last_login", "joined_at")
    filter_horizontal = ("groups",)
    autocomplete_fields = ("lead",)
    fieldsets = (
        (None, {"fields": ("email", "name", "lead", "password")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_service", "is_superuser", "groups")}),
        ("Dates", {"fields": ("last_login", "joined_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    export_exclude = ("password", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Besides the permission: only accounts that have no right the editor lacks."""
        return super().has_change_permission(request, obj) and (obj is None or _covers(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Accounts are made inactive; their history stays."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only a superuser makes superusers; nobody changes their own rights."""
        fields = [str(name) for name in super().get_readonly_fields(request, obj)]
        if not request.user.is_superuser:
            fields.append("is_superuser")
        if obj is not None and obj.pk == request.user.pk:
            fields += ["is_superuser", "is_staff", "is_active", "groups"]
        return tuple(dict.fromkeys(fields))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the roles that have no right the editor lacks."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups" and isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = _grantable_groups(request.user)
        return field


def _covers(editor: Any, other: User) -> bool:
    """Whether the editor holds every right of the other account."""
    if editor.is_superuser:
        return True
    return not other.is_superuser and other.get_all_permissions() <= editor.get_all_permissions()


def _grantable_groups(editor: Any) -> QuerySet[Group]:
    if editor.is_superuser:
        return Group.objects.all()
    held = editor.get_all_permissions()
    wanted = [
        group.pk
        for group in Group.objects.prefetch_related("permissions__content_type")
        if {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.all()} <= held
    ]
    return Group.objects.filter(pk__in=wanted)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "seen_at")
    search_fields = ("name",)


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "user", "path", "status", "key")
    list_select_related = ("user",)
    search_fields = ("key", "path", "user__email")
    list_filter = ("status",)
    exclude = ("response", "body_hash")
    ordering = ("-pk",)


@admin.register(AuthToken)
class AuthTokenAdmin(ReadOnlyAdmin):
    """Tokens of tools, by their first characters. Deleting one revokes it; the command makes new ones."""

    list_display = ("token_key", "user", "created", "expiry")
    list_select_related = ("user",)
    search_fields = ("token_key", "user__email", "user__name")
    ordering = ("-created",)
    fields = ("token_key", "user", "created", "expiry")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """Who changed which field of what."""

    list_display = ("timestamp", "actor", "action", "content_type", "object_repr")
    list_select_related = ("actor", "content_type")
    list_filter = ("action", "content_type")
    search_fields = ("object_repr", "actor__email", "actor__name", "cid")
    date_hierarchy = "timestamp"
    fields = ("timestamp", "actor", "action", "content_type", "object_pk", "object_repr", "changes", "cid")
