import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.migration_operations import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("support", "0001_initial"),
        ("support", "0002_customer_joined_at"),
        ("support", "0003_setup_cases"),
        ("support", "0004_setup_case_ends"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Customer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("email", models.EmailField(blank=True, max_length=254)),
                        ("external_id", models.CharField(blank=True, max_length=120)),
                        ("segment", models.CharField(blank=True, max_length=60)),
                        (
                            "joined_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="When they came to us: their first contact. Empty where nobody knows.",
                                null=True,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="customer_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("external_id", ""), _negated=True),
                                fields=("external_id",),
                                name="customer_external_id_unique",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Team",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        ("slug", models.SlugField(max_length=120, unique=True)),
                        (
                            "lead",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="led_teams",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "members",
                            models.ManyToManyField(
                                blank=True, related_name="support_teams", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="team_name_not_blank",
                                violation_error_message="name must not be empty.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Ticket",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "external_source",
                            models.CharField(blank=True, help_text="Which system it was imported from.", max_length=60),
                        ),
                        ("external_id", models.CharField(blank=True, max_length=120)),
                        ("subject", models.CharField(max_length=300)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("new", "New"),
                                    ("open", "Open"),
                                    ("pending_customer", "Pending customer"),
                                    ("on_hold_vendor", "On hold, vendor"),
                                    ("on_hold_internal", "On hold, internal"),
                                    ("solved", "Solved"),
                                    ("closed", "Closed"),
                                    ("merged", "Merged"),
                                    ("spam", "Spam"),
                                ],
                                default="new",
                                max_length=20,
                            ),
                        ),
                        (
                            "priority",
                            models.CharField(
                                choices=[("urgent", "Urgent"), ("high", "High"), ("normal", "Normal"), ("low", "Low")],
                                default="normal",
                                max_length=20,
                            ),
                        ),
                        ("category", models.CharField(blank=True, max_length=120)),
                        ("channel", models.CharField(blank=True, max_length=60)),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets",
                                to="support.customer",
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets",
                                to="support.team",
                            ),
                        ),
                        (
                            "assignee",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("opened_at", models.DateTimeField()),
                        ("resolved_at", models.DateTimeField(blank=True, null=True)),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "wake_at",
                            models.DateTimeField(blank=True, help_text="When a ticket on hold comes back.", null=True),
                        ),
                        ("reopen_count", models.PositiveIntegerField(default=0)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-opened_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["opened_at"], name="ticket_opened"),
                            models.Index(fields=["resolved_at"], name="ticket_resolved"),
                            models.Index(fields=["closed_at"], name="ticket_closed"),
                            models.Index(fields=["state", "-opened_at", "-id"], name="ticket_queue"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "new",
                                            "open",
                                            "pending_customer",
                                            "on_hold_vendor",
                                            "on_hold_internal",
                                            "solved",
                                            "closed",
                                            "merged",
                                            "spam",
                                        ],
                                    )
                                ),
                                name="ticket_state_valid",
                                violation_error_message="state must be one of: new, open, pending_customer, on_hold_vendor, on_hold_internal, solved, closed, merged, spam.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("priority__in", ["urgent", "high", "normal", "low"])),
                                name="ticket_priority_valid",
                                violation_error_message="priority must be one of: urgent, high, normal, low.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("resolved_at__isnull", True),
                                    ("opened_at__isnull", True),
                                    ("resolved_at__gte", models.F("opened_at")),
                                    _connector="OR",
                                ),
                                name="ticket_resolved_at_after_opened_at",
                                violation_error_message="resolved_at must be no earlier than opened_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("closed_at__isnull", True),
                                    ("opened_at__isnull", True),
                                    ("closed_at__gte", models.F("opened_at")),
                                    _connector="OR",
                                ),
                                name="ticket_closed_at_after_opened_at",
                                violation_error_message="closed_at must be no earlier than opened_at.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("external_id", ""), _negated=True),
                                fields=("external_source", "external_id"),
                                name="ticket_external_id_unique",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        (
                                            "state__in",
                                            ["new", "open", "pending_customer", "on_hold_vendor", "on_hold_internal"],
                                        ),
                                        _negated=True,
                                    ),
                                    models.Q(("closed_at__isnull", True), ("resolved_at__isnull", True)),
                                    _connector="OR",
                                ),
                                name="ticket_open_has_no_end",
                                violation_error_message="An open ticket has no resolution or closing time.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["solved", "closed"]), _negated=True),
                                    ("resolved_at__isnull", False),
                                    ("closed_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="ticket_ended_has_end",
                                violation_error_message="A solved or closed ticket needs its resolution or closing time.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TicketEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="support.ticket"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("opened", "Opened"),
                                    ("state", "State changed"),
                                    ("assigned", "Assigned"),
                                    ("fields", "Fields changed"),
                                    ("reply", "Public reply"),
                                    ("customer", "Customer message"),
                                    ("note", "Internal note"),
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
                        (
                            "actor_name",
                            models.CharField(
                                blank=True, help_text="Who it was, where no user of ours was it.", max_length=150
                            ),
                        ),
                        ("old_state", models.CharField(blank=True, max_length=20)),
                        ("new_state", models.CharField(blank=True, max_length=20)),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("body", models.TextField(blank=True)),
                        ("changes", models.JSONField(blank=True, default=dict, help_text="Field to [old, new].")),
                        (
                            "via",
                            models.CharField(
                                choices=[
                                    ("ui", "Page"),
                                    ("admin", "Admin"),
                                    ("api", "API"),
                                    ("worker", "Worker"),
                                    ("import", "Import"),
                                ],
                                default="ui",
                                max_length=20,
                            ),
                        ),
                        ("request_id", models.CharField(blank=True, max_length=64)),
                        ("recorded_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ["ticket", "at", "pk"],
                        "indexes": [models.Index(fields=["ticket", "at"], name="ticketevent_timeline")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["opened", "state", "assigned", "fields", "reply", "customer", "note"])
                                ),
                                name="ticketevent_kind_valid",
                                violation_error_message="kind must be one of: opened, state, assigned, fields, reply, customer, note.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("via__in", ["ui", "admin", "api", "worker", "import"])),
                                name="ticketevent_via_valid",
                                violation_error_message="via must be one of: ui, admin, api, worker, import.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "state"), _negated=True),
                                    models.Q(("new_state", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="ticketevent_state_has_states",
                                violation_error_message="A change of state names the new state.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SetupCase",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="setup_cases",
                                to="support.customer",
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        ("integration", models.SlugField(blank=True, max_length=120)),
                        ("unit", models.CharField(blank=True, max_length=120)),
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
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "In progress"),
                                    ("blocked", "Blocked"),
                                    ("done", "Done"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="open",
                                max_length=20,
                            ),
                        ),
                        ("started_at", models.DateTimeField()),
                        ("first_widget_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("first_blocked_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "ended_at",
                            models.DateTimeField(
                                blank=True, editable=False, help_text="When it was done or cancelled.", null=True
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "tickets",
                            models.ManyToManyField(blank=True, related_name="setup_cases", to="support.ticket"),
                        ),
                    ],
                    options={
                        "ordering": ["-started_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="setupcase_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["open", "blocked", "done", "cancelled"])),
                                name="setupcase_state_valid",
                                violation_error_message="state must be one of: open, blocked, done, cancelled.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("first_widget_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("first_widget_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="setupcase_first_widget_at_after_started_at",
                                violation_error_message="first_widget_at must be no earlier than started_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("first_blocked_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("first_blocked_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="setupcase_first_blocked_at_after_started_at",
                                violation_error_message="first_blocked_at must be no earlier than started_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("ended_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="setupcase_ended_at_after_started_at",
                                violation_error_message="ended_at must be no earlier than started_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["open", "blocked"]), _negated=True),
                                    ("ended_at__isnull", True),
                                    _connector="OR",
                                ),
                                name="setupcase_open_has_no_end",
                                violation_error_message="An open case has no end.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SetupItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="items",
                                to="support.setupcase",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("step", "Step"), ("blocker", "Blocker")], default="step", max_length=20
                            ),
                        ),
                        ("text", models.CharField(max_length=200)),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                        ("done_at", models.DateTimeField(blank=True, null=True)),
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
                    ],
                    options={
                        "ordering": ["case", "kind", "position", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("text", ""), _negated=True),
                                name="setupitem_text_not_blank",
                                violation_error_message="text must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["step", "blocker"])),
                                name="setupitem_kind_valid",
                                violation_error_message="kind must be one of: step, blocker.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("done_at__isnull", True), ("done_by__isnull", True)),
                                    models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="setupitem_done_at_with_done_by",
                                violation_error_message="done_at and done_by must be given together.",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
