from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class MetricsConfig(AppConfig):
    name = "metrics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover_modules("metric_sources")

        def after_migrate(**_: Any) -> None:
            """Shipped definitions become rows once their tables exist."""
            from django.utils import timezone

            from metrics.services.definitions import install_shipped_metrics

            install_shipped_metrics(at=timezone.now())

        post_migrate.connect(after_migrate, sender=self, dispatch_uid="metrics.after_migrate", weak=False)
