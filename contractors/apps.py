from django.apps import AppConfig


class ContractorsConfig(AppConfig):
    name = "contractors"
    default_auto_field = "django.db.models.BigAutoField"
