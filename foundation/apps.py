from typing import Any

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.core.management import call_command
from django.db import connections
from django.db.models.signals import post_migrate
from django.urls import register_converter


class FoundationConfig(AppConfig):
    name = "foundation"

    def ready(self) -> None:
        from foundation import checks, triggers, url_keys

        register_converter(url_keys.KeyConverter, "key")
        register(checks.check_triggers, Tags.database)
        register(checks.check_squashed_migrations, Tags.database)
        register(checks.check_safe_configuration, Tags.security)

        def after_migrate(*, using: str, **_: Any) -> None:
            """Whatever a migration may have dropped or not known about is put in place, each time."""
            triggers.install_triggers(connections[using])
            call_command("createcachetable", database=using, verbosity=0)

        post_migrate.connect(after_migrate, sender=self, dispatch_uid="foundation.after_migrate", weak=False)
