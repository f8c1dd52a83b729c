import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from foundation.migration_operations import CreateModels
from support.migrations._shipped_triggers import ship_triggers
from support.models.text_index import EVENT_BODIES, TICKET_SUBJECTS


def index_words(apps, schema_editor):
    for text in (TICKET_SUBJECTS, EVENT_BODIES):
        for statement in text.create_statements(schema_editor.connection.vendor):
            schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    for text in (TICKET_SUBJECTS, EVENT_BODIES):
        schema_editor.execute(text.drop_statement(schema_editor.connection.vendor))


class Migration(migrations.Migration):
    replaces = [
        ("support", "0001_initial"),
        ("support", "0002_customer_joined_at"),
        ("support", "0003_setup_cases"),
        ("support", "0004_setup_case_ends"),
        ("support", "0001_squashed_0004_setup_case_ends"),
        ("support", "0005_sla_clocks"),
        ("support", "0006_desk"),
        ("support", "0007_cover"),
        ("support", "0008_text_index"),
        ("support", "0009_mail"),
        ("support", "0010_triggers"),
        ("support", "0011_learning_loop"),
        ("support", "0012_team_calendar"),
        ("support", "0013_bulk"),
        ("support", "0014_csat"),
        ("support", "0015_clock_metrics"),
        ("support", "0016_name_the_clock"),
        ("support", "0017_macros"),
        ("support", "0018_team_quality"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("metrics", "0001_squashed_0012_draft_authors"),
        ("operations", "0002_squashed_0012_escalation_indexes"),
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
                            "tier",
                            models.CharField(
                                blank=True,
                                help_text="What they pay for, such as gold; promises go by it.",
                                max_length=60,
                            ),
                        ),
                        ("city", models.CharField(blank=True, max_length=120)),
                        (
                            "product",
                            models.CharField(
                                blank=True,
                                help_text="What they mostly use; their tickets start with it.",
                                max_length=120,
                            ),
                        ),
                        (
                            "integration",
                            models.SlugField(
                                blank=True,
                                help_text="The integration that they mostly use, by its slug.",
                                max_length=120,
                            ),
                        ),
                        ("is_vip", models.BooleanField(default=False, verbose_name="very important")),
                        (
                            "guidance",
                            models.TextField(
                                blank=True,
                                editable=False,
                                help_text="How to treat a tough customer: what the COO wants whoever helps them to know.",
                                max_length=2000,
                            ),
                        ),
                        (
                            "joined_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="When they came to us: their first contact. Empty where nobody knows.",
                                null=True,
                            ),
                        ),
                        (
                            "yearly_revenue_minor",
                            models.PositiveBigIntegerField(
                                blank=True,
                                help_text="What they pay a year, in the smallest unit of the organisation's currency.",
                                null=True,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "permissions": [("guide_customer", "Can say how a tough customer is treated")],
                        "indexes": [
                            models.Index(django.db.models.functions.text.Lower("email"), name="customer_email")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="customer_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("yearly_revenue_minor__isnull", True),
                                    models.Q(
                                        ("yearly_revenue_minor__gte", 0),
                                        ("yearly_revenue_minor__lte", 1000000000000000),
                                    ),
                                    _connector="OR",
                                ),
                                name="customer_yearly_revenue_minor_in_range",
                                violation_error_message="yearly_revenue_minor must be between 0 and 1000000000000000.",
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
                    name="Tag",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "name",
                            models.SlugField(
                                help_text="Small letters, digits, hyphens: double-charge.", max_length=60, unique=True
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="tag_name_not_blank",
                                violation_error_message="name must not be empty.",
                            )
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
                        (
                            "calendar",
                            models.ForeignKey(
                                blank=True,
                                help_text="The hours in which it is to be there, and its holidays; empty for the organisation's.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="operations.businesscalendar",
                            ),
                        ),
                        (
                            "has_auto_assignment",
                            models.BooleanField(
                                default=False,
                                help_text="Tickets in its queue are given to agents on duty.",
                                verbose_name="assigns automatically",
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
                        ("product", models.CharField(blank=True, max_length=120)),
                        (
                            "integration",
                            models.SlugField(
                                blank=True, help_text="The integration it is about, by its slug.", max_length=120
                            ),
                        ),
                        (
                            "incident",
                            models.PositiveBigIntegerField(
                                blank=True,
                                help_text="The number of the partner incident that it comes from.",
                                null=True,
                            ),
                        ),
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
                        (
                            "queue_reason",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                editable=False,
                                help_text="Why it was given to nobody automatically.",
                                max_length=200,
                            ),
                        ),
                        ("reopen_count", models.PositiveIntegerField(default=0)),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="support.ticket",
                            ),
                        ),
                        (
                            "follow_up_of",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="follow_ups",
                                to="support.ticket",
                            ),
                        ),
                        (
                            "is_external_sla_met",
                            models.BooleanField(
                                blank=True,
                                help_text="What the system it was imported from says of its promise; empty where it says nothing.",
                                null=True,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("tags", models.ManyToManyField(blank=True, related_name="tickets", to="support.tag")),
                    ],
                    options={
                        "ordering": ["-opened_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["opened_at"], name="ticket_opened"),
                            models.Index(fields=["resolved_at"], name="ticket_resolved"),
                            models.Index(fields=["closed_at"], name="ticket_closed"),
                            models.Index(fields=["state", "-opened_at", "-id"], name="ticket_queue"),
                            models.Index(
                                condition=models.Q(("external_id", ""), _negated=True),
                                fields=["external_id"],
                                name="ticket_external_id",
                            ),
                            models.Index(fields=["customer", "opened_at"], name="ticket_customer_opened"),
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
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("merged_into__isnull", True),
                                    models.Q(
                                        ("state", "merged"), models.Q(("merged_into", models.F("id")), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="ticket_merged_goes_on_elsewhere",
                                violation_error_message="Only a merged ticket goes on in another one.",
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
                                    ("merged", "Another ticket goes on here"),
                                    ("policy", "Policy applied"),
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
                                    ("mail", "E-mail"),
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
                                        ],
                                    )
                                ),
                                name="ticketevent_kind_valid",
                                violation_error_message="kind must be one of: opened, state, assigned, fields, reply, customer, note, merged, policy.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("via__in", ["ui", "admin", "api", "worker", "import", "mail"])),
                                name="ticketevent_via_valid",
                                violation_error_message="via must be one of: ui, admin, api, worker, import, mail.",
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
                    name="Absence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="absences",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("vacation", "Vacation"),
                                    ("sick", "Sick"),
                                    ("training", "Training"),
                                    ("other", "Other"),
                                ],
                                default="vacation",
                                max_length=20,
                            ),
                        ),
                        ("starts_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField()),
                        (
                            "substitute",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stands_in_for",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "handover",
                            models.CharField(
                                choices=[
                                    ("none", "None"),
                                    ("new_only", "What arrives for them"),
                                    ("urgent", "Urgent and high ones, and what arrives"),
                                    ("all", "All open ones, and what arrives"),
                                ],
                                default="new_only",
                                help_text="Which tickets go to others.",
                                max_length=20,
                            ),
                        ),
                        (
                            "is_given_back",
                            models.BooleanField(
                                default=True,
                                help_text="Tickets that nobody worked on come back when it is over.",
                                verbose_name="given back at the end",
                            ),
                        ),
                        ("next_step_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("begun_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("over_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("cancelled_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "cancelled_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField(editable=False)),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-starts_at", "-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("next_step_at__isnull", False)),
                                fields=["next_step_at"],
                                name="absence_due",
                            ),
                            models.Index(fields=["user", "ends_at"], name="absence_of_user"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["vacation", "sick", "training", "other"])),
                                name="absence_kind_valid",
                                violation_error_message="kind must be one of: vacation, sick, training, other.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("handover__in", ["none", "new_only", "urgent", "all"])),
                                name="absence_handover_valid",
                                violation_error_message="handover must be one of: none, new_only, urgent, all.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_at__isnull", True),
                                    ("starts_at__isnull", True),
                                    ("ends_at__gt", models.F("starts_at")),
                                    _connector="OR",
                                ),
                                name="absence_ends_at_after_starts_at",
                                violation_error_message="ends_at must be after starts_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("over_at__isnull", True),
                                    ("begun_at__isnull", True),
                                    ("over_at__gte", models.F("begun_at")),
                                    _connector="OR",
                                ),
                                name="absence_over_at_after_begun_at",
                                violation_error_message="over_at must be no earlier than begun_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True)),
                                    models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="absence_cancelled_at_with_cancelled_by",
                                violation_error_message="cancelled_at and cancelled_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("substitute__isnull", True),
                                    models.Q(("substitute", models.F("user")), _negated=True),
                                    _connector="OR",
                                ),
                                name="absence_substitute_is_another",
                                violation_error_message="Nobody stands in for themselves.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("next_step_at__isnull", True),
                                    models.Q(("cancelled_at__isnull", True), ("over_at__isnull", True)),
                                    _connector="OR",
                                ),
                                name="absence_done_has_no_next_step",
                                violation_error_message="An absence that is over or cancelled has no further step.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AbsenceHandover",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "absence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="handovers",
                                to="support.absence",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="handovers",
                                to="support.ticket",
                            ),
                        ),
                        (
                            "given_to",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="support.ticketevent"
                            ),
                        ),
                        ("given_at", models.DateTimeField()),
                        ("returned_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["absence", "given_at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("absence", "ticket"), name="absencehandover_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("returned_at__isnull", True),
                                    ("given_at__isnull", True),
                                    ("returned_at__gte", models.F("given_at")),
                                    _connector="OR",
                                ),
                                name="absencehandover_returned_at_after_given_at",
                                violation_error_message="returned_at must be no earlier than given_at.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TicketSkill",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "category",
                            models.CharField(help_text="As it is written on tickets.", max_length=120, unique=True),
                        ),
                        ("description", models.CharField(blank=True, max_length=300)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["category"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("category", ""), _negated=True),
                                name="ticketskill_category_not_blank",
                                violation_error_message="category must not be empty.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AgentProfile",
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
                                related_name="agent_profile",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "cap",
                            models.PositiveSmallIntegerField(
                                default=40, help_text="Open tickets at most, counted urgent 4, high 3, normal 2, low 1."
                            ),
                        ),
                        ("is_accepting", models.BooleanField(default=True, verbose_name="is given tickets")),
                        ("last_assigned_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("skills", models.ManyToManyField(blank=True, related_name="agents", to="support.ticketskill")),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("cap__isnull", True),
                                    models.Q(("cap__gte", 0), ("cap__lte", 1000)),
                                    _connector="OR",
                                ),
                                name="agentprofile_cap_in_range",
                                violation_error_message="cap must be between 0 and 1000.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BulkChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "action",
                            models.CharField(
                                choices=[
                                    ("assign", "Give to"),
                                    ("priority", "Priority"),
                                    ("category", "Area"),
                                    ("add_tags", "Add tags"),
                                    ("remove_tags", "Take tags away"),
                                    ("note", "Internal note"),
                                    ("state", "State"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("values", models.JSONField(default=dict)),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("made_at", models.DateTimeField()),
                        ("undone_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["-made_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "action__in",
                                        ["assign", "priority", "category", "add_tags", "remove_tags", "note", "state"],
                                    )
                                ),
                                name="bulkchange_action_valid",
                                violation_error_message="action must be one of: assign, priority, category, add_tags, remove_tags, note, state.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("undone_at__isnull", True),
                                    ("made_at__isnull", True),
                                    ("undone_at__gte", models.F("made_at")),
                                    _connector="OR",
                                ),
                                name="bulkchange_undone_at_after_made_at",
                                violation_error_message="undone_at must be no earlier than made_at.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BulkItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "bulk",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="items",
                                to="support.bulkchange",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bulk_items",
                                to="support.ticket",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[("done", "Done"), ("unchanged", "Was so already"), ("refused", "Refused")],
                                max_length=20,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("before", models.JSONField(blank=True, default=dict)),
                        ("version_after", models.PositiveIntegerField()),
                    ],
                    options={
                        "ordering": ["bulk", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("outcome__in", ["done", "unchanged", "refused"])),
                                name="bulkitem_outcome_valid",
                                violation_error_message="outcome must be one of: done, unchanged, refused.",
                            ),
                            models.UniqueConstraint(fields=("bulk", "ticket"), name="bulkitem_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Cause",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=120, unique=True)),
                        ("name", models.CharField(max_length=200)),
                        ("description", models.TextField(blank=True, help_text="When to choose it, and when another.")),
                        (
                            "product",
                            models.CharField(blank=True, help_text="Where only one product has it.", max_length=120),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("code", ""), _negated=True),
                                name="cause_code_not_blank",
                                violation_error_message="code must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="cause_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Insight",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("statement", models.CharField(max_length=300)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("unsorted", "Not sorted yet"),
                                    ("defect", "Defect"),
                                    ("missing", "Missing feature"),
                                    ("usability", "Hard to use"),
                                    ("process", "Our process"),
                                    ("partner", "Partner"),
                                    ("knowledge", "Missing explanation"),
                                ],
                                default="unsorted",
                                max_length=20,
                            ),
                        ),
                        (
                            "cause",
                            models.CharField(blank=True, help_text="Code of the cause of its tickets.", max_length=120),
                        ),
                        ("product", models.CharField(blank=True, max_length=120)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("candidate", "Candidate"),
                                    ("validated", "Validated"),
                                    ("planned", "Planned"),
                                    ("shipped", "Shipped"),
                                    ("measured", "Measured"),
                                    ("confirmed", "Confirmed"),
                                    ("refuted", "Refuted"),
                                    ("inconclusive", "Inconclusive"),
                                    ("dismissed", "Dismissed"),
                                ],
                                default="candidate",
                                editable=False,
                                max_length=20,
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
                        (
                            "basis",
                            models.CharField(
                                blank=True, editable=False, help_text="Why it was suggested.", max_length=300
                            ),
                        ),
                        ("opened_at", models.DateTimeField(editable=False)),
                        (
                            "opened_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "collects_from_at",
                            models.DateTimeField(
                                editable=False,
                                help_text="Tickets of its cause that were opened since are its evidence.",
                            ),
                        ),
                        ("validated_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("shipped_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("ended_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-opened_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["validated_at"], name="insight_validated"),
                            models.Index(fields=["shipped_at"], name="insight_shipped"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("statement", ""), _negated=True),
                                name="insight_statement_not_blank",
                                violation_error_message="statement must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "unsorted",
                                            "defect",
                                            "missing",
                                            "usability",
                                            "process",
                                            "partner",
                                            "knowledge",
                                        ],
                                    )
                                ),
                                name="insight_kind_valid",
                                violation_error_message="kind must be one of: unsorted, defect, missing, usability, process, partner, knowledge.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "candidate",
                                            "validated",
                                            "planned",
                                            "shipped",
                                            "measured",
                                            "confirmed",
                                            "refuted",
                                            "inconclusive",
                                            "dismissed",
                                        ],
                                    )
                                ),
                                name="insight_state_valid",
                                violation_error_message="state must be one of: candidate, validated, planned, shipped, measured, confirmed, refuted, inconclusive, dismissed.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("validated_at__isnull", True),
                                    ("opened_at__isnull", True),
                                    ("validated_at__gte", models.F("opened_at")),
                                    _connector="OR",
                                ),
                                name="insight_validated_at_after_opened_at",
                                violation_error_message="validated_at must be no earlier than opened_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("shipped_at__isnull", True),
                                    ("opened_at__isnull", True),
                                    ("shipped_at__gte", models.F("opened_at")),
                                    _connector="OR",
                                ),
                                name="insight_shipped_at_after_opened_at",
                                violation_error_message="shipped_at must be no earlier than opened_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("opened_at__isnull", True),
                                    ("ended_at__gte", models.F("opened_at")),
                                    _connector="OR",
                                ),
                                name="insight_ended_at_after_opened_at",
                                violation_error_message="ended_at must be no earlier than opened_at.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("state__in", ["candidate", "validated", "planned", "shipped", "measured"]),
                                    models.Q(("cause", ""), _negated=True),
                                ),
                                fields=("cause", "product"),
                                name="insight_one_open_per_cause",
                                violation_error_message="There is an open insight of this cause and product.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("ended_at__isnull", True),
                                        ("state__in", ["candidate", "validated", "planned", "shipped", "measured"]),
                                    ),
                                    models.Q(
                                        models.Q(
                                            ("state__in", ["candidate", "validated", "planned", "shipped", "measured"]),
                                            _negated=True,
                                        ),
                                        ("ended_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="insight_ended_has_end",
                                violation_error_message="An insight has an end when it is decided or dismissed, and not before.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InsightTicket",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "insight",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="evidence",
                                to="support.insight",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="insight_links",
                                to="support.ticket",
                            ),
                        ),
                        ("added_at", models.DateTimeField()),
                        (
                            "added_by",
                            models.ForeignKey(
                                blank=True,
                                help_text="Empty: its cause brought it here.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("removed_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "removed_by",
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
                        "ordering": ["insight", "-added_at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("insight", "ticket"), name="insightticket_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("removed_at__isnull", True), ("removed_by__isnull", True)),
                                    models.Q(("removed_at__isnull", False), ("removed_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="insightticket_removed_by_with_removed_at",
                                violation_error_message="removed_by and removed_at must be given together.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InsightTransition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "insight",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transitions",
                                to="support.insight",
                            ),
                        ),
                        ("old_state", models.CharField(blank=True, max_length=20)),
                        (
                            "new_state",
                            models.CharField(
                                choices=[
                                    ("candidate", "Candidate"),
                                    ("validated", "Validated"),
                                    ("planned", "Planned"),
                                    ("shipped", "Shipped"),
                                    ("measured", "Measured"),
                                    ("confirmed", "Confirmed"),
                                    ("refuted", "Refuted"),
                                    ("inconclusive", "Inconclusive"),
                                    ("dismissed", "Dismissed"),
                                ],
                                max_length=20,
                            ),
                        ),
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
                        ("reason", models.CharField(blank=True, max_length=500)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["insight", "at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "new_state__in",
                                        [
                                            "candidate",
                                            "validated",
                                            "planned",
                                            "shipped",
                                            "measured",
                                            "confirmed",
                                            "refuted",
                                            "inconclusive",
                                            "dismissed",
                                        ],
                                    )
                                ),
                                name="insighttransition_new_state_valid",
                                violation_error_message="new_state must be one of: candidate, validated, planned, shipped, measured, confirmed, refuted, inconclusive, dismissed.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("new_state", "dismissed"), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="insighttransition_dismissed_why",
                                violation_error_message="Say why it is dismissed.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RequesterNotice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "insight",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notices",
                                to="support.insight",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="support.customer"
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                help_text="Their latest one.",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="support.ticket",
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                blank=True,
                                choices=[("reply", "Replied on the ticket"), ("by_hand", "Told by hand")],
                                max_length=20,
                            ),
                        ),
                        ("sent_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "sent_by",
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
                        "ordering": ["insight", "customer"],
                        "constraints": [
                            models.UniqueConstraint(fields=("insight", "customer"), name="requesternotice_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("sent_at__isnull", True), ("sent_by__isnull", True)),
                                    models.Q(("sent_at__isnull", False), ("sent_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="requesternotice_sent_by_with_sent_at",
                                violation_error_message="sent_by and sent_at must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("way", ""), ("way__in", ["reply", "by_hand"]), _connector="OR"),
                                name="requesternotice_way_valid",
                                violation_error_message="way must be one of: reply, by_hand.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("sent_at__isnull", True), ("way", "")),
                                    models.Q(models.Q(("way", ""), _negated=True), ("sent_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="requesternotice_sent_some_way",
                                violation_error_message="Who was told was told in some way.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Change",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "insight",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="changes",
                                to="support.insight",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("product", "Product backlog item"),
                                    ("process", "Process change"),
                                    ("partner", "Partner fix"),
                                    ("training", "Training"),
                                    ("article", "Article"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        (
                            "statement",
                            models.CharField(help_text="Because of what it is expected to help.", max_length=500),
                        ),
                        (
                            "metric",
                            models.ForeignKey(
                                blank=True,
                                help_text="Empty: tickets of the cause per 100 tickets opened.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="metrics.metric",
                            ),
                        ),
                        (
                            "hypothesis",
                            models.ForeignKey(
                                blank=True,
                                help_text="If one tests it.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="metrics.hypothesis",
                            ),
                        ),
                        ("before_start_on", models.DateField(help_text="First day of the window before.")),
                        ("before_end_on", models.DateField(help_text="Last day of the window before.")),
                        (
                            "direction",
                            models.CharField(choices=[("up", "Up"), ("down", "Down")], default="down", max_length=10),
                        ),
                        (
                            "expected_change",
                            models.FloatField(
                                help_text="By how much it moves at least, in its unit; positive.",
                                validators=[django.core.validators.MinValueValidator(0)],
                            ),
                        ),
                        ("check_on", models.DateField(help_text="When before and after are compared.")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "reference",
                            models.CharField(
                                blank=True, help_text="Backlog item, document or address.", max_length=300
                            ),
                        ),
                        ("created_at", models.DateTimeField(editable=False)),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("shipped_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "shipped_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("measured_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("decided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "verdict",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("confirmed", "Confirmed"),
                                    ("refuted", "Refuted"),
                                    ("inconclusive", "Inconclusive"),
                                ],
                                editable=False,
                                max_length=20,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-created_at", "-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("measured_at__isnull", True), ("shipped_at__isnull", False)),
                                fields=["check_on"],
                                name="change_to_check",
                            ),
                            models.Index(fields=["shipped_at"], name="change_shipped"),
                            models.Index(fields=["decided_at"], name="change_decided"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="change_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("statement", ""), _negated=True),
                                name="change_statement_not_blank",
                                violation_error_message="statement must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["product", "process", "partner", "training", "article"])
                                ),
                                name="change_kind_valid",
                                violation_error_message="kind must be one of: product, process, partner, training, article.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("direction__in", ["up", "down"])),
                                name="change_direction_valid",
                                violation_error_message="direction must be one of: up, down.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("expected_change__isnull", True), ("expected_change__gte", 0), _connector="OR"
                                ),
                                name="change_expected_change_in_range",
                                violation_error_message="expected_change must be at least 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("before_end_on__isnull", True),
                                    ("before_start_on__isnull", True),
                                    ("before_end_on__gte", models.F("before_start_on")),
                                    _connector="OR",
                                ),
                                name="change_before_end_on_after_before_start_on",
                                violation_error_message="before_end_on must be no earlier than before_start_on.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("check_on__isnull", True),
                                    ("before_end_on__isnull", True),
                                    ("check_on__gt", models.F("before_end_on")),
                                    _connector="OR",
                                ),
                                name="change_check_on_after_before_end_on",
                                violation_error_message="check_on must be after before_end_on.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("shipped_at__isnull", True), ("shipped_by__isnull", True)),
                                    models.Q(("shipped_at__isnull", False), ("shipped_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="change_shipped_by_with_shipped_at",
                                violation_error_message="shipped_by and shipped_at must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("measured_at__isnull", True),
                                    ("shipped_at__isnull", True),
                                    ("measured_at__gte", models.F("shipped_at")),
                                    _connector="OR",
                                ),
                                name="change_measured_at_after_shipped_at",
                                violation_error_message="measured_at must be no earlier than shipped_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("verdict", ""),
                                    ("verdict__in", ["confirmed", "refuted", "inconclusive"]),
                                    _connector="OR",
                                ),
                                name="change_verdict_valid",
                                violation_error_message="verdict must be one of: confirmed, refuted, inconclusive.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("measured_at__isnull", True), ("shipped_at__isnull", False), _connector="OR"
                                    ),
                                    models.Q(
                                        models.Q(("decided_at__isnull", True), ("verdict", "")),
                                        models.Q(
                                            ("decided_at__isnull", False),
                                            ("measured_at__isnull", False),
                                            models.Q(("verdict", ""), _negated=True),
                                        ),
                                        _connector="OR",
                                    ),
                                ),
                                name="change_steps_follow",
                                violation_error_message="What is measured has shipped, and what is decided was measured.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ChangeOutcome",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "change",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="outcome", to="support.change"
                            ),
                        ),
                        ("measure", models.CharField(help_text="What was measured, in words.", max_length=200)),
                        ("unit", models.CharField(blank=True, max_length=60)),
                        ("before_start_on", models.DateField()),
                        ("before_end_on", models.DateField()),
                        ("before_value", models.FloatField(blank=True, null=True)),
                        ("before_n", models.PositiveBigIntegerField()),
                        ("before_count", models.PositiveBigIntegerField(blank=True, null=True)),
                        ("after_start_on", models.DateField()),
                        ("after_end_on", models.DateField()),
                        ("after_value", models.FloatField(blank=True, null=True)),
                        ("after_n", models.PositiveBigIntegerField()),
                        ("after_count", models.PositiveBigIntegerField(blank=True, null=True)),
                        ("frozen_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-frozen_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("before_end_on__isnull", True),
                                    ("before_start_on__isnull", True),
                                    ("before_end_on__gte", models.F("before_start_on")),
                                    _connector="OR",
                                ),
                                name="changeoutcome_before_end_on_after_before_start_on",
                                violation_error_message="before_end_on must be no earlier than before_start_on.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("after_start_on__isnull", True),
                                    ("before_end_on__isnull", True),
                                    ("after_start_on__gt", models.F("before_end_on")),
                                    _connector="OR",
                                ),
                                name="changeoutcome_after_start_on_after_before_end_on",
                                violation_error_message="after_start_on must be after before_end_on.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OutcomeVerdict",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "outcome",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="verdict",
                                to="support.changeoutcome",
                            ),
                        ),
                        (
                            "verdict",
                            models.CharField(
                                choices=[
                                    ("confirmed", "Confirmed"),
                                    ("refuted", "Refuted"),
                                    ("inconclusive", "Inconclusive"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("note", models.CharField(help_text="What was learnt.", max_length=500)),
                        ("decided_at", models.DateTimeField()),
                        (
                            "decided_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-decided_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("verdict__in", ["confirmed", "refuted", "inconclusive"])),
                                name="outcomeverdict_verdict_valid",
                                violation_error_message="verdict must be one of: confirmed, refuted, inconclusive.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("note", ""), _negated=True),
                                name="outcomeverdict_note_not_blank",
                                violation_error_message="note must not be empty.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SlaPolicy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, unique=True)),
                        (
                            "position",
                            models.PositiveIntegerField(
                                default=100, help_text="Policies are tried from the lowest on."
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True, help_text="An inactive one is given to no ticket any more."
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "verbose_name": "SLA policy",
                        "verbose_name_plural": "SLA policies",
                        "ordering": ["position", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="slapolicy_name_not_blank",
                                violation_error_message="name must not be empty.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SlaPolicyVersion",
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
                                related_name="versions",
                                to="support.slapolicy",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        (
                            "conditions",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                help_text='All must hold, each for any of its values: {"priority": ["urgent", "high"]}. Empty for every ticket. Keys: priority, category, channel, product, integration, team (slug), segment, tier, city.',
                            ),
                        ),
                        (
                            "targets",
                            models.JSONField(
                                help_text='By clock: {"first_reply": {"seconds": 3600, "hours": "business"}}; hours are business or calendar.'
                            ),
                        ),
                        (
                            "calendar",
                            models.ForeignKey(
                                blank=True,
                                help_text="Whose open time business hours are; empty for the organisation's.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="operations.businesscalendar",
                            ),
                        ),
                        (
                            "counts_vendor_hold",
                            models.BooleanField(
                                default=False,
                                help_text="Whether the customer's wait goes on while a vendor is waited for.",
                            ),
                        ),
                        (
                            "grace_seconds",
                            models.PositiveIntegerField(
                                default=3600, help_text="What is left at least to solve a ticket that comes back."
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
                        "verbose_name": "version of an SLA policy",
                        "verbose_name_plural": "versions of SLA policies",
                        "ordering": ["policy", "-number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("policy", "number"), name="slapolicyversion_number_unique"),
                            models.CheckConstraint(
                                condition=models.Q(("number__isnull", True), ("number__gte", 1), _connector="OR"),
                                name="slapolicyversion_number_in_range",
                                violation_error_message="number must be at least 1.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("grace_seconds__isnull", True),
                                    models.Q(("grace_seconds__gte", 0), ("grace_seconds__lte", 604800)),
                                    _connector="OR",
                                ),
                                name="slapolicyversion_grace_seconds_in_range",
                                violation_error_message="grace_seconds must be between 0 and 604800.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TicketClock",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="clocks", to="support.ticket"
                            ),
                        ),
                        (
                            "metric",
                            models.CharField(
                                choices=[
                                    ("first_reply", "First reply"),
                                    ("next_reply", "Next reply"),
                                    ("periodic_update", "Periodic update"),
                                    ("requester_wait", "Requester's wait"),
                                    ("agent_work", "Agents' work"),
                                    ("first_resolution", "First resolution"),
                                    ("full_resolution", "Full resolution"),
                                    ("customer_wait", "Resolution, customer's waits left out"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "instance",
                            models.PositiveIntegerField(
                                default=1, help_text="Which of its kind on this ticket, from 1."
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("running", "Running"),
                                    ("paused", "Paused"),
                                    ("fulfilled", "Fulfilled"),
                                    ("cancelled", "Cancelled"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("started_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        ("running_since", models.DateTimeField(blank=True, null=True)),
                        ("elapsed_calendar_us", models.BigIntegerField(default=0)),
                        ("elapsed_business_us", models.BigIntegerField(default=0)),
                        ("paused_us", models.BigIntegerField(default=0)),
                        (
                            "policy_version",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clocks",
                                to="support.slapolicyversion",
                            ),
                        ),
                        ("target_seconds", models.PositiveIntegerField(blank=True, null=True)),
                        ("is_target_in_business", models.BooleanField(default=True)),
                        (
                            "remaining_us",
                            models.BigIntegerField(
                                blank=True, help_text="Of the target, as of the last event.", null=True
                            ),
                        ),
                        (
                            "due_at",
                            models.DateTimeField(
                                blank=True, help_text="When its target passes or passed; only running.", null=True
                            ),
                        ),
                        (
                            "breached_at",
                            models.DateTimeField(blank=True, help_text="When its target passed; it stays.", null=True),
                        ),
                        (
                            "next_crossing_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="When the next share of the target passes that nobody was told of.",
                                null=True,
                            ),
                        ),
                        (
                            "calendar_keys",
                            models.CharField(
                                blank=True,
                                help_text="What it was counted by: each calendar's number and a hash of its hours.",
                                max_length=500,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["ticket", "started_at", "pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("next_crossing_at__isnull", False)),
                                fields=["next_crossing_at"],
                                name="ticketclock_crossing",
                            ),
                            models.Index(
                                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="ticketclock_due"
                            ),
                            models.Index(fields=["metric", "ended_at"], name="ticketclock_metric_ended"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("ticket", "metric", "instance"), name="ticketclock_instance_unique"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "metric__in",
                                        [
                                            "first_reply",
                                            "next_reply",
                                            "periodic_update",
                                            "requester_wait",
                                            "agent_work",
                                            "first_resolution",
                                            "full_resolution",
                                            "customer_wait",
                                        ],
                                    )
                                ),
                                name="ticketclock_metric_valid",
                                violation_error_message="metric must be one of: first_reply, next_reply, periodic_update, requester_wait, agent_work, first_resolution, full_resolution, customer_wait.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["running", "paused", "fulfilled", "cancelled"])),
                                name="ticketclock_state_valid",
                                violation_error_message="state must be one of: running, paused, fulfilled, cancelled.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("ended_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="ticketclock_ended_at_after_started_at",
                                violation_error_message="ended_at must be no earlier than started_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("elapsed_calendar_us__isnull", True),
                                    ("elapsed_calendar_us__gte", 0),
                                    _connector="OR",
                                ),
                                name="ticketclock_elapsed_calendar_us_in_range",
                                violation_error_message="elapsed_calendar_us must be at least 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("elapsed_business_us__isnull", True),
                                    ("elapsed_business_us__gte", 0),
                                    _connector="OR",
                                ),
                                name="ticketclock_elapsed_business_us_in_range",
                                violation_error_message="elapsed_business_us must be at least 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        models.Q(("state", "running"), _negated=True),
                                        models.Q(("ended_at__isnull", True), ("running_since__isnull", False)),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        models.Q(("state", "paused"), _negated=True),
                                        models.Q(("ended_at__isnull", True), ("running_since__isnull", True)),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        models.Q(("state__in", ["fulfilled", "cancelled"]), _negated=True),
                                        models.Q(("ended_at__isnull", False), ("running_since__isnull", True)),
                                        _connector="OR",
                                    ),
                                ),
                                name="ticketclock_runs_or_ended",
                                violation_error_message="A clock runs, is paused, or has ended.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClockCrossing",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="crossings",
                                to="support.ticket",
                            ),
                        ),
                        (
                            "metric",
                            models.CharField(
                                choices=[
                                    ("first_reply", "First reply"),
                                    ("next_reply", "Next reply"),
                                    ("periodic_update", "Periodic update"),
                                    ("requester_wait", "Requester's wait"),
                                    ("agent_work", "Agents' work"),
                                    ("first_resolution", "First resolution"),
                                    ("full_resolution", "Full resolution"),
                                    ("customer_wait", "Resolution, customer's waits left out"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("instance", models.PositiveIntegerField(default=1)),
                        ("share", models.PositiveSmallIntegerField(help_text="Percent of the target.")),
                        ("crossed_at", models.DateTimeField()),
                        ("noticed_at", models.DateTimeField()),
                        (
                            "policy_version",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="support.slapolicyversion",
                            ),
                        ),
                        ("target_seconds", models.PositiveIntegerField()),
                    ],
                    options={
                        "ordering": ["-crossed_at", "-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("share", 100)), fields=["crossed_at"], name="clockcrossing_breach"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("ticket", "metric", "instance", "share"), name="clockcrossing_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "metric__in",
                                        [
                                            "first_reply",
                                            "next_reply",
                                            "periodic_update",
                                            "requester_wait",
                                            "agent_work",
                                            "first_resolution",
                                            "full_resolution",
                                            "customer_wait",
                                        ],
                                    )
                                ),
                                name="clockcrossing_metric_valid",
                                violation_error_message="metric must be one of: first_reply, next_reply, periodic_update, requester_wait, agent_work, first_resolution, full_resolution, customer_wait.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("share__isnull", True),
                                    models.Q(("share__gte", 1), ("share__lte", 1000)),
                                    _connector="OR",
                                ),
                                name="clockcrossing_share_in_range",
                                violation_error_message="share must be between 1 and 1000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("noticed_at__isnull", True),
                                    ("crossed_at__isnull", True),
                                    ("noticed_at__gte", models.F("crossed_at")),
                                    _connector="OR",
                                ),
                                name="clockcrossing_noticed_at_after_crossed_at",
                                violation_error_message="noticed_at must be no earlier than crossed_at.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BreachExcuse",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "crossing",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="excuse",
                                to="support.clockcrossing",
                            ),
                        ),
                        ("reason", models.CharField(max_length=300)),
                        ("excused_at", models.DateTimeField()),
                        (
                            "excused_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-excused_at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True),
                                name="breachexcuse_reason_not_blank",
                                violation_error_message="reason must not be empty.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CoverageGap",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="coverage_gaps",
                                to="support.team",
                            ),
                        ),
                        ("day_on", models.DateField(help_text="On the organisation's clock.")),
                        ("hours", models.JSONField(default=list, help_text="The hours that lack agents, 0 to 23.")),
                        ("lacking", models.FloatField(help_text="Agents that are lacking in the worst of them.")),
                        (
                            "ending",
                            models.CharField(
                                choices=[("open", "Open"), ("closed", "Closed in time"), ("passed", "Came to pass")],
                                default="open",
                                max_length=20,
                            ),
                        ),
                        ("found_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["day_on", "team", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ending__in", ["open", "closed", "passed"])),
                                name="coveragegap_ending_valid",
                                violation_error_message="ending must be one of: open, closed, passed.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("team", "day_on"),
                                name="coveragegap_one_open_per_team_day_on",
                                violation_error_message="There is already an open coveragegap for this team and day_on.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("lacking__isnull", True), ("lacking__gte", 0), _connector="OR"),
                                name="coveragegap_lacking_in_range",
                                violation_error_message="lacking must be at least 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ended_at__isnull", True), ("ending", "open")),
                                    models.Q(("ended_at__isnull", False), models.Q(("ending", "open"), _negated=True)),
                                    _connector="OR",
                                ),
                                name="coveragegap_ended_has_ending",
                                violation_error_message="A gap that is over says how it ended, an open one has not ended.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CsatRequest",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="csat_requests",
                                to="support.ticket",
                            ),
                        ),
                        (
                            "event",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="csat_request",
                                to="support.ticketevent",
                            ),
                        ),
                        (
                            "agent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("asked_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                        ("score", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("answered_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(fields=["asked_at"], name="csatrequest_asked"),
                            models.Index(fields=["answered_at"], name="csatrequest_answered"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("score__isnull", True),
                                    models.Q(("score__gte", 1), ("score__lte", 5)),
                                    _connector="OR",
                                ),
                                name="csatrequest_score_in_range",
                                violation_error_message="score must be between 1 and 5.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answered_at__isnull", True), ("score__isnull", True)),
                                    models.Q(("answered_at__isnull", False), ("score__isnull", False)),
                                    _connector="OR",
                                ),
                                name="csatrequest_score_with_answered_at",
                                violation_error_message="score and answered_at must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("expires_at__isnull", True),
                                    ("asked_at__isnull", True),
                                    ("expires_at__gt", models.F("asked_at")),
                                    _connector="OR",
                                ),
                                name="csatrequest_expires_at_after_asked_at",
                                violation_error_message="expires_at must be after asked_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("answered_at__isnull", True),
                                    ("asked_at__isnull", True),
                                    ("answered_at__gte", models.F("asked_at")),
                                    _connector="OR",
                                ),
                                name="csatrequest_answered_at_after_asked_at",
                                violation_error_message="answered_at must be no earlier than asked_at.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CsatResponse",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "request",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="responses",
                                to="support.csatrequest",
                            ),
                        ),
                        ("score", models.PositiveSmallIntegerField()),
                        ("comment", models.TextField(blank=True, max_length=2000)),
                        ("answered_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("score__isnull", True),
                                    models.Q(("score__gte", 1), ("score__lte", 5)),
                                    _connector="OR",
                                ),
                                name="csatresponse_score_in_range",
                                violation_error_message="score must be between 1 and 5.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DutyShift",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="shifts", to="support.team"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="duty_shifts",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "timezone",
                            models.CharField(
                                help_text="Such as America/Denver.", max_length=60, verbose_name="time zone"
                            ),
                        ),
                        (
                            "windows",
                            models.JSONField(
                                help_text='By weekday: {"mon": ["09:00-12:00", "13:00-17:00"]}. An end that is not later is on the next day.'
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="first day")),
                        (
                            "ends_on",
                            models.DateField(
                                blank=True, help_text="Empty until further notice.", null=True, verbose_name="last day"
                            ),
                        ),
                        (
                            "is_on_holidays",
                            models.BooleanField(
                                default=False,
                                help_text="Otherwise closed days of the team's calendar are free.",
                                verbose_name="also on holidays",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["team", "user", "starts_on", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("timezone", ""), _negated=True),
                                name="dutyshift_timezone_not_blank",
                                violation_error_message="timezone must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True),
                                    ("starts_on__isnull", True),
                                    ("ends_on__gte", models.F("starts_on")),
                                    _connector="OR",
                                ),
                                name="dutyshift_ends_on_after_starts_on",
                                violation_error_message="ends_on must be no earlier than starts_on.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Macro",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True)),
                        (
                            "body",
                            models.TextField(
                                blank=True,
                                help_text="{customer}, {ticket} and {agent} are filled in.",
                                max_length=10000,
                            ),
                        ),
                        ("is_note", models.BooleanField(default=False, verbose_name="only for us")),
                        (
                            "priority",
                            models.CharField(
                                blank=True,
                                choices=[("urgent", "Urgent"), ("high", "High"), ("normal", "Normal"), ("low", "Low")],
                                max_length=20,
                            ),
                        ),
                        ("category", models.CharField(blank=True, max_length=120)),
                        (
                            "tags",
                            models.CharField(blank=True, help_text="Added; with spaces between them.", max_length=300),
                        ),
                        (
                            "state",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("open", "Open"),
                                    ("pending_customer", "Pending customer"),
                                    ("solved", "Solved"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="macro_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("priority__in", ["", "urgent", "high", "normal", "low"])),
                                name="macro_priority_valid",
                                violation_error_message="Give a priority or none.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["", "open", "pending_customer", "solved"])),
                                name="macro_state_valid",
                                violation_error_message="Give open, pending customer, solved or none.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("body", ""),
                                    ("category", ""),
                                    ("priority", ""),
                                    ("state", ""),
                                    ("tags", ""),
                                    _negated=True,
                                ),
                                name="macro_does_something",
                                violation_error_message="A macro says or changes something.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InboundMail",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("mailbox", models.CharField(max_length=254)),
                        ("message_key", models.CharField(max_length=300)),
                        ("message_id", models.CharField(blank=True, max_length=300)),
                        (
                            "sender",
                            models.CharField(
                                blank=True, help_text="As the mail says, which anybody can forge.", max_length=254
                            ),
                        ),
                        ("sender_name", models.CharField(blank=True, max_length=200)),
                        (
                            "recipients",
                            models.TextField(blank=True, help_text="To whom and in copy, with spaces between."),
                        ),
                        ("subject", models.CharField(blank=True, max_length=300)),
                        ("text", models.TextField(blank=True)),
                        ("received_at", models.DateTimeField()),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("created", "Opened a ticket"),
                                    ("appended", "Added to a ticket"),
                                    ("noted", "Kept as a note"),
                                    ("ignored", "Ignored"),
                                    ("refused", "Refused"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        (
                            "ticket",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mails",
                                to="support.ticket",
                            ),
                        ),
                        (
                            "event",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mail",
                                to="support.ticketevent",
                            ),
                        ),
                        ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                        ("size", models.PositiveIntegerField(help_text="In bytes.")),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(fields=["sender", "received_at"], name="inboundmail_sender"),
                            models.Index(
                                condition=models.Q(("message_id", ""), _negated=True),
                                fields=["message_id"],
                                name="inboundmail_message_id",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("mailbox", "message_key"), name="inboundmail_once"),
                            models.CheckConstraint(
                                condition=models.Q(("message_key", ""), _negated=True),
                                name="inboundmail_message_key_not_blank",
                                violation_error_message="message_key must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("outcome__in", ["created", "appended", "noted", "ignored", "refused"])
                                ),
                                name="inboundmail_outcome_valid",
                                violation_error_message="outcome must be one of: created, appended, noted, ignored, refused.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("event__isnull", False),
                                        ("outcome__in", ["created", "appended", "noted"]),
                                        ("ticket__isnull", False),
                                    ),
                                    models.Q(
                                        models.Q(("outcome__in", ["created", "appended", "noted"]), _negated=True),
                                        ("event__isnull", True),
                                        models.Q(("reason", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="inboundmail_taken_has_event",
                                violation_error_message="A mail that was taken has its event, any other one a reason.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TicketAttachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attachments",
                                to="support.ticketevent",
                            ),
                        ),
                        ("name", models.CharField(max_length=130)),
                        (
                            "media_type",
                            models.CharField(
                                help_text="By what is in the file, not by what the sender said.", max_length=100
                            ),
                        ),
                        ("size", models.PositiveIntegerField(help_text="In bytes.")),
                        ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="ticketattachment_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("size__isnull", True), ("size__gte", 1), _connector="OR"),
                                name="ticketattachment_size_in_range",
                                violation_error_message="size must be at least 1.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReviewSample",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="review_samples",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("week_on", models.DateField(help_text="First day of the week in which it was solved.")),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="support.ticket"
                            ),
                        ),
                        ("seed", models.CharField(max_length=60)),
                        ("drawn_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-week_on", "agent", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("week_on", "agent", "ticket"), name="reviewsample_once"),
                            models.CheckConstraint(
                                condition=models.Q(("seed", ""), _negated=True),
                                name="reviewsample_seed_not_blank",
                                violation_error_message="seed must not be empty.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Review",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="support.ticket"
                            ),
                        ),
                        (
                            "agent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "reviewer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("reviewed_at", models.DateTimeField()),
                        (
                            "understanding",
                            models.PositiveSmallIntegerField(help_text="Was it understood what the customer needed?"),
                        ),
                        (
                            "correctness",
                            models.PositiveSmallIntegerField(help_text="Was the answer right and complete?"),
                        ),
                        ("tone", models.PositiveSmallIntegerField(help_text="Was it friendly and clear?")),
                        ("process", models.PositiveSmallIntegerField(help_text="Cause, states and notes as agreed?")),
                        ("comment", models.CharField(max_length=1000)),
                    ],
                    options={
                        "ordering": ["-reviewed_at", "-pk"],
                        "permissions": [("oversee_review", "Can see everybody's measures and reviews")],
                        "indexes": [models.Index(fields=["agent", "reviewed_at"], name="review_of_agent")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("understanding__isnull", True),
                                    models.Q(("understanding__gte", 0), ("understanding__lte", 4)),
                                    _connector="OR",
                                ),
                                name="review_understanding_in_range",
                                violation_error_message="understanding must be between 0 and 4.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("correctness__isnull", True),
                                    models.Q(("correctness__gte", 0), ("correctness__lte", 4)),
                                    _connector="OR",
                                ),
                                name="review_correctness_in_range",
                                violation_error_message="correctness must be between 0 and 4.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("tone__isnull", True),
                                    models.Q(("tone__gte", 0), ("tone__lte", 4)),
                                    _connector="OR",
                                ),
                                name="review_tone_in_range",
                                violation_error_message="tone must be between 0 and 4.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("process__isnull", True),
                                    models.Q(("process__gte", 0), ("process__lte", 4)),
                                    _connector="OR",
                                ),
                                name="review_process_in_range",
                                violation_error_message="process must be between 0 and 4.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("comment", ""), _negated=True),
                                name="review_comment_not_blank",
                                violation_error_message="comment must not be empty.",
                            ),
                            models.UniqueConstraint(fields=("ticket", "agent", "reviewer"), name="review_once"),
                            models.CheckConstraint(
                                condition=models.Q(("reviewer", models.F("agent")), _negated=True),
                                name="review_by_somebody_else",
                                violation_error_message="Nobody reviews their own work.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TrainingRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="trainings",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("topic", models.CharField(max_length=200)),
                        ("completed_on", models.DateField()),
                        (
                            "valid_until",
                            models.DateField(blank=True, help_text="Last day; empty where it does not end.", null=True),
                        ),
                        (
                            "evidence",
                            models.CharField(blank=True, help_text="Certificate, document or address.", max_length=300),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-completed_on", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("topic", ""), _negated=True),
                                name="trainingrecord_topic_not_blank",
                                violation_error_message="topic must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_until__isnull", True),
                                    ("completed_on__isnull", True),
                                    ("valid_until__gte", models.F("completed_on")),
                                    _connector="OR",
                                ),
                                name="trainingrecord_valid_until_after_completed_on",
                                violation_error_message="valid_until must be no earlier than completed_on.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="saved_views",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("filters", models.JSONField(blank=True, default=dict)),
                        (
                            "is_shared",
                            models.BooleanField(
                                default=False, help_text="For everybody who sees tickets; else for its owner only."
                            ),
                        ),
                        (
                            "is_pinned",
                            models.BooleanField(default=True, help_text="A tab above the queue, with its count."),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="savedview_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.UniqueConstraint(
                                fields=("owner", "name"),
                                name="savedview_name_unique",
                                violation_error_message="You have a view of this name.",
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
                migrations.CreateModel(
                    name="TicketTrigger",
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
                                choices=[
                                    ("reopens", "Reopened so often"),
                                    ("vip", "Very important customer"),
                                    ("priority", "Priority"),
                                    ("keyword", "Words of the customer"),
                                    ("silence", "Nothing done since it was given out"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("count", models.PositiveIntegerField(default=2, help_text="From how many reopenings on.")),
                        (
                            "minutes",
                            models.PositiveIntegerField(
                                default=240, help_text="Of silence, in the organisation's open time."
                            ),
                        ),
                        (
                            "priority",
                            models.CharField(
                                choices=[("urgent", "Urgent"), ("high", "High"), ("normal", "Normal"), ("low", "Low")],
                                default="urgent",
                                help_text="This one and more urgent ones.",
                                max_length=20,
                            ),
                        ),
                        (
                            "words",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text='Words or phrases, such as ["lawyer", "chargeback"].',
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
                        ("is_active", models.BooleanField(default=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="tickettrigger_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["reopens", "vip", "priority", "keyword", "silence"])),
                                name="tickettrigger_kind_valid",
                                violation_error_message="kind must be one of: reopens, vip, priority, keyword, silence.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("priority__in", ["urgent", "high", "normal", "low"])),
                                name="tickettrigger_priority_valid",
                                violation_error_message="priority must be one of: urgent, high, normal, low.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("severity__in", ["normal", "critical"])),
                                name="tickettrigger_severity_valid",
                                violation_error_message="severity must be one of: normal, critical.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("count__isnull", True),
                                    models.Q(("count__gte", 1), ("count__lte", 100)),
                                    _connector="OR",
                                ),
                                name="tickettrigger_count_in_range",
                                violation_error_message="count must be between 1 and 100.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("minutes__isnull", True),
                                    models.Q(("minutes__gte", 1), ("minutes__lte", 43200)),
                                    _connector="OR",
                                ),
                                name="tickettrigger_minutes_in_range",
                                violation_error_message="minutes must be between 1 and 43200.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "keyword"), _negated=True),
                                    models.Q(("words", []), _negated=True),
                                    _connector="OR",
                                ),
                                name="tickettrigger_keyword_has_words",
                                violation_error_message="Give the words that are looked for.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TriggerFiring",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "trigger",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="firings",
                                to="support.tickettrigger",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="firings", to="support.ticket"
                            ),
                        ),
                        (
                            "occasion",
                            models.CharField(
                                help_text="What it held for, such as the second reopening.", max_length=80
                            ),
                        ),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("trigger", "ticket", "occasion"), name="triggerfiring_once")
                        ],
                    },
                ),
            ],
        ),
        migrations.RunPython(index_words, drop_index),
        migrations.RunPython(ship_triggers, migrations.RunPython.noop),
    ]
