import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0013_support_checklists"),
        ("support", "0019_what_is_due"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TicketChecklist",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["added_at", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="macro",
            name="macro_does_something",
        ),
        migrations.RemoveConstraint(
            model_name="ticketevent",
            name="ticketevent_kind_valid",
        ),
        migrations.AddField(
            model_name="macro",
            name="playbook",
            field=models.ForeignKey(
                blank=True,
                help_text="Put on the ticket as a checklist, unless it is there.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="operations.playbook",
            ),
        ),
        migrations.AlterField(
            model_name="ticketevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "Opened"),
                    ("state", "State changed"),
                    ("assigned", "Assigned"),
                    ("fields", "Fields changed"),
                    ("reply", "Public reply"),
                    ("customer", "Customer message"),
                    ("note", "Internal note"),
                    ("merged", "Another ticket goes on here"),
                    ("policy", "Policy applied"),
                    ("checklist", "Checklist"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("body", ""),
                    ("category", ""),
                    ("playbook__isnull", True),
                    ("priority", ""),
                    ("state", ""),
                    ("tags", ""),
                    _negated=True,
                ),
                name="macro_does_something",
                violation_error_message="A macro says or changes something.",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "opened",
                            "state",
                            "assigned",
                            "fields",
                            "reply",
                            "customer",
                            "note",
                            "merged",
                            "policy",
                            "checklist",
                        ],
                    )
                ),
                name="ticketevent_kind_valid",
                violation_error_message="kind must be one of: opened, state, assigned, fields, reply, customer, note, merged, policy, checklist.",
            ),
        ),
        migrations.AddField(
            model_name="ticketchecklist",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ticketchecklist",
            name="run",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ticket_checklist",
                to="operations.playbookrun",
            ),
        ),
        migrations.AddField(
            model_name="ticketchecklist",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="checklists", to="support.ticket"
            ),
        ),
    ]
