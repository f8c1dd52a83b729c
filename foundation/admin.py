"""Conventions of the admin: rows that are only read, rows that people edit, exports that no spreadsheet executes."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.http import HttpRequest
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ExportForm
from import_export.resources import ModelResource, modelresource_factory

from foundation.bounds import refuse_far
from foundation.etags import is_versioned
from foundation.plain_text import refuse_control

if TYPE_CHECKING:  # Django's classes take no parameters at run time.
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelAdmin, _TabularInline, _ModelForm = admin.ModelAdmin, admin.TabularInline, forms.ModelForm

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")


FORM_FIELDS: dict[Any, Any] = {
    models.URLField: {"assume_scheme": "https"},
    models.CharField: {"validators": [refuse_control]},
    models.TextField: {"validators": [refuse_control]},
    models.DateField: {"validators": [refuse_far]},
    models.DateTimeField: {"validators": [refuse_far]},
}
"""What every admin form adds to the fields of a kind."""


class ReadOnlyAdmin(_ModelAdmin):
    """Rows that machines write and people look at: no adding, changing or deleting."""

    show_full_result_count = False  # Counting millions of rows for a line of text is not worth it.
    formfield_overrides = FORM_FIELDS

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


class ReadOnlyInline(_TabularInline):
    """Rows of a machine below the row they belong to."""

    template = "admin/edit_inline/readonly.html"
    extra = 0
    can_delete = False
    show_change_link = False
    formfield_overrides = FORM_FIELDS

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


class VersionedForm(_ModelForm):
    """Refuses a change that was prepared on an older version; the page sends the version along as `read_version`."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        read = self.data.get("read_version", "")
        if self.instance.pk and is_versioned(type(self.instance)) and read.isascii() and read.isdigit():
            rows = type(self.instance)._default_manager.select_for_update()
            stored = rows.values_list("version", flat=True).get(pk=self.instance.pk)
            if stored != int(read):
                raise forms.ValidationError("This was changed by somebody else meanwhile. Load the page again.")
        return cleaned


class SafeResource(ModelResource):  # type: ignore[misc]
    """Rows for a spreadsheet: text that it would take for a formula starts with an apostrophe."""

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        """The cell's value."""
        value = super().export_field(field, instance, **kwargs)
        is_formula = isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value)
        return f"'{value}" if is_formula else value


class EditAdmin(ExportMixin, _ModelAdmin):  # type: ignore[misc]
    """Rows that people edit: stale edits are refused, writes are counted, lists are exported as they are filtered."""

    form = VersionedForm
    formfield_overrides = FORM_FIELDS
    export_form_class = ExportForm
    formats = (CSV, XLSX)
    export_exclude: tuple[str, ...] = ()
    list_per_page = 50

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[ModelResource]]:  # noqa: ARG002
        """All columns but the excluded ones."""
        return [modelresource_factory(self.model, SafeResource, meta_options={"exclude": self.export_exclude})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address proposes for a new row, but for keys of other rows that are none."""
        proposed = super().get_changeform_initial_data(request)
        return {name: value for name, value in proposed.items() if self._may_be(name, value)}

    def _may_be(self, name: str, value: Any) -> bool:
        try:
            field = self.opts.get_field(name)
            if isinstance(field, models.ForeignKey):
                return field.related_model._default_manager.filter(pk=value).exists()
        except (FieldDoesNotExist, ValueError, ValidationError):
            return False
        return True

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:  # noqa: FBT001
        """Store the row and count the write."""
        if change and is_versioned(type(obj)):
            obj.version += 1  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)
