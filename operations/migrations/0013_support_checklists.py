from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0002_squashed_0012_escalation_indexes"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="playbook",
            name="playbook_kind_valid",
        ),
        migrations.AlterField(
            model_name="playbook",
            name="kind",
            field=models.CharField(
                choices=[
                    ("rollout", "Integration rollout"),
                    ("marketing", "Partnership marketing"),
                    ("general", "General"),
                    ("support", "Support checklist"),
                ],
                default="general",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="playbook",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["rollout", "marketing", "general", "support"])),
                name="playbook_kind_valid",
                violation_error_message="kind must be one of: rollout, marketing, general, support.",
            ),
        ),
    ]
