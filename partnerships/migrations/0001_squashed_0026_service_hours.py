import django.core.validators
import django.db.models.deletion
import foundation.secret_shapes
import partnerships.models.communication
import partnerships.models.slo
from django.conf import settings
from django.db import migrations, models

from foundation.migration_operations import CreateModels
from partnerships.migrations._shipped_profiles import ship_profiles


class Migration(migrations.Migration):
    replaces = [
        ("partnerships", "0001_initial"),
        ("partnerships", "0002_standard_profile"),
        ("partnerships", "0003_probe_kinds_from_code"),
        ("partnerships", "0004_heartbeats"),
        ("partnerships", "0005_published_profiles"),
        ("partnerships", "0006_slos"),
        ("partnerships", "0007_ledger"),
        ("partnerships", "0008_incidents"),
        ("partnerships", "0009_quotas"),
        ("partnerships", "0010_maintenance"),
        ("partnerships", "0011_partners"),
        ("partnerships", "0012_flapping_and_vantage"),
        ("partnerships", "0013_adjustments"),
        ("partnerships", "0014_burn_alerts"),
        ("partnerships", "0015_incident_evidence"),
        ("partnerships", "0016_status_page"),
        ("partnerships", "0017_launches"),
        ("partnerships", "0018_promotion_evidence"),
        ("partnerships", "0019_uptime_days"),
        ("partnerships", "0020_agreements"),
        ("partnerships", "0021_keep_evidence_of_api_versions"),
        ("partnerships", "0022_bars_from_days"),
        ("partnerships", "0023_slo_days"),
        ("partnerships", "0024_incident_effects"),
        ("partnerships", "0025_announced_maintenance"),
        ("partnerships", "0026_service_hours"),
    ]

    initial = True

    dependencies = [
        ("metrics", "0001_squashed_0012_draft_authors"),
        ("operations", "0002_squashed_0012_escalation_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            operations=[
                migrations.CreateModel(
                    name="AccountingProfile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        ("version", models.PositiveSmallIntegerField(default=1)),
                        (
                            "maintenance",
                            models.CharField(
                                choices=[
                                    ("exclude", "Excluded"),
                                    ("measured", "Counted as measured"),
                                    ("up", "Counted as up"),
                                ],
                                default="exclude",
                                max_length=20,
                            ),
                        ),
                        (
                            "unknown",
                            models.CharField(
                                choices=[("exclude", "Excluded"), ("down", "Counted as down"), ("up", "Counted as up")],
                                default="exclude",
                                max_length=20,
                            ),
                        ),
                        (
                            "degraded_weight",
                            models.DecimalField(
                                decimal_places=3,
                                default=0,
                                help_text="Share of degraded time that counts as downtime, 0 to 1.",
                                max_digits=4,
                            ),
                        ),
                        (
                            "min_outage_seconds",
                            models.PositiveIntegerField(
                                default=0,
                                help_text="A shorter gap is not an outage in the outage counts; it stays in the uptime.",
                            ),
                        ),
                        (
                            "service_hours",
                            models.ForeignKey(
                                blank=True,
                                help_text="Time outside these hours is neither good nor bad; empty: every second counts.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="operations.businesscalendar",
                            ),
                        ),
                        ("is_default", models.BooleanField(default=False)),
                    ],
                    options={
                        "ordering": ["name", "-version"],
                        "constraints": [
                            models.UniqueConstraint(fields=("name", "version"), name="profile_name_version_unique"),
                            models.UniqueConstraint(
                                condition=models.Q(("is_default", True)),
                                fields=("is_default",),
                                name="profile_one_default",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("maintenance__in", ["exclude", "measured", "up"])),
                                name="profile_maintenance_valid",
                                violation_error_message="maintenance must be one of: exclude, measured, up.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("unknown__in", ["exclude", "down", "up"])),
                                name="profile_unknown_valid",
                                violation_error_message="unknown must be one of: exclude, down, up.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("degraded_weight__isnull", True),
                                    models.Q(("degraded_weight__gte", 0), ("degraded_weight__lte", 1)),
                                    _connector="OR",
                                ),
                                name="profile_degraded_weight_in_range",
                                violation_error_message="degraded_weight must be between 0 and 1.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Integration",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="integrations",
                                to="partnerships.partner",
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("slug", models.SlugField(max_length=120, unique=True)),
                        ("description", models.TextField(blank=True)),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="integrations",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[("production", "Production"), ("experimental", "Experimental")],
                                default="experimental",
                                help_text="The tier now; its history is in the tier periods, and only the tier service changes both.",
                                max_length=20,
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("partner", "name"), name="integration_partner_name_unique"),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="integration_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("tier__in", ["production", "experimental"])),
                                name="integration_tier_valid",
                                violation_error_message="tier must be one of: production, experimental.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HealthCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="checks",
                                to="partnerships.integration",
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        (
                            "kind",
                            models.CharField(
                                default="http",
                                help_text="A kind of probe; the kinds there are, are found in the code.",
                                max_length=30,
                            ),
                        ),
                        ("url", models.CharField(blank=True, max_length=2048, verbose_name="URL")),
                        (
                            "config",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                help_text="Settings of the kind: assertions of an HTTP check, components or services of a status page.",
                            ),
                        ),
                        (
                            "counts_for_uptime",
                            models.BooleanField(
                                default=True,
                                help_text="Off for a partner's own status page, which is shown beside our measurement.",
                            ),
                        ),
                        (
                            "maintenance_approver",
                            models.ForeignKey(
                                blank=True,
                                help_text="In whose name maintenance that this feed announces counts at once; empty: each waits for approval.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "interval_seconds",
                            models.PositiveIntegerField(
                                default=60, validators=[django.core.validators.MinValueValidator(5)]
                            ),
                        ),
                        (
                            "retry_interval_seconds",
                            models.PositiveIntegerField(
                                default=20, validators=[django.core.validators.MinValueValidator(5)]
                            ),
                        ),
                        ("timeout_ms", models.PositiveIntegerField(default=10000, verbose_name="timeout, ms")),
                        (
                            "fail_threshold",
                            models.PositiveSmallIntegerField(
                                default=2, validators=[django.core.validators.MinValueValidator(1)]
                            ),
                        ),
                        (
                            "recover_threshold",
                            models.PositiveSmallIntegerField(
                                default=2, validators=[django.core.validators.MinValueValidator(1)]
                            ),
                        ),
                        ("is_paused", models.BooleanField(default=False)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("heartbeat_fingerprint", models.CharField(blank=True, editable=False, max_length=64)),
                        ("last_beat_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("next_due_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("lease_token", models.CharField(blank=True, editable=False, max_length=36)),
                        ("attempt", models.PositiveSmallIntegerField(default=1, editable=False)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "Pending"),
                                    ("up", "Up"),
                                    ("degraded", "Degraded"),
                                    ("down", "Down"),
                                    ("unknown", "Unknown"),
                                    ("paused", "Paused"),
                                ],
                                default="pending",
                                editable=False,
                                max_length=20,
                            ),
                        ),
                        ("state_since", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("state_version", models.PositiveIntegerField(default=0, editable=False)),
                        ("suspect_since", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("bad_streak", models.PositiveIntegerField(default=0, editable=False)),
                        (
                            "bad_streak_degraded",
                            models.PositiveIntegerField(
                                default=0,
                                editable=False,
                                help_text="How many of the bad streak were degraded rather than failed.",
                            ),
                        ),
                        ("ok_streak", models.PositiveIntegerField(default=0, editable=False)),
                        ("ok_since", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("monitored_from", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("last_result_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "last_good_at",
                            models.DateTimeField(
                                blank=True,
                                editable=False,
                                help_text="When the last measurement (any outcome but error) ended.",
                                null=True,
                            ),
                        ),
                        ("last_outcome", models.CharField(blank=True, editable=False, max_length=20)),
                        ("last_reason", models.CharField(blank=True, editable=False, max_length=60)),
                        ("last_detail", models.CharField(blank=True, editable=False, max_length=300)),
                        ("last_latency_us", models.PositiveBigIntegerField(blank=True, editable=False, null=True)),
                        (
                            "flapping_since",
                            models.DateTimeField(
                                blank=True,
                                editable=False,
                                help_text="Since when its state changes again and again, if it does.",
                                null=True,
                            ),
                        ),
                        ("stale_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "rolled_up_to",
                            models.DateTimeField(
                                blank=True,
                                editable=False,
                                help_text="Uptime hours are exact up to this instant.",
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["integration", "name", "pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("is_paused", False)), fields=["next_due_at"], name="healthcheck_due"
                            ),
                            models.Index(fields=["stale_at"], name="healthcheck_stale"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("integration", "name"), name="healthcheck_name_unique"),
                            models.UniqueConstraint(
                                condition=models.Q(("heartbeat_fingerprint", ""), _negated=True),
                                fields=("heartbeat_fingerprint",),
                                name="healthcheck_heartbeat_unique",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="healthcheck_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind", ""), _negated=True),
                                name="healthcheck_kind_not_blank",
                                violation_error_message="kind must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["pending", "up", "degraded", "down", "unknown", "paused"])
                                ),
                                name="healthcheck_state_valid",
                                violation_error_message="state must be one of: pending, up, degraded, down, unknown, paused.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("interval_seconds__isnull", True),
                                    models.Q(("interval_seconds__gte", 5), ("interval_seconds__lte", 86400)),
                                    _connector="OR",
                                ),
                                name="healthcheck_interval_seconds_in_range",
                                violation_error_message="interval_seconds must be between 5 and 86400.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("retry_interval_seconds__isnull", True),
                                    models.Q(
                                        ("retry_interval_seconds__gte", 5), ("retry_interval_seconds__lte", 86400)
                                    ),
                                    _connector="OR",
                                ),
                                name="healthcheck_retry_interval_seconds_in_range",
                                violation_error_message="retry_interval_seconds must be between 5 and 86400.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("timeout_ms__isnull", True),
                                    models.Q(("timeout_ms__gte", 50), ("timeout_ms__lte", 60000)),
                                    _connector="OR",
                                ),
                                name="healthcheck_timeout_ms_in_range",
                                violation_error_message="timeout_ms must be between 50 and 60000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("fail_threshold__isnull", True),
                                    models.Q(("fail_threshold__gte", 1), ("fail_threshold__lte", 100)),
                                    _connector="OR",
                                ),
                                name="healthcheck_fail_threshold_in_range",
                                violation_error_message="fail_threshold must be between 1 and 100.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("recover_threshold__isnull", True),
                                    models.Q(("recover_threshold__gte", 1), ("recover_threshold__lte", 100)),
                                    _connector="OR",
                                ),
                                name="healthcheck_recover_threshold_in_range",
                                violation_error_message="recover_threshold must be between 1 and 100.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LatencyHour",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "health_check",
                            models.ForeignKey(
                                db_column="check_id",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partnerships.healthcheck",
                            ),
                        ),
                        ("hour", models.DateTimeField()),
                        ("n", models.PositiveIntegerField(default=0)),
                        ("total_us", models.BigIntegerField(default=0)),
                        ("buckets", models.JSONField(default=dict)),
                    ],
                    options={
                        "ordering": ["health_check", "hour"],
                        "indexes": [models.Index(fields=["hour"], name="latencyhour_hour")],
                        "constraints": [
                            models.UniqueConstraint(fields=("health_check", "hour"), name="latencyhour_unique")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Partner",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("app_provider", "App provider"),
                                    ("vendor", "Vendor"),
                                    ("supplier", "Supplier"),
                                ],
                                default="app_provider",
                                max_length=20,
                            ),
                        ),
                        (
                            "stage",
                            models.CharField(
                                choices=[
                                    ("prospect", "Prospect"),
                                    ("negotiating", "Negotiating"),
                                    ("active", "Active"),
                                    ("paused", "Paused"),
                                    ("ended", "Ended"),
                                ],
                                default="prospect",
                                help_text="Where it begins; later it is changed on the partner's page, step by step and with a reason.",
                                max_length=20,
                            ),
                        ),
                        ("website", models.URLField(blank=True)),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="partners",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("notes", models.TextField(blank=True)),
                        (
                            "added_at",
                            models.DateTimeField(
                                blank=True,
                                editable=False,
                                help_text="When it was first recorded; empty where nobody knows.",
                                null=True,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name"],
                        "indexes": [models.Index(fields=["added_at"], name="partner_added")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="partner_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["app_provider", "vendor", "supplier"])),
                                name="partner_kind_valid",
                                violation_error_message="kind must be one of: app_provider, vendor, supplier.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("stage__in", ["prospect", "negotiating", "active", "paused", "ended"])
                                ),
                                name="partner_stage_valid",
                                violation_error_message="stage must be one of: prospect, negotiating, active, paused, ended.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("slug__in", ("experiments",)), _negated=True),
                                name="partner_slug_free",
                                violation_error_message="This slug is the address of another page.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StatusInterval",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "health_check",
                            models.ForeignKey(
                                db_column="check_id",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="intervals",
                                to="partnerships.healthcheck",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "Pending"),
                                    ("up", "Up"),
                                    ("degraded", "Degraded"),
                                    ("down", "Down"),
                                    ("unknown", "Unknown"),
                                    ("paused", "Paused"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("started_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        ("reason", models.CharField(blank=True, max_length=60)),
                        (
                            "confirmed_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="When the state was known; later than its start where it was back-dated.",
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["health_check", "started_at"],
                        "indexes": [models.Index(fields=["health_check", "ended_at"], name="statusinterval_window")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["pending", "up", "degraded", "down", "unknown", "paused"])
                                ),
                                name="statusinterval_state_valid",
                                violation_error_message="state must be one of: pending, up, degraded, down, unknown, paused.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("ended_at__gt", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="statusinterval_ended_at_after_started_at",
                                violation_error_message="ended_at must be after started_at.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("health_check",),
                                name="statusinterval_one_open_per_health_check",
                                violation_error_message="There is already an open statusinterval for this health_check.",
                            ),
                            models.UniqueConstraint(
                                fields=("health_check", "started_at"), name="statusinterval_start_unique"
                            ),
                            models.UniqueConstraint(
                                fields=("health_check", "ended_at"), name="statusinterval_end_unique"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TierPeriod",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tier_periods",
                                to="partnerships.integration",
                            ),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[("production", "Production"), ("experimental", "Experimental")], max_length=20
                            ),
                        ),
                        ("started_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "changed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        (
                            "checklist",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="Of a promotion: each requirement, its evidence and whether it was met.",
                            ),
                        ),
                        (
                            "override_reason",
                            models.CharField(
                                blank=True,
                                help_text="Why it was promoted though the checklist was not met.",
                                max_length=300,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["integration", "started_at"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("tier__in", ["production", "experimental"])),
                                name="tierperiod_tier_valid",
                                violation_error_message="tier must be one of: production, experimental.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("ended_at__gt", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="tierperiod_ended_at_after_started_at",
                                violation_error_message="ended_at must be after started_at.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("integration",),
                                name="tierperiod_one_open_per_integration",
                                violation_error_message="There is already an open tierperiod for this integration.",
                            ),
                            models.UniqueConstraint(
                                fields=("integration", "started_at"), name="tierperiod_start_unique"
                            ),
                            models.UniqueConstraint(fields=("integration", "ended_at"), name="tierperiod_end_unique"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UptimeHour",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "health_check",
                            models.ForeignKey(
                                db_column="check_id",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partnerships.healthcheck",
                            ),
                        ),
                        ("hour", models.DateTimeField()),
                        (
                            "tier",
                            models.CharField(
                                choices=[("production", "Production"), ("experimental", "Experimental")], max_length=20
                            ),
                        ),
                        (
                            "is_planned",
                            models.BooleanField(
                                default=False, help_text="Whether this is time inside planned maintenance."
                            ),
                        ),
                        ("up_us", models.BigIntegerField(default=0)),
                        ("degraded_us", models.BigIntegerField(default=0)),
                        ("down_us", models.BigIntegerField(default=0)),
                        ("unknown_us", models.BigIntegerField(default=0)),
                        ("paused_us", models.BigIntegerField(default=0)),
                    ],
                    options={
                        "ordering": ["health_check", "hour"],
                        "indexes": [
                            models.Index(fields=["hour"], name="uptimehour_hour"),
                            models.Index(
                                condition=models.Q(
                                    ("degraded_us__gt", 0),
                                    ("down_us__gt", 0),
                                    ("unknown_us__gt", 0),
                                    ("paused_us__gt", 0),
                                    ("is_planned", True),
                                    _connector="OR",
                                ),
                                fields=["hour"],
                                name="uptimehour_not_up",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("health_check", "hour", "tier", "is_planned"), name="uptimehour_unique"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("tier__in", ["production", "experimental"])),
                                name="uptimehour_tier_valid",
                                violation_error_message="tier must be one of: production, experimental.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("up_us__isnull", True),
                                    models.Q(("up_us__gte", 0), ("up_us__lte", 3600000000)),
                                    _connector="OR",
                                ),
                                name="uptimehour_up_us_in_range",
                                violation_error_message="up_us must be between 0 and 3600000000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("degraded_us__isnull", True),
                                    models.Q(("degraded_us__gte", 0), ("degraded_us__lte", 3600000000)),
                                    _connector="OR",
                                ),
                                name="uptimehour_degraded_us_in_range",
                                violation_error_message="degraded_us must be between 0 and 3600000000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("down_us__isnull", True),
                                    models.Q(("down_us__gte", 0), ("down_us__lte", 3600000000)),
                                    _connector="OR",
                                ),
                                name="uptimehour_down_us_in_range",
                                violation_error_message="down_us must be between 0 and 3600000000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("unknown_us__isnull", True),
                                    models.Q(("unknown_us__gte", 0), ("unknown_us__lte", 3600000000)),
                                    _connector="OR",
                                ),
                                name="uptimehour_unknown_us_in_range",
                                violation_error_message="unknown_us must be between 0 and 3600000000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("paused_us__isnull", True),
                                    models.Q(("paused_us__gte", 0), ("paused_us__lte", 3600000000)),
                                    _connector="OR",
                                ),
                                name="uptimehour_paused_us_in_range",
                                violation_error_message="paused_us must be between 0 and 3600000000.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CheckResult",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "health_check",
                            models.ForeignKey(
                                db_column="check_id",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="results",
                                to="partnerships.healthcheck",
                            ),
                        ),
                        ("scheduled_for", models.DateTimeField()),
                        ("attempt", models.PositiveSmallIntegerField(default=1)),
                        ("started_at", models.DateTimeField()),
                        ("finished_at", models.DateTimeField()),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("ok", "OK"),
                                    ("degraded", "Degraded"),
                                    ("fail", "Failed"),
                                    ("error", "Could not measure"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=60)),
                        ("detail", models.CharField(blank=True, max_length=300)),
                        (
                            "latency_us",
                            models.PositiveBigIntegerField(blank=True, null=True, verbose_name="latency, µs"),
                        ),
                        ("http_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("failed_assertion", models.CharField(blank=True, max_length=200)),
                        ("headers", models.JSONField(blank=True, default=dict)),
                        ("snippet", models.TextField(blank=True)),
                        ("probe", models.CharField(default="local", max_length=60)),
                    ],
                    options={
                        "ordering": ["-finished_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["health_check", "-finished_at"], name="checkresult_recent"),
                            models.Index(fields=["finished_at"], name="checkresult_retention"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("health_check", "scheduled_for", "attempt"), name="checkresult_slot_unique"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("outcome__in", ["ok", "degraded", "fail", "error"])),
                                name="checkresult_outcome_valid",
                                violation_error_message="outcome must be one of: ok, degraded, fail, error.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("finished_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("finished_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="checkresult_finished_at_after_started_at",
                                violation_error_message="finished_at must be no earlier than started_at.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SLO",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="slos",
                                to="partnerships.integration",
                            ),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[("production", "Production"), ("experimental", "Experimental")],
                                help_text="It holds while the integration is in it.",
                                max_length=20,
                            ),
                        ),
                        ("number", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "target_ratio",
                            models.DecimalField(
                                decimal_places=6,
                                help_text="Share of the counted time that is to be good: 0.999 for 99.9 %.",
                                max_digits=7,
                            ),
                        ),
                        (
                            "window_kind",
                            models.CharField(
                                choices=[("rolling", "Rolling days"), ("month", "Calendar month")],
                                default="rolling",
                                max_length=20,
                            ),
                        ),
                        (
                            "window_days",
                            models.PositiveSmallIntegerField(
                                default=30,
                                help_text="Of a rolling window; a calendar month does not use it.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(366),
                                ],
                            ),
                        ),
                        (
                            "time_zone",
                            models.CharField(
                                default="UTC", help_text="In which a calendar month begins and ends.", max_length=60
                            ),
                        ),
                        (
                            "profile",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="slos",
                                to="partnerships.accountingprofile",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("started_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                        (
                            "rules",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="When to tell: severity, kind, budget_percent and window_minutes each; none for the standard ones.",
                            ),
                        ),
                        (
                            "policy",
                            models.JSONField(
                                blank=True,
                                default=partnerships.models.slo.default_policy,
                                help_text="What is done as the budget is spent: spent_percent and action each.",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("healthy", "Healthy"),
                                    ("at_risk", "At risk"),
                                    ("exhausted", "Exhausted"),
                                    ("no_data", "No data"),
                                    ("paused", "Paused"),
                                ],
                                default="no_data",
                                editable=False,
                                max_length=20,
                            ),
                        ),
                        ("status_since", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "policy_percent",
                            models.PositiveIntegerField(
                                default=0, editable=False, help_text="The highest step of the policy that was reached."
                            ),
                        ),
                        ("judge_due_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "verbose_name": "SLO",
                        "verbose_name_plural": "SLOs",
                        "ordering": ["integration", "tier", "-number"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=["judge_due_at"],
                                name="slo_judge_due",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("tier__in", ["production", "experimental"])),
                                name="slo_tier_valid",
                                violation_error_message="tier must be one of: production, experimental.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("window_kind__in", ["rolling", "month"])),
                                name="slo_window_kind_valid",
                                violation_error_message="window_kind must be one of: rolling, month.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["healthy", "at_risk", "exhausted", "no_data", "paused"])
                                ),
                                name="slo_status_valid",
                                violation_error_message="status must be one of: healthy, at_risk, exhausted, no_data, paused.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("window_days__isnull", True),
                                    models.Q(("window_days__gte", 1), ("window_days__lte", 366)),
                                    _connector="OR",
                                ),
                                name="slo_window_days_in_range",
                                violation_error_message="window_days must be between 1 and 366.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("ended_at__gt", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="slo_ended_at_after_started_at",
                                violation_error_message="ended_at must be after started_at.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("integration", "tier"),
                                name="slo_one_open_per_integration_tier",
                                violation_error_message="There is already an open slo for this integration and tier.",
                            ),
                            models.UniqueConstraint(fields=("integration", "tier", "number"), name="slo_number_unique"),
                            models.CheckConstraint(
                                condition=models.Q(("target_ratio__gt", 0), ("target_ratio__lt", 1)),
                                name="slo_target_ratio_below_one",
                                violation_error_message="target_ratio must be above 0 and below 1.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ResultCursor",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, unique=True)),
                        ("read_up_to", models.PositiveBigIntegerField(default=0)),
                        ("moved_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="LedgerEntry",
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
                                    ("tls_certificate", "TLS certificate"),
                                    ("domain", "Domain"),
                                    ("oauth_secret", "OAuth client secret"),
                                    ("personal_token", "Personal access token"),
                                    ("webhook_secret", "Webhook secret"),
                                    ("api_sunset", "API sunset"),
                                    ("contract", "Contract"),
                                    ("insurance", "Insurance"),
                                    ("dpa", "Data processing agreement"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "title",
                            models.CharField(max_length=200, validators=[foundation.secret_shapes.refuse_secret]),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ledger_entries",
                                to="partnerships.partner",
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ledger_entries",
                                to="partnerships.integration",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ledger_entries",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "due_at",
                            models.DateTimeField(
                                blank=True, help_text="When it ends; empty where nobody knows yet.", null=True
                            ),
                        ),
                        (
                            "fingerprint",
                            models.CharField(
                                blank=True,
                                help_text="sha256: and the first digits of the secret's hash, never the secret.",
                                max_length=71,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^sha256:[0-9a-f]{8,64}$",
                                        "Give sha256: and 8 to 64 lower-case hexadecimal digits.",
                                    )
                                ],
                            ),
                        ),
                        (
                            "url",
                            models.URLField(
                                blank=True,
                                max_length=500,
                                validators=[foundation.secret_shapes.refuse_secret],
                                verbose_name="URL",
                            ),
                        ),
                        (
                            "notes",
                            models.CharField(
                                blank=True, max_length=500, validators=[foundation.secret_shapes.refuse_secret]
                            ),
                        ),
                        ("snoozed_until", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("snooze_reason", models.CharField(blank=True, editable=False, max_length=300)),
                        (
                            "snoozed_by",
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
                            "source",
                            models.CharField(
                                choices=[("hand", "Entered"), ("found", "Found by probes")],
                                default="hand",
                                editable=False,
                                max_length=10,
                            ),
                        ),
                        ("found_key", models.CharField(blank=True, editable=False, max_length=120)),
                        ("closed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "closed_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("close_reason", models.CharField(blank=True, editable=False, max_length=300)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "verbose_name_plural": "ledger entries",
                        "ordering": ["due_at", "pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("closed_at__isnull", True)),
                                fields=["due_at"],
                                name="ledgerentry_due",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "tls_certificate",
                                            "domain",
                                            "oauth_secret",
                                            "personal_token",
                                            "webhook_secret",
                                            "api_sunset",
                                            "contract",
                                            "insurance",
                                            "dpa",
                                        ],
                                    )
                                ),
                                name="ledgerentry_kind_valid",
                                violation_error_message="kind must be one of: tls_certificate, domain, oauth_secret, personal_token, webhook_secret, api_sunset, contract, insurance, dpa.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("source__in", ["hand", "found"])),
                                name="ledgerentry_source_valid",
                                violation_error_message="source must be one of: hand, found.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="ledgerentry_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_at__isnull", True), ("closed_by__isnull", True)),
                                    models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="ledgerentry_closed_at_with_closed_by",
                                violation_error_message="closed_at and closed_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("snoozed_by__isnull", True), ("snoozed_until__isnull", True)),
                                    models.Q(("snoozed_by__isnull", False), ("snoozed_until__isnull", False)),
                                    _connector="OR",
                                ),
                                name="ledgerentry_snoozed_until_with_snoozed_by",
                                violation_error_message="snoozed_until and snoozed_by must be given together.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("found_key", ""), _negated=True),
                                fields=("found_key",),
                                name="ledgerentry_found_key_unique",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LedgerNotice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "entry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notices",
                                to="partnerships.ledgerentry",
                            ),
                        ),
                        ("lead_days", models.PositiveSmallIntegerField()),
                        ("due_at", models.DateTimeField()),
                        ("noticed_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("entry", "lead_days", "due_at"), name="ledgernotice_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("lead_days__isnull", True),
                                    models.Q(("lead_days__gte", 0), ("lead_days__lte", 366)),
                                    _connector="OR",
                                ),
                                name="ledgernotice_lead_days_in_range",
                                violation_error_message="lead_days must be between 0 and 366.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LedgerRenewal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "entry",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="renewals",
                                to="partnerships.ledgerentry",
                            ),
                        ),
                        ("renewed_at", models.DateTimeField()),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "evidence",
                            models.CharField(max_length=500, validators=[foundation.secret_shapes.refuse_secret]),
                        ),
                        ("previous_due_at", models.DateTimeField(blank=True, null=True)),
                        ("next_due_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-renewed_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("evidence", ""), _negated=True),
                                name="ledgerrenewal_evidence_not_blank",
                                violation_error_message="evidence must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("next_due_at__isnull", True),
                                    ("previous_due_at__isnull", True),
                                    ("next_due_at__gt", models.F("previous_due_at")),
                                    _connector="OR",
                                ),
                                name="ledgerrenewal_next_due_at_after_previous_due_at",
                                violation_error_message="next_due_at must be after previous_due_at.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Incident",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("declared", "Declared"),
                                    ("investigating", "Investigating"),
                                    ("identified", "Identified"),
                                    ("monitoring", "Monitoring"),
                                    ("resolved", "Resolved"),
                                    ("review", "In review"),
                                    ("closed", "Closed"),
                                ],
                                default="declared",
                                max_length=20,
                            ),
                        ),
                        (
                            "impact",
                            models.CharField(
                                choices=[("high", "High"), ("medium", "Medium"), ("low", "Low")],
                                default="medium",
                                max_length=20,
                            ),
                        ),
                        (
                            "urgency",
                            models.CharField(
                                choices=[("high", "High"), ("medium", "Medium"), ("low", "Low")],
                                default="medium",
                                max_length=20,
                            ),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[("production", "Production"), ("experimental", "Experimental")],
                                default="production",
                                help_text="Production as soon as one affected integration is; it moves the severity.",
                                max_length=20,
                            ),
                        ),
                        (
                            "severity",
                            models.CharField(
                                choices=[("sev1", "SEV1"), ("sev2", "SEV2"), ("sev3", "SEV3"), ("sev4", "SEV4")],
                                default="sev3",
                                max_length=20,
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                blank=True,
                                help_text="The one that it is about first; all of them are among the affected ones.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="incidents",
                                to="partnerships.integration",
                            ),
                        ),
                        (
                            "is_automatic",
                            models.BooleanField(default=False, help_text="Opened by a check, not by a person."),
                        ),
                        (
                            "fault",
                            models.CharField(
                                choices=[
                                    ("unknown", "Not known"),
                                    ("ours", "Ours"),
                                    ("theirs", "Theirs"),
                                    ("both", "Both"),
                                ],
                                default="unknown",
                                help_text="Whose trouble it was, by a person's judgement.",
                                max_length=20,
                            ),
                        ),
                        ("is_drill", models.BooleanField(default=False)),
                        ("started_at", models.DateTimeField(blank=True, null=True)),
                        ("detected_at", models.DateTimeField()),
                        ("opened_at", models.DateTimeField()),
                        (
                            "opened_by",
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
                        ("restored_at", models.DateTimeField(blank=True, null=True)),
                        ("resolved_at", models.DateTimeField(blank=True, null=True)),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "update_due_at",
                            models.DateTimeField(blank=True, help_text="By when our own people hear more.", null=True),
                        ),
                        (
                            "external_update_due_at",
                            models.DateTimeField(blank=True, help_text="By when those outside hear more.", null=True),
                        ),
                        ("summary", models.TextField(blank=True)),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged_incidents",
                                to="partnerships.incident",
                            ),
                        ),
                        ("reopen_count", models.PositiveIntegerField(default=0)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-opened_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["opened_at"], name="incident_opened"),
                            models.Index(fields=["restored_at"], name="incident_restored"),
                            models.Index(
                                condition=models.Q(("update_due_at__isnull", False)),
                                fields=["update_due_at"],
                                name="incident_update_due",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="incident_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "declared",
                                            "investigating",
                                            "identified",
                                            "monitoring",
                                            "resolved",
                                            "review",
                                            "closed",
                                        ],
                                    )
                                ),
                                name="incident_state_valid",
                                violation_error_message="state must be one of: declared, investigating, identified, monitoring, resolved, review, closed.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("impact__in", ["high", "medium", "low"])),
                                name="incident_impact_valid",
                                violation_error_message="impact must be one of: high, medium, low.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("urgency__in", ["high", "medium", "low"])),
                                name="incident_urgency_valid",
                                violation_error_message="urgency must be one of: high, medium, low.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("tier__in", ["production", "experimental"])),
                                name="incident_tier_valid",
                                violation_error_message="tier must be one of: production, experimental.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("severity__in", ["sev1", "sev2", "sev3", "sev4"])),
                                name="incident_severity_valid",
                                violation_error_message="severity must be one of: sev1, sev2, sev3, sev4.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("fault__in", ["unknown", "ours", "theirs", "both"])),
                                name="incident_fault_valid",
                                violation_error_message="fault must be one of: unknown, ours, theirs, both.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("detected_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("detected_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="incident_detected_at_after_started_at",
                                violation_error_message="detected_at must be no earlier than started_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("opened_at__isnull", True),
                                    ("detected_at__isnull", True),
                                    ("opened_at__gte", models.F("detected_at")),
                                    _connector="OR",
                                ),
                                name="incident_opened_at_after_detected_at",
                                violation_error_message="opened_at must be no earlier than detected_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("acknowledged_at__isnull", True),
                                    ("opened_at__isnull", True),
                                    ("acknowledged_at__gte", models.F("opened_at")),
                                    _connector="OR",
                                ),
                                name="incident_acknowledged_at_after_opened_at",
                                violation_error_message="acknowledged_at must be no earlier than opened_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("restored_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("restored_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="incident_restored_at_after_started_at",
                                violation_error_message="restored_at must be no earlier than started_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("resolved_at__isnull", True),
                                    ("opened_at__isnull", True),
                                    ("resolved_at__gte", models.F("opened_at")),
                                    _connector="OR",
                                ),
                                name="incident_resolved_at_after_opened_at",
                                violation_error_message="resolved_at must be no earlier than opened_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("closed_at__isnull", True),
                                    ("resolved_at__isnull", True),
                                    ("closed_at__gte", models.F("resolved_at")),
                                    _connector="OR",
                                ),
                                name="incident_closed_at_after_resolved_at",
                                violation_error_message="closed_at must be no earlier than resolved_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("acknowledged_at__isnull", True), ("acknowledged_by__isnull", True)),
                                    models.Q(("acknowledged_at__isnull", False), ("acknowledged_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="incident_acknowledged_at_with_acknowledged_by",
                                violation_error_message="acknowledged_at and acknowledged_by must be given together.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("is_automatic", True), ("resolved_at__isnull", True)),
                                fields=("integration",),
                                name="incident_one_automatic",
                                violation_error_message="There is an open automatic incident of this integration.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("is_automatic", False),
                                    models.Q(
                                        ("integration__isnull", False),
                                        ("opened_by__isnull", True),
                                        ("started_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="incident_automatic_has_cause",
                                violation_error_message="An automatic incident has an integration and a beginning, and no declarer.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("closed_at__isnull", True),
                                        ("resolved_at__isnull", True),
                                        ("restored_at__isnull", True),
                                        ("state__in", ["declared", "investigating", "identified", "monitoring"]),
                                    ),
                                    models.Q(
                                        ("closed_at__isnull", True),
                                        ("resolved_at__isnull", False),
                                        ("restored_at__isnull", False),
                                        ("state__in", ["resolved", "review"]),
                                    ),
                                    models.Q(
                                        ("closed_at__isnull", False),
                                        ("resolved_at__isnull", False),
                                        ("state", "closed"),
                                    ),
                                    models.Q(
                                        (
                                            "state__in",
                                            [
                                                "declared",
                                                "investigating",
                                                "identified",
                                                "monitoring",
                                                "resolved",
                                                "review",
                                                "closed",
                                            ],
                                        ),
                                        _negated=True,
                                    ),
                                    _connector="OR",
                                ),
                                name="incident_ends_fit_state",
                                violation_error_message="The instants of the end must fit the state.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("merged_into__isnull", True),
                                    models.Q(
                                        ("state", "closed"), models.Q(("merged_into", models.F("id")), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                                name="incident_merged_is_closed",
                                violation_error_message="A merged incident is closed and leads to another one.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AffectedIntegration",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "incident",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="affected",
                                to="partnerships.incident",
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="affected_by",
                                to="partnerships.integration",
                            ),
                        ),
                        (
                            "effect",
                            models.CharField(
                                choices=[("down", "Down"), ("degraded", "Degraded"), ("at_risk", "At risk")],
                                default="down",
                                max_length=20,
                                verbose_name="impact",
                            ),
                        ),
                        ("started_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["incident", "started_at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("effect__in", ["down", "degraded", "at_risk"])),
                                name="affectedintegration_effect_valid",
                                violation_error_message="effect must be one of: down, degraded, at_risk.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("ended_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="affectedintegration_ended_at_after_started_at",
                                violation_error_message="ended_at must be no earlier than started_at.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("incident", "integration"),
                                name="affectedintegration_one_open_per_incident_integration",
                                violation_error_message="There is already an open affectedintegration for this incident and integration.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IncidentEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "incident",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="partnerships.incident",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("opened", "Opened"),
                                    ("state", "State changed"),
                                    ("severity", "Severity"),
                                    ("role", "Role"),
                                    ("affected", "Affected integrations"),
                                    ("check", "Check"),
                                    ("effect", "Effect"),
                                    ("note", "Note"),
                                    ("details", "Details changed"),
                                    ("communication", "Communication"),
                                    ("evidence", "Evidence"),
                                    ("review", "Post-mortem"),
                                    ("merged", "Merged"),
                                    ("reopened", "Reopened"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("occurred_at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField()),
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
                        ("text", models.TextField(blank=True)),
                        ("old_state", models.CharField(blank=True, max_length=20)),
                        ("new_state", models.CharField(blank=True, max_length=20)),
                        ("changes", models.JSONField(blank=True, default=dict, help_text="Field to [old, new].")),
                        ("key", models.CharField(blank=True, max_length=120)),
                        (
                            "suppressed_by",
                            models.ForeignKey(
                                blank=True,
                                help_text="Of an effect: the check further up that explains it, so that it has no incident of its own.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partnerships.healthcheck",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["incident", "occurred_at", "pk"],
                        "indexes": [models.Index(fields=["incident", "occurred_at"], name="incidentevent_timeline")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "opened",
                                            "state",
                                            "severity",
                                            "role",
                                            "affected",
                                            "check",
                                            "effect",
                                            "note",
                                            "details",
                                            "communication",
                                            "evidence",
                                            "review",
                                            "merged",
                                            "reopened",
                                        ],
                                    )
                                ),
                                name="incidentevent_kind_valid",
                                violation_error_message="kind must be one of: opened, state, severity, role, affected, check, effect, note, details, communication, evidence, review, merged, reopened.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("recorded_at__isnull", True),
                                    ("occurred_at__isnull", True),
                                    ("recorded_at__gte", models.F("occurred_at")),
                                    _connector="OR",
                                ),
                                name="incidentevent_recorded_at_after_occurred_at",
                                violation_error_message="recorded_at must be no earlier than occurred_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "state"), _negated=True),
                                    models.Q(("new_state", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="incidentevent_state_has_states",
                                violation_error_message="A change of state names the new state.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "effect"), ("suppressed_by__isnull", False)),
                                    models.Q(
                                        models.Q(("kind", "effect"), _negated=True), ("suppressed_by__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="incidentevent_effect_has_cause",
                                violation_error_message="Exactly an effect names the check that explains it.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("key", ""), _negated=True),
                                fields=("key",),
                                name="incidentevent_key_unique",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IncidentRole",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "incident",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="roles",
                                to="partnerships.incident",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("commander", "Commander"),
                                    ("comms_lead", "Communications lead"),
                                    ("scribe", "Scribe"),
                                    ("liaison", "Liaison"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="incident_roles",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("started_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["incident", "started_at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("role__in", ["commander", "comms_lead", "scribe", "liaison"])),
                                name="incidentrole_role_valid",
                                violation_error_message="role must be one of: commander, comms_lead, scribe, liaison.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("ended_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="incidentrole_ended_at_after_started_at",
                                violation_error_message="ended_at must be no earlier than started_at.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("incident", "role"),
                                name="incidentrole_one_open_per_incident_role",
                                violation_error_message="There is already an open incidentrole for this incident and role.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QuotaWindow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quota_windows",
                                to="partnerships.integration",
                            ),
                        ),
                        ("resource", models.CharField(max_length=60)),
                        ("limit", models.PositiveBigIntegerField(blank=True, null=True)),
                        ("remaining", models.PositiveBigIntegerField()),
                        ("began_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField()),
                        ("resets_at", models.DateTimeField(blank=True, null=True)),
                        ("window_seconds", models.PositiveIntegerField(blank=True, null=True)),
                        ("rate_from_at", models.DateTimeField()),
                        ("rate_from_remaining", models.PositiveBigIntegerField()),
                        (
                            "probes",
                            models.PositiveIntegerField(default=1, help_text="How many of our own probes told of it."),
                        ),
                        ("told_low_at", models.DateTimeField(blank=True, null=True)),
                        ("told_critical_at", models.DateTimeField(blank=True, null=True)),
                        ("told_forecast_at", models.DateTimeField(blank=True, null=True)),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["-began_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("resource", ""), _negated=True),
                                name="quotawindow_resource_not_blank",
                                violation_error_message="resource must not be empty.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("integration", "resource"),
                                name="quotawindow_one_open_per_integration_resource",
                                violation_error_message="There is already an open quotawindow for this integration and resource.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("seen_at__isnull", True),
                                    ("began_at__isnull", True),
                                    ("seen_at__gte", models.F("began_at")),
                                    _connector="OR",
                                ),
                                name="quotawindow_seen_at_after_began_at",
                                violation_error_message="seen_at must be no earlier than began_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("began_at__isnull", True),
                                    ("ended_at__gte", models.F("began_at")),
                                    _connector="OR",
                                ),
                                name="quotawindow_ended_at_after_began_at",
                                violation_error_message="ended_at must be no earlier than began_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("probes__isnull", True), ("probes__gte", 1), _connector="OR"),
                                name="quotawindow_probes_in_range",
                                violation_error_message="probes must be at least 1.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Maintenance",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("once", "Once"), ("weekly", "Weekly"), ("cron", "By a cron expression")],
                                default="once",
                                max_length=10,
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[("ours", "Ours"), ("vendor", "Announced by the partner")],
                                default="ours",
                                max_length=10,
                            ),
                        ),
                        (
                            "time_zone",
                            models.CharField(
                                help_text="IANA name of the zone whose clock it is planned by.", max_length=60
                            ),
                        ),
                        (
                            "starts_at",
                            models.DateTimeField(
                                help_text="When it begins; of a recurring one: from when on it is in force."
                            ),
                        ),
                        (
                            "ends_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="Of a recurring one: none begins from then on; empty for no end.",
                                null=True,
                            ),
                        ),
                        (
                            "weekdays",
                            models.JSONField(blank=True, default=list, help_text="Of a weekly one: mon to sun."),
                        ),
                        (
                            "local_start",
                            models.TimeField(
                                blank=True, help_text="Of a weekly one: when it begins on that clock.", null=True
                            ),
                        ),
                        (
                            "cron",
                            models.CharField(
                                blank=True, help_text="Minute, hour, day of month, month, day of week.", max_length=60
                            ),
                        ),
                        (
                            "duration_seconds",
                            models.PositiveIntegerField(help_text="Elapsed time, also where clocks change."),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="maintenances",
                                to="partnerships.partner",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        (
                            "vendor",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                help_text="Of one read from a partner's feed: whose. Title and times follow what they announce.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="announced_maintenances",
                                to="partnerships.partner",
                            ),
                        ),
                        (
                            "external_id",
                            models.CharField(
                                blank=True, editable=False, help_text="The partner's own id of it.", max_length=120
                            ),
                        ),
                        (
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True,
                                editable=False,
                                help_text="When no feed listed it any more before its end.",
                                null=True,
                            ),
                        ),
                        ("planned_at", models.DateTimeField(editable=False)),
                        (
                            "planned_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
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
                        (
                            "cancelled_from",
                            models.DateTimeField(
                                blank=True, editable=False, help_text="From then on nothing of it counts.", null=True
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "integrations",
                            models.ManyToManyField(
                                blank=True, related_name="maintenances", to="partnerships.integration"
                            ),
                        ),
                        (
                            "checks",
                            models.ManyToManyField(
                                blank=True, related_name="maintenances", to="partnerships.healthcheck"
                            ),
                        ),
                        (
                            "feeds",
                            models.ManyToManyField(
                                blank=True,
                                editable=False,
                                help_text="The feeds that list it.",
                                related_name="+",
                                to="partnerships.healthcheck",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-starts_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="maintenance_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("time_zone", ""), _negated=True),
                                name="maintenance_time_zone_not_blank",
                                violation_error_message="time_zone must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["once", "weekly", "cron"])),
                                name="maintenance_kind_valid",
                                violation_error_message="kind must be one of: once, weekly, cron.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("source__in", ["ours", "vendor"])),
                                name="maintenance_source_valid",
                                violation_error_message="source must be one of: ours, vendor.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_at__isnull", True),
                                    ("starts_at__isnull", True),
                                    ("ends_at__gt", models.F("starts_at")),
                                    _connector="OR",
                                ),
                                name="maintenance_ends_at_after_starts_at",
                                violation_error_message="ends_at must be after starts_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("duration_seconds__isnull", True),
                                    models.Q(("duration_seconds__gte", 60), ("duration_seconds__lte", 2592000)),
                                    _connector="OR",
                                ),
                                name="maintenance_duration_seconds_in_range",
                                violation_error_message="duration_seconds must be between 60 and 2592000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="maintenance_approved_at_with_approved_by",
                                violation_error_message="approved_at and approved_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True)),
                                    models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="maintenance_cancelled_at_with_cancelled_by",
                                violation_error_message="cancelled_at and cancelled_by must be given together.",
                            ),
                            models.UniqueConstraint(
                                fields=("vendor", "external_id"),
                                name="maintenance_announced_once",
                                violation_error_message="There is a maintenance of this partner with this external_id.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("external_id", ""), ("vendor__isnull", True), ("withdrawn_at__isnull", True)
                                    ),
                                    models.Q(
                                        ("source", "vendor"),
                                        ("vendor__isnull", False),
                                        models.Q(("external_id", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="maintenance_announced_by_its_vendor",
                                violation_error_message="vendor and external_id go together, and only of one the partner announced.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("cancelled_at__isnull", True),
                                        ("cancelled_from__isnull", True),
                                        ("withdrawn_at__isnull", True),
                                    ),
                                    models.Q(("cancelled_at__isnull", False), ("cancelled_from__isnull", False)),
                                    models.Q(("cancelled_from__isnull", False), ("vendor__isnull", False)),
                                    _connector="OR",
                                ),
                                name="maintenance_cancelled_from_with_its_cause",
                                violation_error_message="cancelled_from must be given where it was cancelled, and only there.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        models.Q(("kind", "once"), _negated=True),
                                        models.Q(
                                            ("cron", ""), ("ends_at__isnull", True), ("local_start__isnull", True)
                                        ),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        models.Q(("kind", "weekly"), _negated=True),
                                        models.Q(("cron", ""), ("local_start__isnull", False)),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        models.Q(("kind", "cron"), _negated=True),
                                        models.Q(("local_start__isnull", True), models.Q(("cron", ""), _negated=True)),
                                        _connector="OR",
                                    ),
                                ),
                                name="maintenance_has_the_rule_of_its_kind",
                                violation_error_message="kind must agree with the rest: weekly has a local_start, cron an expression, once neither and no ends_at.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartnerContact",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contacts",
                                to="partnerships.partner",
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("role", models.CharField(blank=True, max_length=120)),
                        ("email", models.EmailField(blank=True, max_length=254)),
                        ("phone", models.CharField(blank=True, max_length=60)),
                        ("is_primary", models.BooleanField(default=False)),
                        ("notes", models.TextField(blank=True, max_length=5000)),
                        (
                            "left_on",
                            models.DateField(
                                blank=True, help_text="The last day with the partner; empty while there.", null=True
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["partner", "-is_primary", "name", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="partnercontact_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("is_primary", True)),
                                fields=("partner",),
                                name="partnercontact_one_primary",
                                violation_error_message="The partner has a primary contact already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("is_primary", False), ("left_on__isnull", True), _connector="OR"),
                                name="partnercontact_primary_is_there",
                                violation_error_message="Who left is nobody's primary contact.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartnerStageChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stage_changes",
                                to="partnerships.partner",
                            ),
                        ),
                        (
                            "old_stage",
                            models.CharField(
                                choices=[
                                    ("prospect", "Prospect"),
                                    ("negotiating", "Negotiating"),
                                    ("active", "Active"),
                                    ("paused", "Paused"),
                                    ("ended", "Ended"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "new_stage",
                            models.CharField(
                                choices=[
                                    ("prospect", "Prospect"),
                                    ("negotiating", "Negotiating"),
                                    ("active", "Active"),
                                    ("paused", "Paused"),
                                    ("ended", "Ended"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("changed_at", models.DateTimeField()),
                        (
                            "changed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("reason", models.CharField(max_length=500)),
                    ],
                    options={
                        "ordering": ["-changed_at", "-pk"],
                        "indexes": [models.Index(fields=["partner", "changed_at"], name="partnerstagechange_log")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("old_stage__in", ["prospect", "negotiating", "active", "paused", "ended"])
                                ),
                                name="partnerstagechange_old_stage_valid",
                                violation_error_message="old_stage must be one of: prospect, negotiating, active, paused, ended.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("new_stage__in", ["prospect", "negotiating", "active", "paused", "ended"])
                                ),
                                name="partnerstagechange_new_stage_valid",
                                violation_error_message="new_stage must be one of: prospect, negotiating, active, paused, ended.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True),
                                name="partnerstagechange_reason_not_blank",
                                violation_error_message="reason must not be empty.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="VantageResult",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "health_check",
                            models.ForeignKey(
                                db_column="check_id",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="vantage_results",
                                to="partnerships.healthcheck",
                            ),
                        ),
                        (
                            "probe",
                            models.CharField(
                                help_text="The name of the probe that saw it, such as eu-west.", max_length=60
                            ),
                        ),
                        ("observed_at", models.DateTimeField()),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("ok", "OK"),
                                    ("degraded", "Degraded"),
                                    ("fail", "Failed"),
                                    ("error", "Could not measure"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=60)),
                        ("detail", models.CharField(blank=True, max_length=300)),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-observed_at", "-pk"],
                        "indexes": [models.Index(fields=["observed_at"], name="vantageresult_retention")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("health_check", "probe", "observed_at"), name="vantageresult_unique"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("probe", ""), _negated=True),
                                name="vantageresult_probe_not_blank",
                                violation_error_message="probe must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("probe", "local"), _negated=True),
                                name="vantageresult_probe_elsewhere",
                                violation_error_message="local is the name of our own probe.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("outcome__in", ["ok", "degraded", "fail", "error"])),
                                name="vantageresult_outcome_valid",
                                violation_error_message="outcome must be one of: ok, degraded, fail, error.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Adjustment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "health_check",
                            models.ForeignKey(
                                db_column="check_id",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="adjustments",
                                to="partnerships.healthcheck",
                            ),
                        ),
                        ("started_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField()),
                        (
                            "adjusted_to",
                            models.CharField(
                                choices=[
                                    ("up", "Up"),
                                    ("degraded", "Degraded"),
                                    ("down", "Down"),
                                    ("unknown", "Unknown"),
                                    ("maintenance", "Maintenance"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("reason", models.CharField(max_length=300)),
                        ("requested_at", models.DateTimeField(editable=False)),
                        (
                            "requested_by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("rejected_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "rejected_by",
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
                        "ordering": ["-started_at", "-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("approved_at__isnull", False), ("rejected_at__isnull", True)),
                                fields=["health_check", "started_at"],
                                name="adjustment_in_force",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("adjusted_to__in", ["up", "degraded", "down", "unknown", "maintenance"])
                                ),
                                name="adjustment_adjusted_to_valid",
                                violation_error_message="adjusted_to must be one of: up, degraded, down, unknown, maintenance.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True),
                                name="adjustment_reason_not_blank",
                                violation_error_message="reason must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("ended_at__gt", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="adjustment_ended_at_after_started_at",
                                violation_error_message="ended_at must be after started_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="adjustment_approved_at_with_approved_by",
                                violation_error_message="approved_at and approved_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("rejected_at__isnull", True), ("rejected_by__isnull", True)),
                                    models.Q(("rejected_at__isnull", False), ("rejected_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="adjustment_rejected_at_with_rejected_by",
                                violation_error_message="rejected_at and rejected_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    models.Q(("approved_by", models.F("requested_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="adjustment_approved_by_another",
                                violation_error_message="approved_by must be somebody other than requested_by.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BurnAlert",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "slo",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="alerts",
                                to="partnerships.slo",
                            ),
                        ),
                        ("rule", models.CharField(help_text="The rule's key, such as page-burn-60.", max_length=40)),
                        ("severity", models.CharField(choices=[("page", "Page"), ("ticket", "Ticket")], max_length=20)),
                        ("condition", models.CharField(help_text="The rule in words.", max_length=120)),
                        ("threshold", models.DecimalField(decimal_places=4, max_digits=16)),
                        ("long_seconds", models.PositiveIntegerField()),
                        (
                            "short_seconds",
                            models.PositiveIntegerField(
                                help_text="More than a twelfth of the long one: widened for 5 probes."
                            ),
                        ),
                        (
                            "long_burn",
                            models.DecimalField(
                                decimal_places=4, help_text="When it fired, rounded down.", max_digits=16
                            ),
                        ),
                        (
                            "short_burn",
                            models.DecimalField(
                                decimal_places=4, help_text="When it fired, rounded down.", max_digits=16
                            ),
                        ),
                        (
                            "suppressed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="suppressed_alerts",
                                to="partnerships.healthcheck",
                            ),
                        ),
                        ("started_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        ("end_reason", models.CharField(blank=True, max_length=120)),
                    ],
                    options={
                        "ordering": ["-started_at", "-pk"],
                        "indexes": [models.Index(fields=["slo", "rule", "started_at"], name="burnalert_last")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("severity__in", ["page", "ticket"])),
                                name="burnalert_severity_valid",
                                violation_error_message="severity must be one of: page, ticket.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("rule", ""), _negated=True),
                                name="burnalert_rule_not_blank",
                                violation_error_message="rule must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("ended_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="burnalert_ended_at_after_started_at",
                                violation_error_message="ended_at must be no earlier than started_at.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("slo", "rule"),
                                name="burnalert_one_open_per_slo_rule",
                                violation_error_message="There is already an open burnalert for this slo and rule.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("long_seconds__isnull", True), ("long_seconds__gte", 60), _connector="OR"
                                ),
                                name="burnalert_long_seconds_in_range",
                                violation_error_message="long_seconds must be at least 60.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Dependency",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dependencies",
                                to="partnerships.integration",
                            ),
                        ),
                        (
                            "upstream",
                            models.ForeignKey(
                                help_text="A check of another integration.",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dependants",
                                to="partnerships.healthcheck",
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
                        "verbose_name_plural": "dependencies",
                        "ordering": ["integration", "upstream"],
                        "constraints": [
                            models.UniqueConstraint(fields=("integration", "upstream"), name="dependency_unique")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SLOEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "slo",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="partnerships.slo",
                            ),
                        ),
                        (
                            "alert",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="partnerships.burnalert",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("status", "Status changed"),
                                    ("fired", "Alert fired"),
                                    ("suppressed", "Alert suppressed"),
                                    ("resolved", "Alert resolved"),
                                    ("policy", "Policy step reached"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("happened_at", models.DateTimeField()),
                        ("text", models.CharField(max_length=300)),
                        (
                            "spent_ratio",
                            models.DecimalField(
                                blank=True,
                                decimal_places=4,
                                help_text="Share of the budget, rounded down.",
                                max_digits=12,
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "SLO event",
                        "ordering": ["-happened_at", "-pk"],
                        "indexes": [models.Index(fields=["slo", "-happened_at"], name="sloevent_timeline")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["status", "fired", "suppressed", "resolved", "policy"])
                                ),
                                name="sloevent_kind_valid",
                                violation_error_message="kind must be one of: status, fired, suppressed, resolved, policy.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("text", ""), _negated=True),
                                name="sloevent_text_not_blank",
                                violation_error_message="text must not be empty.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Communication",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "incident",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="communications",
                                to="partnerships.incident",
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[
                                    ("executives", "Executives"),
                                    ("staff", "Staff"),
                                    ("customers", "Customers"),
                                    ("partner", "Partner"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "phase",
                            models.CharField(
                                choices=[
                                    ("holding", "Holding"),
                                    ("update", "Update"),
                                    ("resolved", "Resolved"),
                                    ("review", "Review"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("approved", "Approved"),
                                    ("sent", "Sent"),
                                    ("withdrawn", "Withdrawn"),
                                ],
                                default="draft",
                                max_length=20,
                            ),
                        ),
                        ("subject", models.CharField(max_length=300)),
                        ("body", models.TextField()),
                        (
                            "recipients",
                            models.TextField(
                                blank=True, help_text="One a line. Our own people are found when it is sent."
                            ),
                        ),
                        (
                            "mailed_to",
                            models.TextField(
                                blank=True,
                                help_text="Those of the recipients outside whom it was mailed to, one a line; others by hand.",
                            ),
                        ),
                        ("drafted_at", models.DateTimeField()),
                        (
                            "drafted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
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
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["incident", "-drafted_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("audience__in", ["executives", "staff", "customers", "partner"])),
                                name="communication_audience_valid",
                                violation_error_message="audience must be one of: executives, staff, customers, partner.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("phase__in", ["holding", "update", "resolved", "review"])),
                                name="communication_phase_valid",
                                violation_error_message="phase must be one of: holding, update, resolved, review.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["draft", "approved", "sent", "withdrawn"])),
                                name="communication_state_valid",
                                violation_error_message="state must be one of: draft, approved, sent, withdrawn.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("subject", ""), _negated=True),
                                name="communication_subject_not_blank",
                                violation_error_message="subject must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("body", ""), _negated=True),
                                name="communication_body_not_blank",
                                violation_error_message="body must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="communication_approved_at_with_approved_by",
                                violation_error_message="approved_at and approved_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("sent_at__isnull", True), ("sent_by__isnull", True)),
                                    models.Q(("sent_at__isnull", False), ("sent_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="communication_sent_at_with_sent_by",
                                violation_error_message="sent_at and sent_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_at__isnull", True),
                                    ("drafted_at__isnull", True),
                                    ("approved_at__gte", models.F("drafted_at")),
                                    _connector="OR",
                                ),
                                name="communication_approved_at_after_drafted_at",
                                violation_error_message="approved_at must be no earlier than drafted_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("sent_at__isnull", True),
                                    ("approved_at__isnull", True),
                                    ("sent_at__gte", models.F("approved_at")),
                                    _connector="OR",
                                ),
                                name="communication_sent_at_after_approved_at",
                                violation_error_message="sent_at must be no earlier than approved_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True),
                                    models.Q(("approved_by", models.F("drafted_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="communication_four_eyes",
                                violation_error_message="Somebody else than who wrote it approves a message.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("approved_at__isnull", True), ("sent_at__isnull", True), ("state", "draft")
                                    ),
                                    models.Q(
                                        ("approved_at__isnull", False), ("sent_at__isnull", True), ("state", "approved")
                                    ),
                                    models.Q(
                                        ("approved_at__isnull", False),
                                        ("sent_at__isnull", False),
                                        ("state", "sent"),
                                        models.Q(("recipients", ""), _negated=True),
                                    ),
                                    models.Q(("sent_at__isnull", True), ("state", "withdrawn")),
                                    models.Q(("state__in", ["draft", "approved", "sent", "withdrawn"]), _negated=True),
                                    _connector="OR",
                                ),
                                name="communication_steps_fit_state",
                                violation_error_message="A message is approved before it is sent, and sent to somebody.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CommunicationTemplate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[
                                    ("executives", "Executives"),
                                    ("staff", "Staff"),
                                    ("customers", "Customers"),
                                    ("partner", "Partner"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "phase",
                            models.CharField(
                                choices=[
                                    ("holding", "Holding"),
                                    ("update", "Update"),
                                    ("resolved", "Resolved"),
                                    ("review", "Review"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "subject",
                            models.CharField(
                                max_length=200, validators=[partnerships.models.communication.validate_placeholders]
                            ),
                        ),
                        (
                            "body",
                            models.TextField(validators=[partnerships.models.communication.validate_placeholders]),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["audience", "phase"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("audience__in", ["executives", "staff", "customers", "partner"])),
                                name="communicationtemplate_audience_valid",
                                violation_error_message="audience must be one of: executives, staff, customers, partner.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("phase__in", ["holding", "update", "resolved", "review"])),
                                name="communicationtemplate_phase_valid",
                                violation_error_message="phase must be one of: holding, update, resolved, review.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("subject", ""), _negated=True),
                                name="communicationtemplate_subject_not_blank",
                                violation_error_message="subject must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("body", ""), _negated=True),
                                name="communicationtemplate_body_not_blank",
                                violation_error_message="body must not be empty.",
                            ),
                            models.UniqueConstraint(fields=("audience", "phase"), name="communicationtemplate_unique"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContributingCause",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "post_mortem",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="causes",
                                to="partnerships.postmortem",
                            ),
                        ),
                        (
                            "category",
                            models.CharField(
                                choices=[
                                    ("change", "Change"),
                                    ("capacity", "Capacity"),
                                    ("dependency", "Dependency"),
                                    ("configuration", "Configuration"),
                                    ("process", "Process"),
                                    ("people", "People"),
                                    ("detection", "Detection"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "name",
                            models.CharField(
                                help_text="In two or three words, the same for the same cause.", max_length=120
                            ),
                        ),
                        (
                            "key",
                            models.CharField(
                                editable=False, help_text="The name without case and outer space.", max_length=120
                            ),
                        ),
                        ("text", models.TextField(blank=True, help_text="Why, and why that.")),
                        ("added_at", models.DateTimeField()),
                        (
                            "added_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["post_mortem", "added_at", "pk"],
                        "indexes": [models.Index(fields=["category", "key"], name="contributingcause_shared")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "category__in",
                                        [
                                            "change",
                                            "capacity",
                                            "dependency",
                                            "configuration",
                                            "process",
                                            "people",
                                            "detection",
                                        ],
                                    )
                                ),
                                name="contributingcause_category_valid",
                                violation_error_message="category must be one of: change, capacity, dependency, configuration, process, people, detection.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="contributingcause_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.UniqueConstraint(
                                fields=("post_mortem", "category", "key"), name="contributingcause_unique"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IncidentLink",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "incident",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="vendor_links",
                                to="partnerships.incident",
                            ),
                        ),
                        (
                            "vendor_incident",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="links",
                                to="partnerships.vendorincident",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "Proposed"),
                                    ("confirmed", "Confirmed"),
                                    ("rejected", "Rejected"),
                                ],
                                default="proposed",
                                max_length=20,
                            ),
                        ),
                        ("proposed_at", models.DateTimeField()),
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
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["incident", "proposed_at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("incident", "vendor_incident"), name="incidentlink_unique"),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["proposed", "confirmed", "rejected"])),
                                name="incidentlink_state_valid",
                                violation_error_message="state must be one of: proposed, confirmed, rejected.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="incidentlink_decided_at_with_decided_by",
                                violation_error_message="decided_at and decided_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("state", "proposed")),
                                    models.Q(
                                        models.Q(("state", "proposed"), _negated=True), ("decided_at__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="incidentlink_state_fits",
                                violation_error_message="A link is proposed, or decided by somebody.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PostMortem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "incident",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="post_mortem",
                                to="partnerships.incident",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="post_mortems",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("impact", models.TextField(blank=True, help_text="Who could not do what, and how many.")),
                        (
                            "detection",
                            models.TextField(
                                blank=True, help_text="How it was noticed, and what would have noticed it earlier."
                            ),
                        ),
                        ("went_well", models.TextField(blank=True)),
                        (
                            "due_at",
                            models.DateTimeField(
                                help_text="The close of the fifth working day after the incident was resolved."
                            ),
                        ),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "finished_by",
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
                        "ordering": ["due_at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("finished_at__isnull", True), ("finished_by__isnull", True)),
                                    models.Q(("finished_at__isnull", False), ("finished_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="postmortem_finished_at_with_finished_by",
                                violation_error_message="finished_at and finished_by must be given together.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PostMortemAction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "post_mortem",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="actions",
                                to="partnerships.postmortem",
                            ),
                        ),
                        (
                            "cause",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="actions",
                                to="partnerships.contributingcause",
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("prevent", "Prevent"),
                                    ("detect", "Detect"),
                                    ("mitigate", "Mitigate"),
                                    ("process", "Process"),
                                ],
                                max_length=20,
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="post_mortem_actions",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("due_on", models.DateField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "Open"), ("done", "Done"), ("waived", "Waived")],
                                default="open",
                                max_length=20,
                            ),
                        ),
                        (
                            "evidence",
                            models.TextField(
                                blank=True, help_text="What shows that it works: a link, a test, a drill."
                            ),
                        ),
                        ("waive_reason", models.TextField(blank=True)),
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
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["due_on", "pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")), fields=["due_on"], name="postmortemaction_due"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["prevent", "detect", "mitigate", "process"])),
                                name="postmortemaction_kind_valid",
                                violation_error_message="kind must be one of: prevent, detect, mitigate, process.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["open", "done", "waived"])),
                                name="postmortemaction_state_valid",
                                violation_error_message="state must be one of: open, done, waived.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="postmortemaction_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="postmortemaction_ended_at_with_ended_by",
                                violation_error_message="ended_at and ended_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ended_at__isnull", True), ("state", "open")),
                                    models.Q(
                                        ("ended_at__isnull", False),
                                        ("state", "done"),
                                        models.Q(("evidence", ""), _negated=True),
                                    ),
                                    models.Q(
                                        ("ended_at__isnull", False),
                                        ("state", "waived"),
                                        models.Q(("waive_reason", ""), _negated=True),
                                    ),
                                    models.Q(("state__in", ["open", "done", "waived"]), _negated=True),
                                    _connector="OR",
                                ),
                                name="postmortemaction_end_fits_state",
                                violation_error_message="An action is done with evidence, or waived with a reason.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="VendorIncident",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="vendor_incidents",
                                to="partnerships.partner",
                            ),
                        ),
                        ("external_id", models.CharField(max_length=120)),
                        (
                            "health_check",
                            models.ForeignKey(
                                help_text="The feed that tells of it.",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partnerships.healthcheck",
                            ),
                        ),
                        ("title", models.CharField(max_length=300)),
                        ("status", models.CharField(help_text="The word of the feed.", max_length=60)),
                        ("impact", models.CharField(blank=True, help_text="The word of the feed.", max_length=60)),
                        ("url", models.CharField(blank=True, max_length=500, verbose_name="URL")),
                        ("started_at", models.DateTimeField()),
                        ("announced_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "is_end_inferred",
                            models.BooleanField(
                                default=False,
                                help_text="It was no longer listed: it ended before, at some time since it was last seen.",
                            ),
                        ),
                        ("first_seen_at", models.DateTimeField()),
                        ("last_seen_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["-started_at", "-pk"],
                        "indexes": [models.Index(fields=["partner", "started_at"], name="vendorincident_overlap")],
                        "constraints": [
                            models.UniqueConstraint(fields=("partner", "external_id"), name="vendorincident_unique"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id", ""), _negated=True),
                                name="vendorincident_external_id_not_blank",
                                violation_error_message="external_id must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="vendorincident_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_at__isnull", True),
                                    ("started_at__isnull", True),
                                    ("ended_at__gte", models.F("started_at")),
                                    _connector="OR",
                                ),
                                name="vendorincident_ended_at_after_started_at",
                                violation_error_message="ended_at must be no earlier than started_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("last_seen_at__isnull", True),
                                    ("first_seen_at__isnull", True),
                                    ("last_seen_at__gte", models.F("first_seen_at")),
                                    _connector="OR",
                                ),
                                name="vendorincident_last_seen_at_after_first_seen_at",
                                violation_error_message="last_seen_at must be no earlier than first_seen_at.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="VendorIncidentUpdate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "vendor_incident",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="updates",
                                to="partnerships.vendorincident",
                            ),
                        ),
                        ("external_id", models.CharField(max_length=120)),
                        ("status", models.CharField(blank=True, max_length=60)),
                        ("body", models.TextField(blank=True)),
                        ("body_sha256", models.CharField(max_length=64)),
                        ("said_at", models.DateTimeField()),
                        ("seen_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["vendor_incident", "said_at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("vendor_incident", "external_id", "body_sha256"),
                                name="vendorincidentupdate_unique",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id", ""), _negated=True),
                                name="vendorincidentupdate_external_id_not_blank",
                                violation_error_message="external_id must not be empty.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StatusPage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("title", models.CharField(max_length=120)),
                        (
                            "description",
                            models.CharField(blank=True, help_text="Below the title, for all to read.", max_length=300),
                        ),
                        (
                            "is_published",
                            models.BooleanField(
                                default=False, help_text="Whether anybody may read it without signing in."
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="statuspage_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("is_published", True)),
                                fields=("is_published",),
                                name="statuspage_one_published",
                                violation_error_message="Another page is published already.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StatusComponent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "page",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="components",
                                to="partnerships.statuspage",
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="status_components",
                                to="partnerships.integration",
                            ),
                        ),
                        ("public_name", models.CharField(max_length=120)),
                        (
                            "group",
                            models.CharField(blank=True, help_text="The heading it stands under.", max_length=120),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "ordering": ["page", "position", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("public_name", ""), _negated=True),
                                name="statuscomponent_public_name_not_blank",
                                violation_error_message="public_name must not be empty.",
                            ),
                            models.UniqueConstraint(fields=("page", "integration"), name="statuscomponent_once_a_page"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Launch",
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
                                choices=[("rollout", "Integration rollout"), ("marketing", "Partnership marketing")],
                                max_length=20,
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="launches",
                                to="partnerships.integration",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="launches",
                                to="partnerships.partner",
                            ),
                        ),
                        (
                            "run",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="launch",
                                to="operations.playbookrun",
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "launches",
                        "ordering": ["-created_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["rollout", "marketing"])),
                                name="launch_kind_valid",
                                violation_error_message="kind must be one of: rollout, marketing.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("integration__isnull", False), ("partner__isnull", False), _connector="OR"
                                ),
                                name="launch_of_something",
                                violation_error_message="A launch is of an integration or with a partner.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UptimeDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "health_check",
                            models.ForeignKey(
                                db_column="check_id",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partnerships.healthcheck",
                            ),
                        ),
                        ("day_on", models.DateField()),
                        (
                            "tier",
                            models.CharField(
                                choices=[("production", "Production"), ("experimental", "Experimental")], max_length=20
                            ),
                        ),
                        (
                            "is_planned",
                            models.BooleanField(
                                default=False, help_text="Whether this is time inside planned maintenance."
                            ),
                        ),
                        ("up_us", models.BigIntegerField(default=0)),
                        ("degraded_us", models.BigIntegerField(default=0)),
                        ("down_us", models.BigIntegerField(default=0)),
                        ("unknown_us", models.BigIntegerField(default=0)),
                        ("paused_us", models.BigIntegerField(default=0)),
                    ],
                    options={
                        "ordering": ["health_check", "day_on"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(
                                    ("degraded_us__gt", 0),
                                    ("down_us__gt", 0),
                                    ("unknown_us__gt", 0),
                                    ("paused_us__gt", 0),
                                    ("is_planned", True),
                                    _connector="OR",
                                ),
                                fields=["day_on"],
                                name="uptimeday_not_up",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("health_check", "day_on", "tier", "is_planned"), name="uptimeday_unique"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("tier__in", ["production", "experimental"])),
                                name="uptimeday_tier_valid",
                                violation_error_message="tier must be one of: production, experimental.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("up_us__isnull", True),
                                    models.Q(("up_us__gte", 0), ("up_us__lte", 86400000000)),
                                    _connector="OR",
                                ),
                                name="uptimeday_up_us_in_range",
                                violation_error_message="up_us must be between 0 and 86400000000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("degraded_us__isnull", True),
                                    models.Q(("degraded_us__gte", 0), ("degraded_us__lte", 86400000000)),
                                    _connector="OR",
                                ),
                                name="uptimeday_degraded_us_in_range",
                                violation_error_message="degraded_us must be between 0 and 86400000000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("down_us__isnull", True),
                                    models.Q(("down_us__gte", 0), ("down_us__lte", 86400000000)),
                                    _connector="OR",
                                ),
                                name="uptimeday_down_us_in_range",
                                violation_error_message="down_us must be between 0 and 86400000000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("unknown_us__isnull", True),
                                    models.Q(("unknown_us__gte", 0), ("unknown_us__lte", 86400000000)),
                                    _connector="OR",
                                ),
                                name="uptimeday_unknown_us_in_range",
                                violation_error_message="unknown_us must be between 0 and 86400000000.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("paused_us__isnull", True),
                                    models.Q(("paused_us__gte", 0), ("paused_us__lte", 86400000000)),
                                    _connector="OR",
                                ),
                                name="uptimeday_paused_us_in_range",
                                violation_error_message="paused_us must be between 0 and 86400000000.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Agreement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="agreements",
                                to="partnerships.partner",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("api_access", "API access terms"),
                                    ("fees", "Fees"),
                                    ("sla", "Service level"),
                                    ("liability", "Liability"),
                                    ("data_processing", "Data processing"),
                                    ("contract", "Contract"),
                                ],
                                default="contract",
                                max_length=20,
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("negotiating", "Negotiating"),
                                    ("active", "Active"),
                                    ("terminated", "Terminated"),
                                ],
                                default="draft",
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
                                related_name="agreements",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["partner", "kind", "title", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="agreement_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        ["api_access", "fees", "sla", "liability", "data_processing", "contract"],
                                    )
                                ),
                                name="agreement_kind_valid",
                                violation_error_message="kind must be one of: api_access, fees, sla, liability, data_processing, contract.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["draft", "negotiating", "active", "terminated"])),
                                name="agreement_state_valid",
                                violation_error_message="state must be one of: draft, negotiating, active, terminated.",
                            ),
                            models.UniqueConstraint(fields=("partner", "title"), name="agreement_title_unique"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AgreementVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="partnerships.agreement",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        ("effective_on", models.DateField()),
                        (
                            "ends_on",
                            models.DateField(blank=True, help_text="The last day; empty for no end.", null=True),
                        ),
                        (
                            "renewal",
                            models.CharField(
                                choices=[("auto", "Renews itself"), ("manual", "Renewed by hand"), ("none", "Ends")],
                                default="none",
                                max_length=10,
                            ),
                        ),
                        ("notice_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                        (
                            "fee_minor",
                            models.BigIntegerField(blank=True, null=True, verbose_name="fee a year, minor units"),
                        ),
                        (
                            "liability_cap_minor",
                            models.BigIntegerField(blank=True, null=True, verbose_name="liability cap, minor units"),
                        ),
                        ("currency", models.CharField(blank=True, max_length=3)),
                        (
                            "promised_uptime_ratio",
                            models.DecimalField(blank=True, decimal_places=6, max_digits=7, null=True),
                        ),
                        ("response_hours", models.PositiveSmallIntegerField(blank=True, null=True)),
                        ("data_processing", models.TextField(blank=True, max_length=5000)),
                        ("document_url", models.URLField(blank=True, max_length=500)),
                        ("document_name", models.CharField(blank=True, max_length=120)),
                        ("document_sha256", models.CharField(blank=True, max_length=64, verbose_name="SHA-256")),
                        ("published_at", models.DateTimeField()),
                        (
                            "published_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["agreement", "-number"],
                        "indexes": [models.Index(fields=["ends_on"], name="agreementversion_end")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("agreement", "number"), name="agreementversion_number_unique"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("renewal__in", ["auto", "manual", "none"])),
                                name="agreementversion_renewal_valid",
                                violation_error_message="renewal must be one of: auto, manual, none.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True),
                                    ("effective_on__isnull", True),
                                    ("ends_on__gte", models.F("effective_on")),
                                    _connector="OR",
                                ),
                                name="agreementversion_ends_on_after_effective_on",
                                violation_error_message="ends_on must be no earlier than effective_on.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("notice_days__isnull", True),
                                    models.Q(("notice_days__gte", 0), ("notice_days__lte", 1095)),
                                    _connector="OR",
                                ),
                                name="agreementversion_notice_days_in_range",
                                violation_error_message="notice_days must be between 0 and 1095.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("fee_minor__isnull", True), ("fee_minor__gte", 0), _connector="OR"),
                                name="agreementversion_fee_minor_in_range",
                                violation_error_message="fee_minor must be at least 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("liability_cap_minor__isnull", True),
                                    ("liability_cap_minor__gte", 0),
                                    _connector="OR",
                                ),
                                name="agreementversion_liability_cap_minor_in_range",
                                violation_error_message="liability_cap_minor must be at least 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("promised_uptime_ratio__isnull", True),
                                    models.Q(("promised_uptime_ratio__gte", 0), ("promised_uptime_ratio__lte", 1)),
                                    _connector="OR",
                                ),
                                name="agreementversion_promised_uptime_ratio_in_range",
                                violation_error_message="promised_uptime_ratio must be between 0 and 1.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("currency", ""), _negated=True),
                                    models.Q(("fee_minor__isnull", True), ("liability_cap_minor__isnull", True)),
                                    _connector="OR",
                                ),
                                name="agreementversion_amount_has_currency",
                                violation_error_message="Say in which currency the amount is.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("renewal__in", ["auto", "manual"]), _negated=True),
                                    ("ends_on__isnull", False),
                                    _connector="OR",
                                ),
                                name="agreementversion_renewal_has_end",
                                violation_error_message="What is renewed has a last day.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApiVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="api_versions",
                                to="partnerships.partner",
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("released_on", models.DateField(blank=True, null=True)),
                        ("deprecated_on", models.DateField(blank=True, null=True)),
                        (
                            "sunset_on",
                            models.DateField(
                                blank=True, help_text="The day from which it may no longer answer.", null=True
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[("hand", "Entered"), ("probe", "Noticed by a probe")],
                                default="hand",
                                editable=False,
                                max_length=10,
                            ),
                        ),
                        (
                            "link",
                            models.CharField(blank=True, help_text="Where the partner announces it.", max_length=500),
                        ),
                        (
                            "evidence",
                            models.CharField(
                                blank=True, editable=False, help_text="Which check saw which header.", max_length=300
                            ),
                        ),
                        ("noticed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["partner", "name"],
                        "indexes": [models.Index(fields=["sunset_on"], name="apiversion_sunset")],
                        "constraints": [
                            models.UniqueConstraint(fields=("partner", "name"), name="apiversion_name_unique"),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="apiversion_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("source__in", ["hand", "probe"])),
                                name="apiversion_source_valid",
                                violation_error_message="source must be one of: hand, probe.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("sunset_on__isnull", True),
                                    ("released_on__isnull", True),
                                    ("sunset_on__gt", models.F("released_on")),
                                    _connector="OR",
                                ),
                                name="apiversion_sunset_on_after_released_on",
                                violation_error_message="sunset_on must be after released_on.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApiVersionUse",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="api_uses",
                                to="partnerships.integration",
                            ),
                        ),
                        (
                            "api_version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="uses",
                                to="partnerships.apiversion",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["integration", "api_version"],
                        "constraints": [
                            models.UniqueConstraint(fields=("integration", "api_version"), name="apiversionuse_unique")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NegotiationEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "agreement",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="partnerships.agreement",
                            ),
                        ),
                        ("said_at", models.DateTimeField()),
                        (
                            "said_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partnerships.partnercontact",
                            ),
                        ),
                        ("text", models.CharField(max_length=2000)),
                        ("next_step", models.CharField(blank=True, max_length=500)),
                        ("next_due_on", models.DateField(blank=True, null=True)),
                        ("new_state", models.CharField(blank=True, max_length=20)),
                    ],
                    options={
                        "verbose_name_plural": "negotiation entries",
                        "ordering": ["-said_at", "-pk"],
                        "indexes": [models.Index(fields=["agreement", "said_at"], name="negotiationentry_log")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("text", ""), _negated=True),
                                name="negotiationentry_text_not_blank",
                                violation_error_message="text must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("new_state", ""),
                                    ("new_state__in", ["draft", "negotiating", "active", "terminated"]),
                                    _connector="OR",
                                ),
                                name="negotiationentry_new_state_valid",
                                violation_error_message="new_state must be one of: draft, negotiating, active, terminated.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("next_due_on__isnull", True),
                                    models.Q(("next_step", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="negotiationentry_due_has_step",
                                violation_error_message="Say what is due.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Obligation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="obligations",
                                to="partnerships.integration",
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("terms", "Terms of service"),
                                    ("api_guideline", "API guideline"),
                                    ("contract", "Contract"),
                                ],
                                default="terms",
                                max_length=20,
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        ("clause", models.CharField(blank=True, max_length=200)),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="obligations",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "recurrence",
                            models.CharField(
                                choices=[
                                    ("once", "Once"),
                                    ("monthly", "Monthly"),
                                    ("quarterly", "Quarterly"),
                                    ("yearly", "Yearly"),
                                ],
                                default="yearly",
                                max_length=20,
                            ),
                        ),
                        ("first_due_on", models.DateField()),
                        (
                            "lead_days",
                            models.PositiveSmallIntegerField(
                                default=30, help_text="How long before the day its review is listed."
                            ),
                        ),
                        (
                            "ended_on",
                            models.DateField(
                                blank=True, help_text="From this day on it asks for nothing more.", null=True
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["integration", "title", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="obligation_title_not_blank",
                                violation_error_message="title must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("source__in", ["terms", "api_guideline", "contract"])),
                                name="obligation_source_valid",
                                violation_error_message="source must be one of: terms, api_guideline, contract.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("recurrence__in", ["once", "monthly", "quarterly", "yearly"])),
                                name="obligation_recurrence_valid",
                                violation_error_message="recurrence must be one of: once, monthly, quarterly, yearly.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("lead_days__isnull", True),
                                    models.Q(("lead_days__gte", 0), ("lead_days__lte", 366)),
                                    _connector="OR",
                                ),
                                name="obligation_lead_days_in_range",
                                violation_error_message="lead_days must be between 0 and 366.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ended_on__isnull", True),
                                    ("first_due_on__isnull", True),
                                    ("ended_on__gte", models.F("first_due_on")),
                                    _connector="OR",
                                ),
                                name="obligation_ended_on_after_first_due_on",
                                violation_error_message="ended_on must be no earlier than first_due_on.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PartnershipSignoff",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "hypothesis",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="signoff",
                                to="metrics.hypothesis",
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="signoffs",
                                to="partnerships.partner",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="partnerships.partnercontact",
                            ),
                        ),
                        ("owner_signed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("contact_signed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "contact_signed_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("contact_signed_evidence", models.CharField(blank=True, editable=False, max_length=500)),
                        ("proposed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "proposed_by",
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
                            "proposed_verdict",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("validated", "Validated"),
                                    ("refuted", "Refuted"),
                                    ("inconclusive", "Inconclusive"),
                                    ("invalid", "Invalid"),
                                ],
                                editable=False,
                                max_length=20,
                            ),
                        ),
                        ("proposed_note", models.CharField(blank=True, editable=False, max_length=500)),
                        ("owner_acknowledged_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("contact_acknowledged_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "contact_acknowledged_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("contact_acknowledged_evidence", models.CharField(blank=True, editable=False, max_length=500)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("contact_signed_at__isnull", True), ("contact_signed_by__isnull", True)),
                                    models.Q(
                                        ("contact_signed_at__isnull", False), ("contact_signed_by__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="signoff_contact_signed_at_with_contact_signed_by",
                                violation_error_message="contact_signed_at and contact_signed_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("proposed_at__isnull", True), ("proposed_by__isnull", True)),
                                    models.Q(("proposed_at__isnull", False), ("proposed_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="signoff_proposed_at_with_proposed_by",
                                violation_error_message="proposed_at and proposed_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("contact_acknowledged_at__isnull", True),
                                        ("contact_acknowledged_by__isnull", True),
                                    ),
                                    models.Q(
                                        ("contact_acknowledged_at__isnull", False),
                                        ("contact_acknowledged_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="signoff_contact_acknowledged_at_with_contact_acknowledged_by",
                                violation_error_message="contact_acknowledged_at and contact_acknowledged_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("proposed_verdict", ""),
                                    ("proposed_verdict__in", ["validated", "refuted", "inconclusive", "invalid"]),
                                    _connector="OR",
                                ),
                                name="signoff_proposed_verdict_valid",
                                violation_error_message="proposed_verdict must be one of: validated, refuted, inconclusive, invalid.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("proposed_at__isnull", True), ("proposed_verdict", "")),
                                    models.Q(
                                        ("proposed_at__isnull", False),
                                        models.Q(("proposed_verdict", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="signoff_verdict_when_proposed",
                                violation_error_message="What is proposed has a verdict.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TermsVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "partner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="terms_versions",
                                to="partnerships.partner",
                            ),
                        ),
                        ("url", models.URLField(max_length=500, verbose_name="URL")),
                        ("effective_on", models.DateField()),
                        ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                        ("summary", models.CharField(max_length=2000)),
                        ("recorded_at", models.DateTimeField()),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["partner", "-effective_on", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("summary", ""), _negated=True),
                                name="termsversion_summary_not_blank",
                                violation_error_message="summary must not be empty.",
                            ),
                            models.UniqueConstraint(fields=("partner", "sha256"), name="termsversion_text_unique"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ObligationReview",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "integration",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="partnerships.integration",
                            ),
                        ),
                        (
                            "obligation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="partnerships.obligation",
                            ),
                        ),
                        (
                            "terms_version",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="partnerships.termsversion",
                            ),
                        ),
                        ("due_on", models.DateField()),
                        (
                            "verdict",
                            models.CharField(
                                blank=True,
                                choices=[("compliant", "Compliant"), ("breach", "Breach"), ("waived", "Waived")],
                                max_length=20,
                            ),
                        ),
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
                        ("done_on", models.DateField(blank=True, help_text="The local day of done_at.", null=True)),
                        ("evidence_text", models.CharField(blank=True, max_length=2000)),
                        ("evidence_url", models.URLField(blank=True, max_length=500, verbose_name="evidence URL")),
                        (
                            "evidence_sha256",
                            models.CharField(blank=True, max_length=64, verbose_name="evidence SHA-256"),
                        ),
                    ],
                    options={
                        "ordering": ["due_on", "pk"],
                        "indexes": [models.Index(fields=["due_on"], name="obligationreview_due")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("obligation", "due_on"), name="obligationreview_once_a_day"
                            ),
                            models.UniqueConstraint(
                                fields=("integration", "terms_version"), name="obligationreview_once_a_text"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("done_at__isnull", True), ("done_by__isnull", True)),
                                    models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="obligationreview_done_at_with_done_by",
                                violation_error_message="done_at and done_by must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("done_at__isnull", True), ("done_on__isnull", True)),
                                    models.Q(("done_at__isnull", False), ("done_on__isnull", False)),
                                    _connector="OR",
                                ),
                                name="obligationreview_done_at_with_done_on",
                                violation_error_message="done_at and done_on must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("verdict", ""), ("verdict__in", ["compliant", "breach", "waived"]), _connector="OR"
                                ),
                                name="obligationreview_verdict_valid",
                                violation_error_message="verdict must be one of: compliant, breach, waived.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("done_at__isnull", True), ("verdict", "")),
                                    models.Q(("done_at__isnull", False), models.Q(("verdict", ""), _negated=True)),
                                    _connector="OR",
                                ),
                                name="obligationreview_verdict_when_done",
                                violation_error_message="What is done has a verdict, and what has a verdict is done.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("obligation__isnull", False), ("terms_version__isnull", True)),
                                    models.Q(("obligation__isnull", True), ("terms_version__isnull", False)),
                                    _connector="OR",
                                ),
                                name="obligationreview_of_one_thing",
                                violation_error_message="A review is of an obligation or of new terms.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SLODay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "slo",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="days", to="partnerships.slo"
                            ),
                        ),
                        ("day_on", models.DateField()),
                        ("begun_at", models.DateTimeField(help_text="When it was first judged that day.")),
                        ("judged_at", models.DateTimeField()),
                        (
                            "left_millionths",
                            models.IntegerField(
                                help_text="Share of the budget left, in millionths, rounded down; negative where more was lost than granted."
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "SLO day",
                        "ordering": ["-day_on", "-pk"],
                        "indexes": [models.Index(fields=["begun_at"], name="sloday_begun")],
                        "constraints": [
                            models.UniqueConstraint(fields=("slo", "day_on"), name="sloday_unique"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("judged_at__isnull", True),
                                    ("begun_at__isnull", True),
                                    ("judged_at__gte", models.F("begun_at")),
                                    _connector="OR",
                                ),
                                name="sloday_judged_at_after_begun_at",
                                violation_error_message="judged_at must be no earlier than begun_at.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("left_millionths__isnull", True),
                                    models.Q(("left_millionths__gte", -2000000000), ("left_millionths__lte", 1000000)),
                                    _connector="OR",
                                ),
                                name="sloday_left_millionths_in_range",
                                violation_error_message="left_millionths must be between -2000000000 and 1000000.",
                            ),
                        ],
                    },
                ),
            ],
        ),
        migrations.RunPython(ship_profiles, migrations.RunPython.noop),
    ]
