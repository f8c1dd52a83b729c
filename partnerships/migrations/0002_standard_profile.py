from django.db import migrations


def add_standard_profile(apps, schema_editor):
    """Every uptime figure names the rules it was counted by; a fresh installation has one set of them."""
    profile = apps.get_model("partnerships", "AccountingProfile")
    if not profile.objects.using(schema_editor.connection.alias).filter(is_default=True).exists():
        profile.objects.using(schema_editor.connection.alias).get_or_create(
            name="standard",
            version=1,
            defaults={"maintenance": "exclude", "unknown": "exclude", "degraded_weight": 0, "is_default": True},
        )


class Migration(migrations.Migration):
    dependencies = [("partnerships", "0001_initial")]

    operations = [migrations.RunPython(add_standard_profile, migrations.RunPython.noop)]
