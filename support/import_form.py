"""The form of an import: the file, how it is to be read, and whether to store anything."""

from typing import Any

from django import forms
from django.conf import settings

from foundation.form_fields import TextField
from support.imports.loading import list_shipped_mappings

MAX_MAPPING_BYTES = 64 * 1024
_RECOGNISE, _OWN = "", "own"


class ImportForm(forms.Form):
    """`too_large` names the fields whose file was thrown away for its length."""

    required_css_class = "required"
    file = forms.FileField(required=False, label="File", allow_empty_file=True)
    mapping = forms.ChoiceField(required=False, help_text="How the system that wrote the file names and writes things.")
    own_mapping = forms.FileField(
        required=False,
        allow_empty_file=True,
        label="Mapping file",
        help_text="TOML. Only with “the mapping file below”.",
    )
    time_zone = TextField(
        required=False,
        max_length=60,
        label="Time zone",
        help_text="In place of the mapping's, for times without an offset: Europe/Paris, for example.",
    )
    dry_run = forms.BooleanField(
        required=False,
        initial=True,
        label="Dry run",
        help_text="Read and compare everything, say what would happen, store nothing.",
    )

    def __init__(self, *args: Any, too_large: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._too_large = too_large
        self.fields["file"].help_text = f"CSV, gzipped or not, up to {settings.IMPORT_MAX_MIB} MiB."
        self.fields["mapping"].choices = [  # type: ignore[attr-defined]
            (_RECOGNISE, "recognise by the columns"),
            *((name, name) for name in list_shipped_mappings()),
            (_OWN, "the mapping file below"),
        ]

    def clean(self) -> dict[str, Any]:
        """The values; `mapping` is a shipped name or empty, `own_mapping` the file's bytes or None."""
        data = self.cleaned_data
        if not data.get("file"):
            too_large = f"The file is larger than {settings.IMPORT_MAX_MIB} MiB."
            self.add_error("file", too_large if "file" in self._too_large else "Choose a file.")
        own = data.get("own_mapping")
        if data.get("mapping") == _OWN:
            if "own_mapping" in self._too_large or (own and own.size > MAX_MAPPING_BYTES):
                self.add_error("own_mapping", f"A mapping has at most {MAX_MAPPING_BYTES // 1024} KiB.")
            elif own is None:
                self.add_error("own_mapping", "Choose a mapping file.")
        elif own is not None:
            self.add_error("mapping", "A mapping file was given: choose it here, or leave it out.")
        return data
