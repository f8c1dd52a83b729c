import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0020_ticket_checklists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailHandling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("opened", "Opened a ticket"),
                            ("put_on", "Put on a ticket"),
                            ("discarded", "Discarded"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("handled_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="inboundmail",
            index=models.Index(
                condition=models.Q(("outcome__in", ["ignored", "refused"])), fields=["-id"], name="inboundmail_aside"
            ),
        ),
        migrations.AddField(
            model_name="mailhandling",
            name="event",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mail_handling",
                to="support.ticketevent",
            ),
        ),
        migrations.AddField(
            model_name="mailhandling",
            name="handled_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="mailhandling",
            name="mail",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="handling", to="support.inboundmail"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailhandling",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["opened", "put_on", "discarded"])),
                name="mailhandling_verdict_valid",
                violation_error_message="verdict must be one of: opened, put_on, discarded.",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailhandling",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("event__isnull", True), ("verdict", "discarded"), models.Q(("reason", ""), _negated=True)
                    ),
                    models.Q(models.Q(("verdict", "discarded"), _negated=True), ("event__isnull", False)),
                    _connector="OR",
                ),
                name="mailhandling_taken_or_discarded",
                violation_error_message="What was taken in has its event, what was discarded a reason.",
            ),
        ),
    ]
