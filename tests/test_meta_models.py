"""Rules that hold for every model, so that a new one is covered the day it appears; each names all that break it."""

import ast
from pathlib import Path

from django.db import models

from tests.test_meta_factories import our_models

ROOT = Path(__file__).resolve().parents[1]
MODELS = our_models()
FIELDS = [
    field
    for model in MODELS
    for field in model._meta.get_fields()
    if field.concrete and field.model is model and field.name not in {"password", "last_login"}
]
DELETED_WITH_THEIR_OWNER = {("IdempotencyRecord", "user")}
TEXT = (models.CharField, models.TextField)


def checks_of(model):
    return [c for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]


def test_docstring_says_what_one_row_is():
    assert [m for m in MODELS if not m.__doc__ or m.__doc__.startswith(f"{m.__name__}(")] == []


def test_rows_have_an_order():
    assert [m.__name__ for m in MODELS if not m._meta.ordering] == ["IdempotencyRecord"]


def fits_its_name(field):
    if field.name.endswith("_at"):
        return isinstance(field, models.DateTimeField)
    if field.name.endswith("_on"):
        return isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)
    if field.name.endswith("_by"):
        return field.is_relation
    return not isinstance(field, models.BooleanField) or field.name.startswith(("is_", "has_", "counts_"))


def test_name_says_the_kind():
    assert [str(field) for field in FIELDS if not fits_its_name(field)] == []


def test_text_is_never_null():
    assert [str(field) for field in FIELDS if isinstance(field, TEXT) and field.null] == []


def test_references_protect():
    unprotected = {
        (field.model.__name__, field.name)
        for field in FIELDS
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT
    }

    assert unprotected == DELETED_WITH_THEIR_OWNER


def test_choices_are_held_by_the_database():
    free = {
        str(field)
        for field in FIELDS
        if field.choices
        and not any({field.name} == set(c.condition.referenced_base_fields) for c in checks_of(field.model))
    }

    assert free == {"metrics.ValueRevision.grain"}  # A copy of PeriodValue, whose grain is checked.


def test_who_and_when_are_held_together():
    apart = []
    for model in MODELS:
        names = {field.name: field for field in model._meta.fields}
        for name in names:
            when = names.get(f"{name.removesuffix('_by')}_at") if name.endswith("_by") else None
            if when is not None and when.null:
                pairs = [set(c.condition.referenced_base_fields) for c in checks_of(model)]
                if not any({name, when.name} <= pair for pair in pairs):
                    apart.append(f"{model.__name__}.{name}")

    assert apart == []


def test_models_know_nothing_of_the_web():
    forbidden = ("django.http", "django.shortcuts", "django.views", "rest_framework", "celery")
    knowing = []
    for path in sorted(ROOT.glob("*/models/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            knowing += [(path.name, name) for name in names if name.startswith(forbidden) or ".views" in name]

    assert knowing == []


def test_saving_holds_no_logic():
    assert [m.__name__ for m in MODELS if m.save is not models.Model.save] == ["User"]
