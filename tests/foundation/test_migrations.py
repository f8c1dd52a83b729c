import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, models
from django.db.migrations import CreateModel, Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ModelState, ProjectState

from foundation.checks import check_squashed_migrations
from foundation.migration_operations import CreateModels

SQUASHED = ("support", "0001_squashed_0018_team_quality")


def waiting():
    """The squashed migrations that are not applied, whatever came after them."""
    executor = MigrationExecutor(connection)
    known = executor.loader.graph.nodes
    plan = executor.migration_plan([key for key in executor.loader.replacements if key in known])
    return [str(migration) for migration, is_backwards in plan if not is_backwards]


@pytest.mark.django_db
def test_a_database_at_the_last_of_the_replaced_migrations_is_up_to_date():
    recorder = MigrationRecorder(connection)
    squashed = list(MigrationExecutor(connection).loader.replacements)
    assert SQUASHED in squashed
    for key in squashed:
        recorder.record_unapplied(*key)

    assert waiting() == []
    assert check_squashed_migrations(databases=["default"]) == []


@pytest.mark.django_db
def test_a_database_between_the_replaced_migrations_is_refused():
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(*SQUASHED)
    recorder.record_unapplied("support", "0018_team_quality")
    assert waiting() == []  # Which is why there is a check.

    with pytest.raises(SystemCheckError, match=r"lacks support\.0018_team_quality.*\n.*Run manage\.py migrate"):
        call_command("migrate", verbosity=0, skip_checks=False)


@pytest.mark.django_db
def test_a_database_with_none_of_them_is_not_refused():
    recorder = MigrationRecorder(connection)
    replaced = MigrationExecutor(connection).loader.replacements[SQUASHED].replaces
    for key in [SQUASHED, *replaced]:
        recorder.record_unapplied(*key)

    assert waiting() == [".".join(SQUASHED)]
    assert check_squashed_migrations(databases=["default"]) == []


@pytest.mark.django_db(transaction=True)
def test_models_that_need_one_another_are_created_with_one_rendering(monkeypatch):
    rendered = []
    render = ModelState.render
    monkeypatch.setattr(ModelState, "render", lambda state, apps: rendered.append(state.name) or render(state, apps))
    migration = Migration("0001_both", "support")
    migration.operations = [CreateModels([created("Egg", of="Hen"), created("Hen", of="Egg")])]
    before = ProjectState()
    assert before.apps  # Rendered, as it is when migrating.

    with connection.schema_editor() as editor:
        after = migration.apply(before.clone(), editor)
    assert sorted(rendered) == ["Egg", "Hen"]
    hen = after.apps.get_model("support", "hen").objects.create()
    after.apps.get_model("support", "egg").objects.create(of=hen)

    with connection.schema_editor() as editor:
        migration.unapply(before, editor)
    assert not {"support_hen", "support_egg"} & set(connection.introspection.table_names())


def created(name, *, of):
    other = models.ForeignKey(f"support.{of}", on_delete=models.CASCADE, null=True)
    return CreateModel(name, fields=[("id", models.BigAutoField(primary_key=True)), ("of", other)])
