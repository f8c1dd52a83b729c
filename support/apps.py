from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SupportConfig(AppConfig):
    name = "support"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover_modules("given_up")
