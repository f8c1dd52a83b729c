from django.db import migrations

ROLES = (
    "executive",
    "coo",
    "operations",
    "partner_manager",
    "support_lead",
    "support_agent",
    "contractor_manager",
    "finance",
    "auditor",
    "tool_partnerships",
    "tool_support",
    "tool_metrics",
)


def create_roles(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.using(schema_editor.connection.alias).get_or_create(name=name)


class Migration(migrations.Migration):
    """Creates the role groups; their permissions are set after migrate, when the permissions exist."""

    dependencies = [("operations", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(create_roles, migrations.RunPython.noop)]
