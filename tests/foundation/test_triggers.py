import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, connections

from foundation.checks import check_triggers
from foundation.triggers import install_triggers, missing_triggers, registered, remove_triggers


@pytest.mark.django_db
def test_every_declared_trigger_is_there_after_migrate():
    assert registered()
    assert missing_triggers(connection) == []


@pytest.mark.django_db(transaction=True)
def test_check_names_a_missing_trigger_and_migrate_brings_it_back():
    remove_triggers(connection, prefix="append_only_support_ticketevent_update")

    with pytest.raises(SystemCheckError, match="append_only_support_ticketevent_update"):
        call_command("check", databases=["default"])

    install_triggers(connections["default"])
    assert missing_triggers(connection) == []


@pytest.mark.django_db
def test_a_missing_trigger_stops_every_command_but_the_one_that_brings_it(monkeypatch):
    name = registered()[0].name
    remove_triggers(connection, prefix=name)
    monkeypatch.setattr("sys.argv", ["manage.py", "check"])
    assert [message.id for message in check_triggers(databases=["default"])] == ["fieldlight.E001"]

    monkeypatch.setattr("sys.argv", ["manage.py", "migrate"])
    assert check_triggers(databases=["default"]) == []
