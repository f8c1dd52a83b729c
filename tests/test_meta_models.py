"""Rules that hold for every model, so that a new one is covered the day it appears."""

import ast
from pathlib import Path

import pytest
from django.db import models

from tests.test_meta_factories import our_models

ROOT = Path(__file__).resolve().parents[1]
MODELS = our_models()
DELETED_WITH_THEIR_OWNER = {("IdempotencyRecord", "user")}
TEXT = (models.CharField, models.TextField)


def fields():
    return [
        pytest.param(field, id=f"{model.__name__}.{field.name}")
        for model in MODELS
        for field in model._meta.get_fields()
        if field.concrete and field.model is model and field.name not in {"password", "last_login"}
    ]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_docstring_says_what_one_row_is(model):
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}(")


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_rows_have_an_order(model):
    assert model._meta.ordering or model.__name__ == "IdempotencyRecord"


@pytest.mark.parametrize("field", fields())
def test_name_says_the_kind(field):
    if field.name.endswith("_at"):
        assert isinstance(field, models.DateTimeField)
    if field.name.endswith("_on"):
        assert isinstance(field, models.DateField)
        assert not isinstance(field, models.DateTimeField)
    if field.name.endswith("_by"):
        assert field.is_relation
    if isinstance(field, models.BooleanField):
        assert field.name.startswith(("is_", "has_", "counts_"))


@pytest.mark.parametrize("field", fields())
def test_text_is_never_null_and_references_protect(field):
    if isinstance(field, TEXT):
        assert not field.null
    if isinstance(field, models.ForeignKey):
        is_owned = (field.model.__name__, field.name) in DELETED_WITH_THEIR_OWNER
        assert field.remote_field.on_delete is (models.CASCADE if is_owned else models.PROTECT)


@pytest.mark.parametrize("field", fields())
def test_choices_are_held_by_the_database(field):
    if field.choices:
        checks = [c for c in field.model._meta.constraints if isinstance(c, models.CheckConstraint)]
        held = any({field.name} == set(c.condition.referenced_base_fields) for c in checks)
        assert held or field.model.__name__ == "ValueRevision"  # A copy of PeriodValue, whose grain is checked.


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_who_and_when_are_held_together(model):
    names = {field.name: field for field in model._meta.fields}
    for name, who in names.items():
        when = names.get(f"{name.removesuffix('_by')}_at") if name.endswith("_by") else None
        if when is not None and when.null:
            checks = [c for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
            assert any({who.name, when.name} <= set(c.condition.referenced_base_fields) for c in checks), name


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/models/*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_models_know_nothing_of_the_web(path):
    forbidden = ("django.http", "django.shortcuts", "django.views", "rest_framework", "celery")

    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if name.startswith(forbidden) or ".views" in name]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_saving_holds_no_logic(model):
    assert model.save is models.Model.save or model.__name__ == "User"
