from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class OperationsConfig(AppConfig):
    name = "operations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover_modules("readiness")

        def after_migrate(*, using: str, apps: Any = None, **_: Any) -> None:
            """Role groups get their permissions, unless a partial migrate has not made the groups' table yet."""
            from operations.roles import synchronise_roles

            if apps is None or "group" in apps.all_models["auth"]:
                synchronise_roles(using=using)

        post_migrate.connect(after_migrate, sender=self, dispatch_uid="operations.after_migrate", weak=False)
