"""Every form of the pages takes words by one rule."""

import re
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import get_resolver

from foundation.form_fields import TextField

OURS = (
    "charts",
    "config",
    "contractors",
    "dashboards",
    "foundation",
    "metrics",
    "operations",
    "partnerships",
    "support",
)
CHECKED_OTHERWISE = (forms.EmailField, forms.JSONField, forms.RegexField, forms.SlugField, forms.URLField)
ROOT = Path(__file__).resolve().parents[1]
PLAIN = re.compile(r"\bforms\.CharField\b")


def walk(form):
    for one in form.__subclasses__():
        yield one
        yield from walk(one)


def list_forms():
    """The forms of the pages; those of the admin are made by it with the same rule."""
    assert apps.ready and get_resolver().url_patterns  # All pages are imported.
    found = {form for form in walk(forms.BaseForm) if form.__module__.split(".")[0] in OURS}
    return [form for form in found if ".admin" not in form.__module__]


def test_every_field_for_words_is_ours():
    found = list_forms()
    plain = [
        f"{form.__module__}.{form.__name__}.{name}"
        for form in found
        for name, field in form.base_fields.items()
        if isinstance(field, forms.CharField) and not isinstance(field, (TextField, *CHECKED_OTHERWISE))
    ]

    assert len(found) > 50
    assert [name for name in plain if not name.startswith("foundation.admin.")] == []


def test_no_form_makes_a_plain_field_for_words():
    files = [path for name in OURS for path in (ROOT / name).rglob("*.py") if "admin" not in path.parts]
    plain = [str(path.relative_to(ROOT)) for path in files if PLAIN.search(path.read_text(encoding="utf-8"))]

    assert plain == ["foundation/form_fields.py"]


@pytest.mark.parametrize("words", ["a\x07b", "a\x85b", "a\x9fb", "a\x7fb"])
def test_control_characters_are_refused(words):
    for widget in (forms.TextInput, forms.Textarea):
        with pytest.raises(ValidationError, match="control characters"):
            TextField(widget=widget).clean(words)


@pytest.mark.parametrize("words", ["one\nBcc: two", "one\r\ntwo", "one\u2028two"])
def test_line_breaks_are_for_text_areas(words):
    with pytest.raises(ValidationError, match="one line"):
        TextField().clean(words)
    assert TextField(widget=forms.Textarea).clean(f"{words}\tthree") == f"{words}\tthree"


@pytest.mark.parametrize("words", ["\u200b", " \u200d\ufeff ", "\u3164", "\n"])
def test_what_nobody_can_see_is_nothing(words):
    with pytest.raises(ValidationError, match="required"):
        TextField().clean(words)
    assert TextField(required=False).clean(words) == ""
