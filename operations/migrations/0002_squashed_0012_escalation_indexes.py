import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.migration_operations import CreateModels
from operations.migrations._shipped_playbooks import ship_playbooks
from operations.migrations._shipped_roles import ship_roles


class Migration(migrations.Migration):
    replaces = [
        ("operations", "0002_roles"),
        ("operations", "0003_notifications"),
        ("operations", "0004_calendars"),
        ("operations", "0005_escalations"),
        ("operations", "0006_playbooks"),
        ("operations", "0007_leads"),
        ("operations", "0008_escalation_rules"),
        ("operations", "0009_outside_addresses"),
        ("operations", "0010_step_notices"),
        ("operations", "0002_squashed_0010_step_notices"),
        ("operations", "0011_mail_parts"),
        ("operations", "0012_escalation_indexes"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("metrics", "0001_squashed_0012_draft_authors"),
        ("operations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="lead",
            field=models.ForeignKey(
                blank=True,
                help_text="Whom it is handed up to when this person is late with something.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="led_people",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lead__isnull", True), models.Q(("lead", models.F("id")), _negated=True), _connector="OR"
                ),
                name="user_leads_somebody_else",
                violation_error_message="Nobody is their own lead.",
            ),
        ),
        CreateModels(
            operations=[
                migrations.CreateModel(
                    name="WebhookEndpoint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("slack", "Slack incoming webhook"), ("signed", "Signed webhook")],
                                max_length=20,
                            ),
                        ),
                        (
                            "url",
                            models.CharField(
                                help_text="Write {secret:NAME} for the part that nobody may see; NOTIFY_SECRET_NAME holds it.",
                                max_length=500,
                            ),
                        ),
                        (
                            "secret_name",
                            models.CharField(
                                blank=True,
                                help_text="Of a signed one: NAME, where NOTIFY_SECRET_NAME holds the key or, during a change, several.",
                                max_length=64,
                            ),
                        ),
                        (
                            "events",
                            models.CharField(
                                blank=True,
                                help_text="Beginnings of the events that are sent, with spaces between; empty: all.",
                                max_length=500,
                            ),
                        ),
                        ("disabled_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("disabled_reason", models.CharField(blank=True, editable=False, max_length=200)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["slack", "signed"])),
                                name="webhookendpoint_kind_valid",
                                violation_error_message="kind must be one of: slack, signed.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="webhookendpoint_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("url", ""), _negated=True),
                                name="webhookendpoint_url_not_blank",
                                violation_error_message="url must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "signed"), _negated=True),
                                    models.Q(("secret_name", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="webhookendpoint_signed_has_secret",
                                violation_error_message="secret_name is needed: a signed webhook signs with it.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("disabled_at__isnull", True), ("disabled_reason", "")),
                                    models.Q(
                                        ("disabled_at__isnull", False), models.Q(("disabled_reason", ""), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="webhookendpoint_disabled_has_reason",
                                violation_error_message="A disabled endpoint says since when and why.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OutboxMessage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ("event", models.CharField(max_length=150)),
                        ("level", models.PositiveSmallIntegerField(default=0)),
                        ("loop", models.PositiveIntegerField(default=0)),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="outbox_messages",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "endpoint",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="outbox_messages",
                                to="operations.webhookendpoint",
                            ),
                        ),
                        (
                            "address",
                            models.EmailField(
                                blank=True,
                                help_text="Of somebody outside; people with an account are users.",
                                max_length=254,
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("in_app", "Inbox"),
                                    ("email", "E-mail"),
                                    ("slack", "Slack"),
                                    ("webhook", "Webhook"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        ("text", models.TextField(blank=True)),
                        (
                            "url",
                            models.CharField(
                                blank=True, help_text="A path on this site, or a whole address.", max_length=500
                            ),
                        ),
                        (
                            "mail",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                help_text="Headers and files of a mail that is more than a notice; empty for others.",
                            ),
                        ),
                        (
                            "severity",
                            models.CharField(
                                choices=[("normal", "Normal"), ("critical", "Critical")],
                                default="normal",
                                max_length=20,
                            ),
                        ),
                        (
                            "answers",
                            models.CharField(blank=True, help_text="The event that this one ends.", max_length=150),
                        ),
                        (
                            "digest",
                            models.CharField(
                                choices=[("none", "At once"), ("daily", "Once a day"), ("weekly", "Once a week")],
                                default="none",
                                max_length=20,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "Waiting"),
                                    ("sending", "Being sent"),
                                    ("sent", "Sent"),
                                    ("bundled", "Sent with others"),
                                    ("dead", "Given up"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="pending",
                                max_length=20,
                            ),
                        ),
                        (
                            "bundle",
                            models.ForeignKey(
                                blank=True,
                                help_text="The message that this one was sent within.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parts",
                                to="operations.outboxmessage",
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("next_attempt_at", models.DateTimeField(blank=True, null=True)),
                        ("lease_until", models.DateTimeField(blank=True, null=True)),
                        ("last_error", models.CharField(blank=True, max_length=200)),
                        ("created_at", models.DateTimeField()),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "permissions": [("replay_outboxmessage", "Can send given-up messages again")],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "pending")),
                                fields=["next_attempt_at"],
                                name="outboxmessage_pending",
                            ),
                            models.Index(
                                condition=models.Q(("state", "sending")),
                                fields=["lease_until"],
                                name="outboxmessage_sending",
                            ),
                            models.Index(
                                condition=models.Q(("state", "dead")), fields=["-id"], name="outboxmessage_dead"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("event", "level", "loop", "user", "channel"), name="outboxmessage_once_a_user"
                            ),
                            models.UniqueConstraint(
                                fields=("event", "level", "loop", "endpoint", "channel"),
                                name="outboxmessage_once_an_endpoint",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("address", ""), _negated=True),
                                fields=("event", "level", "loop", "address", "channel"),
                                name="outboxmessage_once_an_address",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("channel__in", ["in_app", "email", "slack", "webhook"])),
                                name="outboxmessage_channel_valid",
                                violation_error_message="channel must be one of: in_app, email, slack, webhook.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("severity__in", ["normal", "critical"])),
                                name="outboxmessage_severity_valid",
                                violation_error_message="severity must be one of: normal, critical.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("digest__in", ["none", "daily", "weekly"])),
                                name="outboxmessage_digest_valid",
                                violation_error_message="digest must be one of: none, daily, weekly.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["pending", "sending", "sent", "bundled", "dead", "cancelled"])
                                ),
                                name="outboxmessage_state_valid",
                                violation_error_message="state must be one of: pending, sending, sent, bundled, dead, cancelled.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("event", ""), _negated=True),
                                name="outboxmessage_event_not_blank",
                                violation_error_message="event must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="outboxmessage_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("address", ""),
                                        ("endpoint__isnull", True),
                                        ("user__isnull", False),
                                        models.Q(("channel__in", ["slack", "webhook"]), _negated=True),
                                    ),
                                    models.Q(
                                        ("address", ""),
                                        ("endpoint__isnull", False),
                                        ("user__isnull", True),
                                        models.Q(("channel__in", ["in_app", "email"]), _negated=True),
                                    ),
                                    models.Q(
                                        ("endpoint__isnull", True),
                                        ("user__isnull", True),
                                        models.Q(("address", ""), _negated=True),
                                        ("channel", "email"),
                                    ),
                                    _connector="OR",
                                ),
                                name="outboxmessage_recipient_fits_channel",
                                violation_error_message="A message goes to one person, by Slack or webhook to one endpoint, or by mail to one address.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state", "pending"), models.Q(("next_attempt_at__isnull", True), _negated=True)
                                    ),
                                    models.Q(
                                        models.Q(("state", "pending"), _negated=True), ("next_attempt_at__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="outboxmessage_pending_has_next_attempt_at",
                                violation_error_message="next_attempt_at is set exactly while the message is waiting.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state", "sending"), models.Q(("lease_until__isnull", True), _negated=True)
                                    ),
                                    models.Q(
                                        models.Q(("state", "sending"), _negated=True), ("lease_until__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="outboxmessage_sending_has_lease_until",
                                violation_error_message="lease_until is set exactly while the message is being sent.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "sent"), models.Q(("sent_at__isnull", True), _negated=True)),
                                    models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", True)),
                                    _connector="OR",
                                ),
                                name="outboxmessage_sent_has_sent_at",
                                violation_error_message="sent_at is set exactly while the message is sent.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "bundled"), models.Q(("bundle__isnull", True), _negated=True)),
                                    models.Q(models.Q(("state", "bundled"), _negated=True), ("bundle__isnull", True)),
                                    _connector="OR",
                                ),
                                name="outboxmessage_bundled_has_bundle",
                                violation_error_message="bundle is set exactly while the message is sent with others.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NotificationPreference",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notification_preference",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "has_in_app_normal",
                            models.BooleanField(default=True, verbose_name="normal ones in the inbox"),
                        ),
                        (
                            "has_in_app_critical",
                            models.BooleanField(default=True, verbose_name="critical ones in the inbox"),
                        ),
                        ("has_email_normal", models.BooleanField(default=True, verbose_name="normal ones by e-mail")),
                        (
                            "has_email_critical",
                            models.BooleanField(default=True, verbose_name="critical ones by e-mail"),
                        ),
                        ("quiet_from", models.TimeField(blank=True, null=True)),
                        ("quiet_to", models.TimeField(blank=True, null=True)),
                        (
                            "time_zone",
                            models.CharField(
                                default="UTC", help_text="Of the quiet hours and of digests.", max_length=60
                            ),
                        ),
                        (
                            "digest",
                            models.CharField(
                                choices=[("none", "At once"), ("daily", "Once a day"), ("weekly", "Once a week")],
                                default="none",
                                max_length=20,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("digest__in", ["none", "daily", "weekly"])),
                                name="notificationpreference_digest_valid",
                                violation_error_message="digest must be one of: none, daily, weekly.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("time_zone", ""), _negated=True),
                                name="notificationpreference_time_zone_not_blank",
                                violation_error_message="time_zone must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("quiet_from__isnull", True), ("quiet_to__isnull", True)),
                                    models.Q(("quiet_from__isnull", False), ("quiet_to__isnull", False)),
                                    _connector="OR",
                                ),
                                name="notificationpreference_quiet_from_with_quiet_to",
                                violation_error_message="quiet_from and quiet_to must be given together.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Notification",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "message",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notification",
                                to="operations.outboxmessage",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notifications",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("read_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(fields=["user", "-id"], name="notification_inbox"),
                            models.Index(
                                condition=models.Q(("read_at__isnull", True)),
                                fields=["user"],
                                name="notification_unread",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BusinessCalendar",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        (
                            "timezone",
                            models.CharField(
                                help_text="Such as America/Denver.", max_length=60, verbose_name="time zone"
                            ),
                        ),
                        (
                            "country",
                            models.CharField(
                                blank=True, help_text="ISO 3166 code, for its public holidays: US.", max_length=2
                            ),
                        ),
                        (
                            "subdivision",
                            models.CharField(blank=True, help_text="State or region, such as CO.", max_length=10),
                        ),
                        ("description", models.CharField(blank=True, max_length=300)),
                        (
                            "is_organisation",
                            models.BooleanField(
                                default=False,
                                help_text="What is due in working days counts those of this calendar.",
                                verbose_name="the organisation's",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="businesscalendar_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("timezone", ""), _negated=True),
                                name="businesscalendar_timezone_not_blank",
                                violation_error_message="timezone must not be empty.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("is_organisation", True)),
                                fields=("is_organisation",),
                                name="businesscalendar_one_organisation",
                                violation_error_message="Another calendar is the organisation's.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CalendarHoliday",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="holidays",
                                to="operations.businesscalendar",
                            ),
                        ),
                        ("day_on", models.DateField(verbose_name="day")),
                        ("name", models.CharField(max_length=120)),
                        (
                            "windows",
                            models.JSONField(
                                blank=True, default=list, help_text='Empty for closed, or such as ["09:00-12:00"].'
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["calendar", "day_on"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="calendarholiday_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.UniqueConstraint(
                                fields=("calendar", "day_on"),
                                name="calendarholiday_day_unique",
                                violation_error_message="This day has hours of its own already.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CalendarVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="operations.businesscalendar",
                            ),
                        ),
                        (
                            "effective_on",
                            models.DateField(
                                help_text="First day these hours hold; those of the first version hold before, too."
                            ),
                        ),
                        (
                            "windows",
                            models.JSONField(
                                help_text='By weekday: {"mon": ["09:00-12:00", "13:00-17:00"]}. An end that is not later is on the next day.'
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("created_at", models.DateTimeField()),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["calendar", "-effective_on"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("calendar", "effective_on"),
                                name="calendarversion_date_unique",
                                violation_error_message="This calendar has a version from this date on.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Escalation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("disruption", "Operational disruption"),
                                    ("conflict", "Conflict between departments"),
                                    ("process_failure", "Process failure"),
                                    ("vendor_dispute", "Vendor or partner dispute"),
                                    ("compliance", "Compliance"),
                                    ("resource", "Resource conflict"),
                                    ("strategic", "Strategic initiative"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("subject", models.CharField(max_length=120)),
                        ("title", models.CharField(max_length=200)),
                        ("reason", models.TextField(blank=True)),
                        (
                            "url",
                            models.CharField(blank=True, help_text="Where the matter itself is shown.", max_length=500),
                        ),
                        (
                            "severity",
                            models.CharField(
                                choices=[("normal", "Normal"), ("critical", "Critical")],
                                default="normal",
                                max_length=20,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("raised", "Raised"),
                                    ("declined", "Declined"),
                                    ("acknowledged", "Acknowledged"),
                                    ("in_progress", "In progress"),
                                    ("decided", "Decided"),
                                    ("resolved", "Resolved"),
                                    ("closed", "Closed"),
                                ],
                                default="raised",
                                max_length=20,
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="escalations",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("raised_at", models.DateTimeField()),
                        (
                            "raised_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "acknowledged_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decision", models.TextField(blank=True)),
                        ("due_on", models.DateField(blank=True, null=True)),
                        (
                            "follow_up_on",
                            models.DateField(blank=True, help_text="When somebody looks whether it helped.", null=True),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "ended_at",
                            models.DateTimeField(blank=True, help_text="When it was resolved or closed.", null=True),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-raised_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["raised_at"], name="escalation_raised"),
                            models.Index(fields=["subject"], name="escalation_subject"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "disruption",
                                            "conflict",
                                            "process_failure",
                                            "vendor_dispute",
                                            "compliance",
                                            "resource",
                                            "strategic",
                                        ],
                                    )
                                ),
                                name="escalation_kind_valid",
                                violation_error_message="kind must be one of: disruption, conflict, process_failure, vendor_dispute, compliance, resource, strategic.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("severity__in", ["normal", "critical"])),
                                name="escalation_severity_valid",
                                violation_error_message="severity must be one of: normal, critical.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "raised",
                                            "declined",
                                            "acknowledged",
                                            "in_progress",
                                            "decided",
                                            "resolved",
                                            "closed",
                                        ],
                                    )
                                ),
                                name="escalation_state_valid",
                                violation_error_message="state must be one of: raised, declined, acknowledged, in_progress, decided, resolved, closed.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("subject", ""), _negated=True),
                                name="escalation_subject_not_blank",
                                violation_error_message="subject must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="escalation_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("acknowledged_at__isnull", True), ("acknowledged_by__isnull", True)),
                                    models.Q(("acknowledged_at__isnull", False), ("acknowledged_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="escalation_acknowledged_at_with_acknowledged_by",
                                violation_error_message="acknowledged_at and acknowledged_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="escalation_decided_at_with_decided_by",
                                violation_error_message="decided_at and decided_by must be given together.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("subject", "kind"),
                                name="escalation_one_open_per_subject_kind",
                                violation_error_message="There is already an open escalation for this subject and kind.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state__in", ["raised", "declined", "acknowledged", "in_progress", "decided"]),
                                        ("ended_at__isnull", True),
                                    ),
                                    models.Q(
                                        models.Q(
                                            (
                                                "state__in",
                                                ["raised", "declined", "acknowledged", "in_progress", "decided"],
                                            ),
                                            _negated=True,
                                        ),
                                        ("ended_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="escalation_open_has_no_end",
                                violation_error_message="Exactly the open ones have no end.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "closed"), _negated=True),
                                    models.Q(
                                        models.Q(("decision", ""), _negated=True),
                                        ("due_on__isnull", False),
                                        ("follow_up_on__isnull", False),
                                        ("owner__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="escalation_closed_is_decided",
                                violation_error_message="To close it needs a decision, an owner, a due date and a follow-up date.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EscalationEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "escalation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="operations.escalation",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("raised", "Raised"),
                                    ("triggered", "Raised again"),
                                    ("severity", "Made critical"),
                                    ("notified", "Level told"),
                                    ("hole", "Nobody at this level"),
                                    ("acknowledged", "Acknowledged"),
                                    ("expired", "Acknowledgement expired"),
                                    ("snoozed", "Snoozed"),
                                    ("taken", "Taken"),
                                    ("declined", "Declined"),
                                    ("decided", "Decided"),
                                    ("resolved", "Resolved"),
                                    ("closed", "Closed"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("level", models.PositiveSmallIntegerField(default=0)),
                        ("loop", models.PositiveSmallIntegerField(default=0)),
                        ("text", models.TextField(blank=True)),
                        ("details", models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        "ordering": ["escalation", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "raised",
                                            "triggered",
                                            "severity",
                                            "notified",
                                            "hole",
                                            "acknowledged",
                                            "expired",
                                            "snoozed",
                                            "taken",
                                            "declined",
                                            "decided",
                                            "resolved",
                                            "closed",
                                        ],
                                    )
                                ),
                                name="escalationevent_kind_valid",
                                violation_error_message="kind must be one of: raised, triggered, severity, notified, hole, acknowledged, expired, snoozed, taken, declined, decided, resolved, closed.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EscalationPolicy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        (
                            "kind",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("disruption", "Operational disruption"),
                                    ("conflict", "Conflict between departments"),
                                    ("process_failure", "Process failure"),
                                    ("vendor_dispute", "Vendor or partner dispute"),
                                    ("compliance", "Compliance"),
                                    ("resource", "Resource conflict"),
                                    ("strategic", "Strategic initiative"),
                                ],
                                help_text="Empty for any kind.",
                                max_length=20,
                            ),
                        ),
                        (
                            "is_default",
                            models.BooleanField(
                                default=False, help_text="Taken for its kind where no policy is named."
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                blank=True,
                                help_text="Waits of normal ones count its open time; empty for all hours. Critical ones count all hours.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="policies",
                                to="operations.businesscalendar",
                            ),
                        ),
                        (
                            "has_quiet_hours",
                            models.BooleanField(
                                default=False, help_text="Normal ones begin when the calendar next opens."
                            ),
                        ),
                        (
                            "repeat_count",
                            models.PositiveSmallIntegerField(default=0, help_text="How many passes follow the first."),
                        ),
                        (
                            "final_wait_seconds",
                            models.PositiveIntegerField(default=14400, help_text="How often the COO is told again."),
                        ),
                        (
                            "ack_expires_seconds",
                            models.PositiveIntegerField(
                                blank=True,
                                default=86400,
                                help_text="Without activity for so long, it climbs again. Empty: never.",
                                null=True,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="escalationpolicy_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "",
                                            "disruption",
                                            "conflict",
                                            "process_failure",
                                            "vendor_dispute",
                                            "compliance",
                                            "resource",
                                            "strategic",
                                        ],
                                    )
                                ),
                                name="escalationpolicy_kind_valid",
                                violation_error_message="kind must be empty or one of: disruption, conflict, process_failure, vendor_dispute, compliance, resource, strategic.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("is_default", True)),
                                fields=("kind",),
                                name="escalationpolicy_one_default",
                                violation_error_message="There is a default policy for this kind.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("repeat_count__isnull", True),
                                    models.Q(("repeat_count__gte", 0), ("repeat_count__lte", 9)),
                                    _connector="OR",
                                ),
                                name="escalationpolicy_repeat_count_in_range",
                                violation_error_message="repeat_count must be between 0 and 9.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("final_wait_seconds__isnull", True),
                                    models.Q(("final_wait_seconds__gte", 60), ("final_wait_seconds__lte", 2592000)),
                                    _connector="OR",
                                ),
                                name="escalationpolicy_final_wait_seconds_in_range",
                                violation_error_message="final_wait_seconds must be between 60 and 2592000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ack_expires_seconds__isnull", True),
                                    models.Q(("ack_expires_seconds__gte", 300), ("ack_expires_seconds__lte", 345600)),
                                    _connector="OR",
                                ),
                                name="escalationpolicy_ack_expires_seconds_in_range",
                                violation_error_message="ack_expires_seconds must be between 300 and 345600.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("has_quiet_hours", False), ("calendar__isnull", False), _connector="OR"
                                ),
                                name="escalationpolicy_quiet_needs_calendar",
                                violation_error_message="Quiet hours need a calendar that says when they are.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EscalationLevel",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "policy",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="levels",
                                to="operations.escalationpolicy",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(help_text="Its place, from 1.")),
                        ("name", models.CharField(help_text="Such as Team lead.", max_length=60)),
                        ("wait_seconds", models.PositiveIntegerField(default=900)),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True, help_text="Everybody with these roles.", related_name="+", to="auth.group"
                            ),
                        ),
                        ("users", models.ManyToManyField(blank=True, related_name="+", to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        "ordering": ["policy", "number"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="escalationlevel_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("number__isnull", True),
                                    models.Q(("number__gte", 1), ("number__lte", 8)),
                                    _connector="OR",
                                ),
                                name="escalationlevel_number_in_range",
                                violation_error_message="number must be between 1 and 8.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("wait_seconds__isnull", True),
                                    models.Q(("wait_seconds__gte", 60), ("wait_seconds__lte", 2592000)),
                                    _connector="OR",
                                ),
                                name="escalationlevel_wait_seconds_in_range",
                                violation_error_message="wait_seconds must be between 60 and 2592000.",
                            ),
                            models.UniqueConstraint(
                                fields=("policy", "number"),
                                name="escalationlevel_number_unique",
                                violation_error_message="The policy has a level with this number.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EscalationRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "escalation",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="run",
                                to="operations.escalation",
                            ),
                        ),
                        (
                            "policy",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="runs",
                                to="operations.escalationpolicy",
                            ),
                        ),
                        ("policy_snapshot", models.JSONField()),
                        (
                            "status",
                            models.CharField(
                                choices=[("active", "Climbing"), ("held", "Answered"), ("ended", "Ended")],
                                default="active",
                                max_length=10,
                            ),
                        ),
                        ("level", models.PositiveSmallIntegerField(default=0)),
                        ("loop", models.PositiveSmallIntegerField(default=0)),
                        ("next_level", models.PositiveSmallIntegerField(default=1)),
                        ("next_loop", models.PositiveSmallIntegerField(default=0)),
                        (
                            "reached_level",
                            models.PositiveSmallIntegerField(default=0, help_text="The highest that was told."),
                        ),
                        ("step_count", models.PositiveIntegerField(default=0)),
                        ("next_due_at", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "ended"), _negated=True),
                                fields=["next_due_at"],
                                name="escalationrun_due",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["active", "held", "ended"])),
                                name="escalationrun_status_valid",
                                violation_error_message="status must be one of: active, held, ended.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("next_level__isnull", True), ("next_level__gte", 1), _connector="OR"
                                ),
                                name="escalationrun_next_level_in_range",
                                violation_error_message="next_level must be at least 1.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "active"), ("next_due_at__isnull", False)),
                                    ("status", "held"),
                                    models.Q(("status", "ended"), ("next_due_at__isnull", True)),
                                    _connector="OR",
                                ),
                                name="escalationrun_step_due_while_climbing",
                                violation_error_message="A climbing one has a next step, an ended one has none.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EscalationTrigger",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "escalation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="triggers",
                                to="operations.escalation",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        ("reason", models.TextField(blank=True)),
                        ("url", models.CharField(blank=True, max_length=500)),
                        (
                            "severity",
                            models.CharField(
                                choices=[("normal", "Normal"), ("critical", "Critical")],
                                default="normal",
                                max_length=20,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["escalation", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("severity__in", ["normal", "critical"])),
                                name="escalationtrigger_severity_valid",
                                violation_error_message="severity must be one of: normal, critical.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Playbook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=80, unique=True)),
                        ("name", models.CharField(max_length=120)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("rollout", "Integration rollout"),
                                    ("marketing", "Partnership marketing"),
                                    ("general", "General"),
                                ],
                                default="general",
                                max_length=20,
                            ),
                        ),
                        ("purpose", models.CharField(blank=True, max_length=300)),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name", "key"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="playbook_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["rollout", "marketing", "general"])),
                                name="playbook_kind_valid",
                                violation_error_message="kind must be one of: rollout, marketing, general.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlaybookVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "playbook",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="operations.playbook",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("draft", "Draft"), ("published", "Published"), ("retired", "Retired")],
                                default="draft",
                                max_length=20,
                            ),
                        ),
                        ("notes", models.CharField(blank=True, max_length=300)),
                        ("created_at", models.DateTimeField()),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("published_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "published_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["playbook", "-number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("playbook", "number"), name="playbookversion_number_unique"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "published")),
                                fields=("playbook",),
                                name="playbookversion_one_published",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["draft", "published", "retired"])),
                                name="playbookversion_state_valid",
                                violation_error_message="state must be one of: draft, published, retired.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "draft"), _negated=True),
                                    models.Q(("published_at__isnull", True), ("published_by__isnull", True)),
                                    _connector="OR",
                                ),
                                name="playbookversion_draft_is_unpublished",
                                violation_error_message="A draft is not published.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("published_by__isnull", True), ("published_at__isnull", False), _connector="OR"
                                ),
                                name="playbookversion_published_has_time",
                                violation_error_message="Who published it did so at a time.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlaybookStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=60)),
                        ("position", models.PositiveSmallIntegerField()),
                        ("phase", models.CharField(max_length=80)),
                        ("title", models.CharField(max_length=200)),
                        ("owner_role", models.CharField(blank=True, max_length=60)),
                        (
                            "offset_days",
                            models.SmallIntegerField(
                                default=0,
                                help_text="Working days from the anchor, or from when the step it comes after was done.",
                                validators=[
                                    django.core.validators.MinValueValidator(-366),
                                    django.core.validators.MaxValueValidator(366),
                                ],
                            ),
                        ),
                        ("after_key", models.SlugField(blank=True, max_length=60)),
                        ("waits_for", models.JSONField(blank=True, default=list)),
                        ("is_required", models.BooleanField(default=True)),
                        ("is_evidence_required", models.BooleanField(default=False)),
                        ("is_gate", models.BooleanField(default=False)),
                        ("conditions", models.JSONField(blank=True, default=list)),
                        ("help_url", models.URLField(blank=True, max_length=300, verbose_name="help address")),
                        (
                            "playbook_version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="steps",
                                to="operations.playbookversion",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["playbook_version", "position", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("playbook_version", "key"), name="playbookstep_key_unique"),
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="playbookstep_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("phase", ""), _negated=True),
                                name="playbookstep_phase_not_blank",
                                violation_error_message="phase must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("offset_days__isnull", True),
                                    models.Q(("offset_days__gte", -366), ("offset_days__lte", 366)),
                                    _connector="OR",
                                ),
                                name="playbookstep_offset_days_in_range",
                                violation_error_message="offset_days must be between -366 and 366.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PlaybookRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "playbook_version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="runs",
                                to="operations.playbookversion",
                            ),
                        ),
                        ("name", models.CharField(max_length=150)),
                        ("subject", models.CharField(blank=True, max_length=120)),
                        (
                            "anchor_on",
                            models.DateField(help_text="The day the offsets count from, such as the launch."),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="operations.businesscalendar",
                            ),
                        ),
                        ("people", models.JSONField(blank=True, default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[("running", "Running"), ("done", "Done"), ("cancelled", "Cancelled")],
                                default="running",
                                max_length=20,
                            ),
                        ),
                        ("started_at", models.DateTimeField()),
                        (
                            "started_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "ended_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("end_reason", models.CharField(blank=True, max_length=300)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-started_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="playbookrun_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["running", "done", "cancelled"])),
                                name="playbookrun_state_valid",
                                violation_error_message="state must be one of: running, done, cancelled.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="playbookrun_ended_at_with_ended_by",
                                violation_error_message="ended_at and ended_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["running", "done", "cancelled"]), _negated=True),
                                    models.Q(("ended_at__isnull", True), ("state", "running")),
                                    models.Q(
                                        models.Q(("state", "running"), _negated=True), ("ended_at__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="playbookrun_state_fits",
                                violation_error_message="A run has an end once it is done or cancelled.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RunStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=60)),
                        ("position", models.PositiveSmallIntegerField()),
                        ("phase", models.CharField(max_length=80)),
                        ("title", models.CharField(max_length=200)),
                        ("owner_role", models.CharField(blank=True, max_length=60)),
                        (
                            "offset_days",
                            models.SmallIntegerField(
                                default=0,
                                help_text="Working days from the anchor, or from when the step it comes after was done.",
                                validators=[
                                    django.core.validators.MinValueValidator(-366),
                                    django.core.validators.MaxValueValidator(366),
                                ],
                            ),
                        ),
                        ("after_key", models.SlugField(blank=True, max_length=60)),
                        ("waits_for", models.JSONField(blank=True, default=list)),
                        ("is_required", models.BooleanField(default=True)),
                        ("is_evidence_required", models.BooleanField(default=False)),
                        ("is_gate", models.BooleanField(default=False)),
                        ("conditions", models.JSONField(blank=True, default=list)),
                        ("help_url", models.URLField(blank=True, max_length=300, verbose_name="help address")),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="steps",
                                to="operations.playbookrun",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("due_on", models.DateField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "Open"), ("done", "Done"), ("skipped", "Skipped")],
                                default="open",
                                max_length=20,
                            ),
                        ),
                        (
                            "done_at",
                            models.DateTimeField(blank=True, help_text="When it was done or skipped.", null=True),
                        ),
                        (
                            "done_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("evidence", models.CharField(blank=True, max_length=500)),
                        ("skip_reason", models.CharField(blank=True, max_length=300)),
                        ("ready_told_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "due_told_on",
                            models.DateField(
                                blank=True, editable=False, help_text="The due day that was told last.", null=True
                            ),
                        ),
                        (
                            "told_verdict",
                            models.CharField(
                                blank=True, editable=False, help_text="Of a gate, as last looked at.", max_length=20
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["run", "position", "pk"],
                        "indexes": [
                            models.Index(condition=models.Q(("state", "open")), fields=["due_on"], name="runstep_due")
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("run", "key"), name="runstep_key_unique"),
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="runstep_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["open", "done", "skipped"])),
                                name="runstep_state_valid",
                                violation_error_message="state must be one of: open, done, skipped.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("done_at__isnull", True), ("done_by__isnull", True)),
                                    models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="runstep_done_at_with_done_by",
                                violation_error_message="done_at and done_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["open", "done", "skipped"]), _negated=True),
                                    models.Q(("done_at__isnull", True), ("state", "open")),
                                    models.Q(models.Q(("state", "open"), _negated=True), ("done_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="runstep_state_fits",
                                violation_error_message="A step has a time once it is done or skipped.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "skipped"), _negated=True),
                                    models.Q(("is_required", False), models.Q(("skip_reason", ""), _negated=True)),
                                    _connector="OR",
                                ),
                                name="runstep_required_not_skipped",
                                violation_error_message="A required step is not skipped, and others only with a reason.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GateCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "step",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="gate_checks",
                                to="operations.runstep",
                            ),
                        ),
                        ("decided_at", models.DateTimeField()),
                        (
                            "decided_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "decision",
                            models.CharField(
                                choices=[("go", "Go"), ("conditional", "Conditional"), ("no_go", "No go")],
                                max_length=20,
                            ),
                        ),
                        (
                            "verdict",
                            models.CharField(
                                choices=[("go", "Go"), ("conditional", "Conditional"), ("no_go", "No go")],
                                max_length=20,
                            ),
                        ),
                        ("snapshot", models.JSONField(blank=True, default=list)),
                        ("note", models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        "ordering": ["-decided_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("decision__in", ["go", "conditional", "no_go"])),
                                name="gatecheck_decision_valid",
                                violation_error_message="decision must be one of: go, conditional, no_go.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("verdict__in", ["go", "conditional", "no_go"])),
                                name="gatecheck_verdict_valid",
                                violation_error_message="verdict must be one of: go, conditional, no_go.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EscalationRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "metric",
                            models.ForeignKey(
                                blank=True,
                                help_text="Its signals. Goes before a rule of its owner.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="escalation_rules",
                                to="metrics.metric",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                help_text="Signals of the metrics this person owns. With neither: of all other metrics.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="escalation_rules",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "is_raised",
                            models.BooleanField(
                                default=True,
                                help_text="Off: these signals are only shown on the pages of the metrics.",
                                verbose_name="escalate",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("disruption", "Operational disruption"),
                                    ("conflict", "Conflict between departments"),
                                    ("process_failure", "Process failure"),
                                    ("vendor_dispute", "Vendor or partner dispute"),
                                    ("compliance", "Compliance"),
                                    ("resource", "Resource conflict"),
                                    ("strategic", "Strategic initiative"),
                                ],
                                default="process_failure",
                                max_length=20,
                            ),
                        ),
                        (
                            "severity",
                            models.CharField(
                                choices=[("normal", "Normal"), ("critical", "Critical")],
                                default="normal",
                                help_text="Critical knows no quiet hours.",
                                max_length=20,
                            ),
                        ),
                        (
                            "policy",
                            models.ForeignKey(
                                blank=True,
                                help_text="Empty: the default policy of the kind.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rules",
                                to="operations.escalationpolicy",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "disruption",
                                            "conflict",
                                            "process_failure",
                                            "vendor_dispute",
                                            "compliance",
                                            "resource",
                                            "strategic",
                                        ],
                                    )
                                ),
                                name="escalationrule_kind_valid",
                                violation_error_message="kind must be one of: disruption, conflict, process_failure, vendor_dispute, compliance, resource, strategic.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("severity__in", ["normal", "critical"])),
                                name="escalationrule_severity_valid",
                                violation_error_message="severity must be one of: normal, critical.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("metric__isnull", True), ("owner__isnull", True), _connector="OR"),
                                name="escalationrule_metric_or_owner",
                                violation_error_message="Name a metric or an owner, not both.",
                            ),
                            models.UniqueConstraint(
                                fields=("metric",),
                                name="escalationrule_one_per_metric",
                                violation_error_message="There is a rule for this metric.",
                            ),
                            models.UniqueConstraint(
                                fields=("owner",),
                                name="escalationrule_one_per_owner",
                                violation_error_message="There is a rule for this owner.",
                            ),
                            models.UniqueConstraint(
                                django.db.models.functions.comparison.Coalesce("metric", 0),
                                condition=models.Q(("metric__isnull", True), ("owner__isnull", True)),
                                name="escalationrule_one_for_others",
                                violation_error_message="There is a rule for all other metrics.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SignalEscalation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "episode",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="escalation",
                                to="metrics.signalepisode",
                            ),
                        ),
                        (
                            "escalation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="signals",
                                to="operations.escalation",
                            ),
                        ),
                        ("started_at", models.DateTimeField()),
                        (
                            "ended_at",
                            models.DateTimeField(blank=True, help_text="When the signal was over.", null=True),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=["episode"],
                                name="signalescalation_open",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("ended_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="signalescalation_ended_at_after_started_at",
                                violation_error_message="ended_at must be no earlier than started_at.",
                            )
                        ],
                    },
                ),
            ],
        ),
        migrations.RunPython(ship_roles, migrations.RunPython.noop),
        migrations.RunPython(ship_playbooks, migrations.RunPython.noop),
    ]
