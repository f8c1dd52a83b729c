import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.migration_operations import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("metrics", "0001_initial"),
        ("metrics", "0002_initial"),
        ("metrics", "0003_annotation"),
        ("metrics", "0004_drafts"),
        ("metrics", "0005_kinds"),
        ("metrics", "0006_signals"),
        ("metrics", "0007_experiments"),
        ("metrics", "0008_closes_reports"),
        ("metrics", "0009_draft_rolling_days"),
        ("metrics", "0010_engine"),
        ("metrics", "0011_followed_at"),
        ("metrics", "0012_draft_authors"),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        # These two only so that they run first, while there are few models to render.
        ("mfa", "0003_authenticator_type_uniq"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    ]

    operations = [
        CreateModels(
            operations=[
                migrations.CreateModel(
                    name="DayCell",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="metrics.metricversion",
                            ),
                        ),
                        ("segment", models.CharField(blank=True, max_length=200)),
                        ("day", models.DateField()),
                        ("n", models.BigIntegerField()),
                        ("total", models.BigIntegerField(default=0)),
                        ("denominator", models.BigIntegerField(default=0)),
                        ("data", models.BinaryField(default=b"")),
                    ],
                    options={
                        "ordering": ["version", "segment", "day"],
                        "constraints": [
                            models.UniqueConstraint(fields=("version", "segment", "day"), name="daycell_unique")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Metric",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "key",
                            models.SlugField(
                                help_text="Names the metric in addresses and in the expressions of derived metrics; it never changes.",
                                max_length=80,
                                unique=True,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "\\A[a-z][a-z0-9_]*\\Z",
                                        "Use lower-case letters, digits and underscores, beginning with a letter.",
                                    )
                                ],
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("question", models.CharField(help_text="The question the metric answers.", max_length=300)),
                        ("purpose", models.TextField(blank=True)),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="metrics",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "unit",
                            models.CharField(
                                blank=True,
                                help_text='As shown beside values, such as h; "ratio" is shown in %.',
                                max_length=20,
                            ),
                        ),
                        ("decimals", models.PositiveSmallIntegerField(default=1)),
                        (
                            "direction",
                            models.CharField(
                                choices=[("up", "Up is good"), ("down", "Down is good"), ("band", "Within a band")],
                                max_length=10,
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("draft", "Draft"), ("approved", "Approved"), ("retired", "Retired")],
                                default="draft",
                                max_length=10,
                            ),
                        ),
                        (
                            "freshness_seconds",
                            models.PositiveIntegerField(
                                default=900,
                                help_text="Older than this with marks waiting, the metric is shown as stale.",
                            ),
                        ),
                        ("position", models.PositiveIntegerField(default=100, help_text="Order on the scorecard.")),
                        (
                            "cadence",
                            models.CharField(
                                choices=[
                                    ("day", "Daily"),
                                    ("week", "Weekly"),
                                    ("month", "Monthly"),
                                    ("quarter", "Quarterly"),
                                ],
                                default="week",
                                help_text="How often it is looked at.",
                                max_length=10,
                            ),
                        ),
                        (
                            "flow",
                            models.CharField(
                                choices=[
                                    ("input", "Input: we act on it directly"),
                                    ("output", "Output: what our work leads to"),
                                ],
                                default="output",
                                max_length=10,
                            ),
                        ),
                        (
                            "lower_spec",
                            models.FloatField(
                                blank=True, help_text="Lowest value that is still within specification.", null=True
                            ),
                        ),
                        (
                            "upper_spec",
                            models.FloatField(
                                blank=True, help_text="Highest value that is still within specification.", null=True
                            ),
                        ),
                        (
                            "waits_for",
                            models.CharField(
                                blank=True,
                                help_text="What a draft still lacks: the source that its values are to come from.",
                                max_length=200,
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "parents",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The metrics that this one drives.",
                                related_name="inputs",
                                to="metrics.metric",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position", "key"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="metric_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("question", ""), _negated=True),
                                name="metric_question_not_blank",
                                violation_error_message="question must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("direction__in", ["up", "down", "band"])),
                                name="metric_direction_valid",
                                violation_error_message="direction must be one of: up, down, band.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["draft", "approved", "retired"])),
                                name="metric_status_valid",
                                violation_error_message="status must be one of: draft, approved, retired.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decimals__isnull", True),
                                    models.Q(("decimals__gte", 0), ("decimals__lte", 9)),
                                    _connector="OR",
                                ),
                                name="metric_decimals_in_range",
                                violation_error_message="decimals must be between 0 and 9.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("cadence__in", ["day", "week", "month", "quarter"])),
                                name="metric_cadence_valid",
                                violation_error_message="cadence must be one of: day, week, month, quarter.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("flow__in", ["input", "output"])),
                                name="metric_flow_valid",
                                violation_error_message="flow must be one of: input, output.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("upper_spec__isnull", True),
                                    ("lower_spec__isnull", True),
                                    ("upper_spec__gt", models.F("lower_spec")),
                                    _connector="OR",
                                ),
                                name="metric_upper_spec_after_lower_spec",
                                violation_error_message="upper_spec must be after lower_spec.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MetricVersion",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="metrics.metric",
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("count", "Count"),
                                    ("sum", "Sum"),
                                    ("mean", "Mean"),
                                    ("percentile", "Percentile"),
                                    ("ratio", "Ratio"),
                                    ("share", "Share of rows"),
                                    ("stock", "Stock at period end"),
                                    ("interval_share", "Share of time"),
                                    ("survival", "Survival"),
                                    ("derived", "Derived from other metrics"),
                                    ("entered", "Entered"),
                                    ("histogram_percentile", "Percentile of a log histogram"),
                                ],
                                max_length=30,
                            ),
                        ),
                        ("source", models.CharField(max_length=80)),
                        ("formula", models.JSONField(default=dict)),
                        (
                            "dimensions",
                            models.JSONField(
                                blank=True, default=list, help_text="Dimensions whose segments are kept as well."
                            ),
                        ),
                        (
                            "time_zone",
                            models.CharField(help_text="The organisation's zone that days are cut in.", max_length=60),
                        ),
                        ("week_start", models.PositiveSmallIntegerField(default=0, help_text="0 is Monday.")),
                        (
                            "fiscal_year_start",
                            models.PositiveSmallIntegerField(
                                default=1, help_text="The month a year begins in, 1 to 12."
                            ),
                        ),
                        (
                            "rolling_days",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Rolling periods of so many days are kept as well, one beginning every day.",
                                null=True,
                            ),
                        ),
                        ("hash", models.CharField(editable=False, max_length=64)),
                        ("effective_from", models.DateTimeField()),
                        ("reason", models.CharField(blank=True, max_length=300)),
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
                        ("approved_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "is_retroactive",
                            models.BooleanField(
                                default=False,
                                help_text="Its values stand for all periods; else only from the day it took effect.",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["metric", "-number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("metric", "number"), name="metricversion_number_unique"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "count",
                                            "sum",
                                            "mean",
                                            "percentile",
                                            "ratio",
                                            "share",
                                            "stock",
                                            "interval_share",
                                            "survival",
                                            "derived",
                                            "entered",
                                            "histogram_percentile",
                                        ],
                                    )
                                ),
                                name="metricversion_kind_valid",
                                violation_error_message="kind must be one of: count, sum, mean, percentile, ratio, share, stock, interval_share, survival, derived, entered, histogram_percentile.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("week_start__isnull", True),
                                    models.Q(("week_start__gte", 0), ("week_start__lte", 6)),
                                    _connector="OR",
                                ),
                                name="metricversion_week_start_in_range",
                                violation_error_message="week_start must be between 0 and 6.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("fiscal_year_start__isnull", True),
                                    models.Q(("fiscal_year_start__gte", 1), ("fiscal_year_start__lte", 12)),
                                    _connector="OR",
                                ),
                                name="metricversion_fiscal_year_start_in_range",
                                violation_error_message="fiscal_year_start must be between 1 and 12.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("rolling_days__isnull", True),
                                    models.Q(("rolling_days__gte", 2), ("rolling_days__lte", 366)),
                                    _connector="OR",
                                ),
                                name="metricversion_rolling_days_in_range",
                                violation_error_message="rolling_days must be between 2 and 366.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("approved_by__isnull", True), ("approved_at__isnull", False), _connector="OR"
                                ),
                                name="metricversion_approver_has_time",
                                violation_error_message="An approval has its time.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PeriodValue",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="values",
                                to="metrics.metricversion",
                            ),
                        ),
                        ("segment", models.CharField(blank=True, max_length=200)),
                        (
                            "grain",
                            models.CharField(
                                choices=[
                                    ("day", "Day"),
                                    ("week", "Week"),
                                    ("month", "Month"),
                                    ("quarter", "Quarter"),
                                    ("year", "Year"),
                                    ("rolling", "Rolling days"),
                                    ("all", "Whole history"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "start",
                            models.DateField(help_text="First day of the period; 1970-01-01 for the whole history."),
                        ),
                        ("value", models.FloatField(null=True)),
                        ("n", models.BigIntegerField(default=0)),
                        ("computed_at", models.DateTimeField()),
                        (
                            "restated_at",
                            models.DateTimeField(
                                blank=True,
                                help_text="When the value last changed after the period had been complete.",
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["version", "segment", "grain", "start"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("version", "segment", "grain", "start"), name="periodvalue_unique"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("grain__in", ["day", "week", "month", "quarter", "year", "rolling", "all"])
                                ),
                                name="periodvalue_grain_valid",
                                violation_error_message="grain must be one of: day, week, month, quarter, year, rolling, all.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SourceRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=80, unique=True)),
                        ("finished_at", models.DateTimeField()),
                        ("days", models.PositiveIntegerField(default=0)),
                        ("marks", models.PositiveIntegerField(default=0)),
                        ("seconds", models.FloatField(default=0)),
                        ("followed_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["source"],
                    },
                ),
                migrations.CreateModel(
                    name="Target",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="targets", to="metrics.metric"
                            ),
                        ),
                        ("segment", models.CharField(blank=True, max_length=200)),
                        (
                            "shape",
                            models.CharField(
                                choices=[
                                    ("linear", "Linear"),
                                    ("level", "Level, from the first day"),
                                    ("step", "Step, done by the due day"),
                                    ("s_curve", "S-curve"),
                                    ("milestones", "Milestones"),
                                ],
                                default="linear",
                                max_length=10,
                            ),
                        ),
                        (
                            "baseline_value",
                            models.FloatField(
                                blank=True,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(-1000000000000000.0),
                                    django.core.validators.MaxValueValidator(1000000000000000.0),
                                ],
                            ),
                        ),
                        (
                            "baseline_note",
                            models.CharField(
                                blank=True, help_text="The period and evidence of the baseline.", max_length=300
                            ),
                        ),
                        (
                            "baseline_evidence",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                editable=False,
                                help_text="The stored value the baseline was taken from, frozen.",
                            ),
                        ),
                        (
                            "target_value",
                            models.FloatField(
                                help_text="Where to go; for a metric that should stay in a band its lower end.",
                                validators=[
                                    django.core.validators.MinValueValidator(-1000000000000000.0),
                                    django.core.validators.MaxValueValidator(1000000000000000.0),
                                ],
                            ),
                        ),
                        (
                            "upper_value",
                            models.FloatField(
                                blank=True,
                                help_text="The upper end of a band; only for such metrics.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(-1000000000000000.0),
                                    django.core.validators.MaxValueValidator(1000000000000000.0),
                                ],
                            ),
                        ),
                        (
                            "milestones",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text='For the shape milestones: [{"day": "2027-03-31", "value": 20}, …], in order.',
                            ),
                        ),
                        (
                            "start_on",
                            models.DateField(
                                validators=[
                                    django.core.validators.MinValueValidator(datetime.date(1970, 1, 1)),
                                    django.core.validators.MaxValueValidator(datetime.date(2200, 12, 31)),
                                ]
                            ),
                        ),
                        (
                            "due_on",
                            models.DateField(
                                blank=True,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(datetime.date(1970, 1, 1)),
                                    django.core.validators.MaxValueValidator(datetime.date(2200, 12, 31)),
                                ],
                            ),
                        ),
                        (
                            "set_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("set_at", models.DateTimeField()),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        (
                            "supersedes",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="superseded_by",
                                to="metrics.target",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["metric", "segment", "-set_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("shape__in", ["linear", "level", "step", "s_curve", "milestones"])),
                                name="target_shape_valid",
                                violation_error_message="shape must be one of: linear, level, step, s_curve, milestones.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("due_on__isnull", True),
                                    ("start_on__isnull", True),
                                    ("due_on__gt", models.F("start_on")),
                                    _connector="OR",
                                ),
                                name="target_due_on_after_start_on",
                                violation_error_message="due_on must be after start_on.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("upper_value__isnull", True),
                                    ("target_value__isnull", True),
                                    ("upper_value__gt", models.F("target_value")),
                                    _connector="OR",
                                ),
                                name="target_upper_value_after_target_value",
                                violation_error_message="upper_value must be after target_value.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("shape__in", ["linear", "step", "s_curve", "milestones"]), _negated=True),
                                    models.Q(("baseline_value__isnull", False), ("due_on__isnull", False)),
                                    _connector="OR",
                                ),
                                name="target_path_is_complete",
                                violation_error_message="This shape needs its baseline value and its due date.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("upper_value__isnull", True), ("shape", "level"), _connector="OR"),
                                name="target_band_is_a_level",
                                violation_error_message="A band holds from the first day: choose the shape level.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ValueRevision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revisions",
                                to="metrics.metricversion",
                            ),
                        ),
                        ("segment", models.CharField(blank=True, max_length=200)),
                        (
                            "grain",
                            models.CharField(
                                choices=[
                                    ("day", "Day"),
                                    ("week", "Week"),
                                    ("month", "Month"),
                                    ("quarter", "Quarter"),
                                    ("year", "Year"),
                                    ("rolling", "Rolling days"),
                                    ("all", "Whole history"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("start", models.DateField()),
                        ("value", models.FloatField(null=True)),
                        ("n", models.BigIntegerField(default=0)),
                        ("computed_at", models.DateTimeField()),
                        ("cause", models.CharField(blank=True, max_length=60)),
                        (
                            "edits",
                            models.BigIntegerField(
                                db_default=0, default=0, help_text="How many row changes stand behind the change."
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["version", "segment", "grain", "start", "computed_at", "pk"],
                        "indexes": [
                            models.Index(
                                fields=["version", "segment", "grain", "start", "computed_at"],
                                name="valuerevision_as_of",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DirtyMark",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=80)),
                        ("utc_hour", models.BigIntegerField()),
                        (
                            "lane",
                            models.PositiveSmallIntegerField(
                                choices=[(0, "Changed rows"), (1, "Backfill")], db_default=0, default=0
                            ),
                        ),
                        ("edits", models.BigIntegerField(db_default=0, default=0)),
                        ("attempts", models.PositiveIntegerField(db_default=0, default=0)),
                        ("not_before", models.DateTimeField(blank=True, null=True)),
                        ("last_error", models.TextField(blank=True, db_default="", default="")),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "ordering": ["source", "utc_hour", "pk"],
                        "indexes": [models.Index(fields=["source", "utc_hour"], name="dirtymark_claim")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("lane__isnull", True),
                                    models.Q(("lane__gte", 0), ("lane__lte", 1)),
                                    _connector="OR",
                                ),
                                name="dirtymark_lane_in_range",
                                violation_error_message="lane must be between 0 and 1.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Annotation",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="annotations",
                                to="metrics.metric",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("note", "Note"),
                                    ("definition", "Definition"),
                                    ("rebase", "Limits rebased"),
                                    ("incident", "Incident"),
                                    ("initiative", "Initiative"),
                                    ("process", "Process change"),
                                ],
                                default="note",
                                max_length=20,
                            ),
                        ),
                        (
                            "happened_on",
                            models.DateField(
                                help_text="The day it happened, in the organisation's time zone.",
                                validators=[
                                    django.core.validators.MinValueValidator(datetime.date(1970, 1, 1)),
                                    django.core.validators.MaxValueValidator(datetime.date(2200, 12, 31)),
                                ],
                            ),
                        ),
                        ("text", models.CharField(max_length=300)),
                        (
                            "url",
                            models.CharField(
                                blank=True,
                                help_text="Where to read more; a path of this site or https.",
                                max_length=300,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^(/(?!/)|https?://)\\S*$", "Give a path of this site or an https address."
                                    )
                                ],
                            ),
                        ),
                        ("key", models.CharField(blank=True, editable=False, max_length=120)),
                        (
                            "made_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("made_at", models.DateTimeField(editable=False)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-happened_on", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["note", "definition", "rebase", "incident", "initiative", "process"])
                                ),
                                name="annotation_kind_valid",
                                violation_error_message="kind must be one of: note, definition, rebase, incident, initiative, process.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("text", ""), _negated=True),
                                name="annotation_text_not_blank",
                                violation_error_message="text must not be empty.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("key", ""), _negated=True),
                                fields=("key",),
                                name="annotation_key_unique",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MetricDraft",
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="metrics.metric"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("count", "Count"),
                                    ("sum", "Sum"),
                                    ("mean", "Mean"),
                                    ("percentile", "Percentile"),
                                    ("ratio", "Ratio"),
                                    ("share", "Share of rows"),
                                    ("stock", "Stock at period end"),
                                    ("interval_share", "Share of time"),
                                    ("survival", "Survival"),
                                    ("derived", "Derived from other metrics"),
                                    ("entered", "Entered"),
                                    ("histogram_percentile", "Percentile of a log histogram"),
                                ],
                                max_length=30,
                            ),
                        ),
                        ("source", models.CharField(max_length=80)),
                        ("formula", models.JSONField(blank=True, default=dict)),
                        (
                            "dimensions",
                            models.JSONField(
                                blank=True, default=list, help_text="Dimensions whose segments are kept as well."
                            ),
                        ),
                        (
                            "rolling_days",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="Also a value over the last so many days, for every day; empty for none.",
                                null=True,
                            ),
                        ),
                        (
                            "is_retroactive",
                            models.BooleanField(
                                default=False,
                                help_text="The new values replace those of all earlier periods. Without it the chart shows a break.",
                                verbose_name="restate all history",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                help_text="Why the definition is needed or changes; shown with it.", max_length=300
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("approved", "Approved"),
                                    ("rejected", "Rejected"),
                                    ("withdrawn", "Withdrawn"),
                                ],
                                default="open",
                                editable=False,
                                max_length=10,
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("created_at", models.DateTimeField(editable=False)),
                        (
                            "edited_by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("edited_at", models.DateTimeField(editable=False)),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("decision_note", models.CharField(blank=True, editable=False, max_length=300)),
                        (
                            "definition",
                            models.OneToOneField(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="draft",
                                to="metrics.metricversion",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "authors",
                            models.ManyToManyField(editable=False, related_name="+", to=settings.AUTH_USER_MODEL),
                        ),
                    ],
                    options={
                        "ordering": ["-created_at", "-pk"],
                        "permissions": [("approve_metricdraft", "Can approve and reject metric drafts of others")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "count",
                                            "sum",
                                            "mean",
                                            "percentile",
                                            "ratio",
                                            "share",
                                            "stock",
                                            "interval_share",
                                            "survival",
                                            "derived",
                                            "entered",
                                            "histogram_percentile",
                                        ],
                                    )
                                ),
                                name="metricdraft_kind_valid",
                                violation_error_message="kind must be one of: count, sum, mean, percentile, ratio, share, stock, interval_share, survival, derived, entered, histogram_percentile.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["open", "approved", "rejected", "withdrawn"])),
                                name="metricdraft_state_valid",
                                violation_error_message="state must be one of: open, approved, rejected, withdrawn.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("source", ""), _negated=True),
                                name="metricdraft_source_not_blank",
                                violation_error_message="source must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True),
                                name="metricdraft_reason_not_blank",
                                violation_error_message="reason must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("rolling_days__isnull", True),
                                    models.Q(("rolling_days__gte", 2), ("rolling_days__lte", 366)),
                                    _connector="OR",
                                ),
                                name="metricdraft_rolling_days_in_range",
                                violation_error_message="rolling_days must be between 2 and 366.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="metricdraft_decided_by_with_decided_at",
                                violation_error_message="decided_by and decided_at must be given together.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("decided_at__isnull", True)),
                                fields=("metric",),
                                name="metricdraft_one_open_per_metric",
                                violation_error_message="There is already an open metricdraft for this metric.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("state", "open")),
                                    models.Q(models.Q(("state", "open"), _negated=True), ("decided_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="metricdraft_open_is_undecided",
                                violation_error_message="Exactly the open drafts have no decision.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["approved", "rejected"]), _negated=True),
                                    models.Q(
                                        models.Q(("decided_by", models.F("created_by")), _negated=True),
                                        models.Q(("decided_by", models.F("edited_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="metricdraft_judged_by_another",
                                violation_error_message="Somebody who did not write the draft approves or rejects it.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("definition__isnull", False), ("state", "approved")),
                                    models.Q(
                                        models.Q(("state", "approved"), _negated=True), ("definition__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="metricdraft_approved_has_definition",
                                violation_error_message="Exactly the approved drafts have become a version.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EnteredValue",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entered_values",
                                to="metrics.metric",
                            ),
                        ),
                        (
                            "happened_on",
                            models.DateField(
                                help_text="The day the value belongs to; for a month's value any day of it."
                            ),
                        ),
                        (
                            "happened_at",
                            models.DateTimeField(
                                editable=False,
                                help_text="Noon of that day by the organisation's clock when it was first entered.",
                            ),
                        ),
                        (
                            "part",
                            models.CharField(
                                blank=True,
                                help_text="What part of the whole it is, such as a region; empty for all of it.",
                                max_length=60,
                            ),
                        ),
                        ("value", models.DecimalField(decimal_places=6, max_digits=15)),
                        (
                            "evidence",
                            models.CharField(
                                help_text="Where it comes from, in words or as a link; for a correction also why.",
                                max_length=500,
                            ),
                        ),
                        (
                            "key",
                            models.CharField(
                                blank=True,
                                help_text="What the sender calls the entry; the same one is stored once.",
                                max_length=120,
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("entered_at", models.DateTimeField()),
                        (
                            "supersedes",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="superseded_by",
                                to="metrics.enteredvalue",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-happened_on", "-pk"],
                        "indexes": [models.Index(fields=["happened_at"], name="enteredvalue_event")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("evidence", ""), _negated=True),
                                name="enteredvalue_evidence_not_blank",
                                violation_error_message="evidence must not be empty.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("key", ""), _negated=True),
                                fields=("metric", "key"),
                                name="enteredvalue_key_unique",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("supersedes__isnull", True)),
                                fields=("metric", "happened_on", "part"),
                                name="enteredvalue_first_unique",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Baseline",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="baselines",
                                to="metrics.metricversion",
                            ),
                        ),
                        ("segment", models.CharField(blank=True, max_length=200)),
                        (
                            "grain",
                            models.CharField(
                                choices=[
                                    ("day", "Day"),
                                    ("week", "Week"),
                                    ("month", "Month"),
                                    ("quarter", "Quarter"),
                                    ("year", "Year"),
                                    ("rolling", "Rolling days"),
                                    ("all", "Whole history"),
                                ],
                                default="week",
                                max_length=10,
                            ),
                        ),
                        (
                            "method",
                            models.CharField(
                                choices=[
                                    ("mean", "Mean moving range"),
                                    ("median", "Median moving range, for skewed data"),
                                ],
                                default="mean",
                                max_length=10,
                            ),
                        ),
                        (
                            "first_period",
                            models.DateField(
                                help_text="First day of the first period the limits are made of and hold for."
                            ),
                        ),
                        ("last_period", models.DateField(blank=True, null=True)),
                        (
                            "wanted",
                            models.PositiveSmallIntegerField(
                                default=26, help_text="From how many complete periods; 12 or more."
                            ),
                        ),
                        ("n", models.PositiveSmallIntegerField(default=0)),
                        ("centre", models.FloatField(blank=True, null=True)),
                        ("lower", models.FloatField(blank=True, null=True)),
                        ("upper", models.FloatField(blank=True, null=True)),
                        ("mean_range", models.FloatField(blank=True, null=True)),
                        ("range_limit", models.FloatField(blank=True, null=True)),
                        ("reason", models.CharField(max_length=300)),
                        ("frozen_at", models.DateTimeField()),
                        (
                            "frozen_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "supersedes",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="superseded_by",
                                to="metrics.baseline",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["version", "segment", "grain", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("grain__in", ["day", "week", "month", "quarter", "year", "rolling", "all"])
                                ),
                                name="baseline_grain_valid",
                                violation_error_message="grain must be one of: day, week, month, quarter, year, rolling, all.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("method__in", ["mean", "median"])),
                                name="baseline_method_valid",
                                violation_error_message="method must be one of: mean, median.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("last_period__isnull", True),
                                    ("first_period__isnull", True),
                                    ("last_period__gt", models.F("first_period")),
                                    _connector="OR",
                                ),
                                name="baseline_last_period_after_first_period",
                                violation_error_message="last_period must be after first_period.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("wanted__isnull", True),
                                    models.Q(("wanted__gte", 12), ("wanted__lte", 104)),
                                    _connector="OR",
                                ),
                                name="baseline_wanted_in_range",
                                violation_error_message="wanted must be between 12 and 104.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True),
                                name="baseline_reason_not_blank",
                                violation_error_message="reason must not be empty.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("supersedes__isnull", True)),
                                fields=("version", "segment", "grain"),
                                name="baseline_one_first",
                                violation_error_message="A further baseline supersedes the one before.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("centre__isnull", False),
                                        ("last_period__isnull", False),
                                        ("lower__isnull", False),
                                        ("mean_range__isnull", False),
                                        ("n__gte", 12),
                                        ("range_limit__isnull", False),
                                        ("upper__isnull", False),
                                    ),
                                    models.Q(
                                        ("centre__isnull", True),
                                        ("last_period__isnull", True),
                                        ("lower__isnull", True),
                                        ("mean_range__isnull", True),
                                        ("n", 0),
                                        ("range_limit__isnull", True),
                                        ("upper__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="baseline_full_or_waiting",
                                violation_error_message="A baseline has all of its numbers, or none while it waits for periods.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SignalEpisode",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "baseline",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="episodes",
                                to="metrics.baseline",
                            ),
                        ),
                        ("side", models.CharField(choices=[("high", "Above"), ("low", "Below")], max_length=10)),
                        ("rules", models.CharField(help_text="The rules broken, such as R1 R2.", max_length=20)),
                        ("is_paging", models.BooleanField(help_text="Whether R1 or R2 is among the rules.")),
                        ("is_improving", models.BooleanField(help_text="Whether this side is the metric's good one.")),
                        ("opened_on", models.DateField(help_text="First day of the first period that broke a rule.")),
                        ("last_on", models.DateField(help_text="First day of the last period that broke a rule.")),
                        ("points", models.JSONField(blank=True, default=list)),
                        ("contributors", models.JSONField(blank=True, default=list)),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "Open"), ("closed", "Closed"), ("withdrawn", "Withdrawn")],
                                default="open",
                                max_length=10,
                            ),
                        ),
                        ("detected_at", models.DateTimeField()),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["-opened_on", "-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")), fields=["baseline"], name="signalepisode_open"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("side__in", ["high", "low"])),
                                name="signalepisode_side_valid",
                                violation_error_message="side must be one of: high, low.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["open", "closed", "withdrawn"])),
                                name="signalepisode_state_valid",
                                violation_error_message="state must be one of: open, closed, withdrawn.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("rules", ""), _negated=True),
                                name="signalepisode_rules_not_blank",
                                violation_error_message="rules must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("last_on__isnull", True),
                                    ("opened_on__isnull", True),
                                    ("last_on__gte", models.F("opened_on")),
                                    _connector="OR",
                                ),
                                name="signalepisode_last_on_after_opened_on",
                                violation_error_message="last_on must be no earlier than opened_on.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "withdrawn"), _negated=True),
                                fields=("baseline", "side", "opened_on"),
                                name="signalepisode_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_at__isnull", True), ("state", "open")),
                                    models.Q(models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="signalepisode_open_is_not_closed",
                                violation_error_message="Exactly the open episodes have no closing time.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Experiment",
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
                            "hypothesis",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="experiments",
                                to="metrics.hypothesis",
                            ),
                        ),
                        (
                            "unit",
                            models.CharField(
                                default="account", help_text="What is assigned to an arm, in one word.", max_length=40
                            ),
                        ),
                        (
                            "metric_name",
                            models.CharField(help_text="The name of the outcome or event that decides.", max_length=80),
                        ),
                        (
                            "metric_kind",
                            models.CharField(
                                choices=[
                                    ("proportion", "Proportion of units"),
                                    ("mean", "Mean per unit"),
                                    ("ratio", "Ratio of sums"),
                                ],
                                default="proportion",
                                max_length=20,
                            ),
                        ),
                        (
                            "metric_source",
                            models.CharField(
                                choices=[
                                    ("outcomes", "Outcomes sent for the experiment"),
                                    ("events", "Product events"),
                                ],
                                default="outcomes",
                                max_length=20,
                            ),
                        ),
                        (
                            "direction",
                            models.CharField(choices=[("up", "Up"), ("down", "Down")], default="up", max_length=10),
                        ),
                        (
                            "minimum_effect",
                            models.FloatField(
                                blank=True,
                                help_text="The smallest difference worth having, absolute, in the metric's unit.",
                                null=True,
                            ),
                        ),
                        (
                            "alpha",
                            models.FloatField(
                                default=0.05,
                                validators=[
                                    django.core.validators.MinValueValidator(0.0001),
                                    django.core.validators.MaxValueValidator(0.5),
                                ],
                            ),
                        ),
                        (
                            "power",
                            models.FloatField(
                                default=0.8,
                                validators=[
                                    django.core.validators.MinValueValidator(0.5),
                                    django.core.validators.MaxValueValidator(0.9999),
                                ],
                            ),
                        ),
                        (
                            "planned_n",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="Units per arm that the plan needs.",
                                null=True,
                                validators=[django.core.validators.MinValueValidator(2)],
                            ),
                        ),
                        (
                            "guardrails",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text='A list of {"name", "kind", "source", "direction", "margin"}.',
                            ),
                        ),
                        (
                            "secondaries",
                            models.JSONField(
                                blank=True, default=list, help_text='A list of {"name", "kind", "source", "direction"}.'
                            ),
                        ),
                        (
                            "covariate_name",
                            models.CharField(
                                blank=True,
                                help_text="Outcome or event counted before the exposure, to reduce variance (CUPED).",
                                max_length=80,
                            ),
                        ),
                        (
                            "covariate_days",
                            models.PositiveSmallIntegerField(
                                default=28,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                            ),
                        ),
                        ("planned_end_on", models.DateField(blank=True, null=True)),
                        ("salt", models.CharField(editable=False, max_length=64)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("running", "Running"),
                                    ("ended", "Ended, undecided"),
                                    ("decided", "Decided"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=10,
                            ),
                        ),
                        (
                            "started_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("started_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "ended_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("ended_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "verdict",
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
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("decision_note", models.CharField(blank=True, editable=False, max_length=500)),
                        (
                            "result",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                editable=False,
                                help_text="The analysis as it was when the verdict was given.",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["-started_at", "key"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="experiment_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("unit", ""), _negated=True),
                                name="experiment_unit_not_blank",
                                violation_error_message="unit must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("metric_name", ""), _negated=True),
                                name="experiment_metric_name_not_blank",
                                violation_error_message="metric_name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("metric_kind__in", ["proportion", "mean", "ratio"])),
                                name="experiment_metric_kind_valid",
                                violation_error_message="metric_kind must be one of: proportion, mean, ratio.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("metric_source__in", ["outcomes", "events"])),
                                name="experiment_metric_source_valid",
                                violation_error_message="metric_source must be one of: outcomes, events.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("direction__in", ["up", "down"])),
                                name="experiment_direction_valid",
                                violation_error_message="direction must be one of: up, down.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["draft", "running", "ended", "decided"])),
                                name="experiment_state_valid",
                                violation_error_message="state must be one of: draft, running, ended, decided.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("minimum_effect__isnull", True), ("minimum_effect__gte", 0), _connector="OR"
                                ),
                                name="experiment_minimum_effect_in_range",
                                violation_error_message="minimum_effect must be at least 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("alpha__isnull", True),
                                    models.Q(("alpha__gte", 0.0001), ("alpha__lte", 0.5)),
                                    _connector="OR",
                                ),
                                name="experiment_alpha_in_range",
                                violation_error_message="alpha must be between 0.0001 and 0.5.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("power__isnull", True),
                                    models.Q(("power__gte", 0.5), ("power__lte", 0.9999)),
                                    _connector="OR",
                                ),
                                name="experiment_power_in_range",
                                violation_error_message="power must be between 0.5 and 0.9999.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("planned_n__isnull", True), ("planned_n__gte", 2), _connector="OR"),
                                name="experiment_planned_n_in_range",
                                violation_error_message="planned_n must be at least 2.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("covariate_days__isnull", True),
                                    models.Q(("covariate_days__gte", 1), ("covariate_days__lte", 365)),
                                    _connector="OR",
                                ),
                                name="experiment_covariate_days_in_range",
                                violation_error_message="covariate_days must be between 1 and 365.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("started_at__isnull", True), ("started_by__isnull", True)),
                                    models.Q(("started_at__isnull", False), ("started_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="experiment_started_by_with_started_at",
                                violation_error_message="started_by and started_at must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="experiment_ended_by_with_ended_at",
                                violation_error_message="ended_by and ended_at must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="experiment_decided_by_with_decided_at",
                                violation_error_message="decided_by and decided_at must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("verdict", ""),
                                    ("verdict__in", ["validated", "refuted", "inconclusive", "invalid"]),
                                    _connector="OR",
                                ),
                                name="experiment_verdict_valid",
                                violation_error_message="verdict must be one of: validated, refuted, inconclusive, invalid.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["draft", "running", "ended", "decided"]), _negated=True),
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("ended_at__isnull", True),
                                        ("started_at__isnull", True),
                                        ("state", "draft"),
                                    ),
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("ended_at__isnull", True),
                                        ("started_at__isnull", False),
                                        ("state", "running"),
                                    ),
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("ended_at__isnull", False),
                                        ("started_at__isnull", False),
                                        ("state", "ended"),
                                    ),
                                    models.Q(
                                        ("decided_at__isnull", False),
                                        ("ended_at__isnull", False),
                                        ("started_at__isnull", False),
                                        ("state", "decided"),
                                        models.Q(("verdict", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="experiment_state_fits",
                                violation_error_message="The state must agree with what has been started, ended and decided.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ExperimentArm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "experiment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="arms",
                                to="metrics.experiment",
                            ),
                        ),
                        ("key", models.SlugField(max_length=40)),
                        ("name", models.CharField(max_length=80)),
                        (
                            "weight",
                            models.PositiveIntegerField(
                                default=1, validators=[django.core.validators.MaxValueValidator(1000000)]
                            ),
                        ),
                        ("is_control", models.BooleanField(default=False)),
                    ],
                    options={
                        "ordering": ["experiment", "-is_control", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="experimentarm_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("weight__isnull", True),
                                    models.Q(("weight__gte", 0), ("weight__lte", 1000000)),
                                    _connector="OR",
                                ),
                                name="experimentarm_weight_in_range",
                                violation_error_message="weight must be between 0 and 1000000.",
                            ),
                            models.UniqueConstraint(fields=("experiment", "key"), name="experimentarm_key_unique"),
                            models.UniqueConstraint(
                                condition=models.Q(("is_control", True)),
                                fields=("experiment",),
                                name="experimentarm_one_control",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Assignment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "experiment",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="metrics.experiment",
                            ),
                        ),
                        ("unit", models.CharField(max_length=120)),
                        (
                            "arm",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="metrics.experimentarm",
                            ),
                        ),
                        ("assigned_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["experiment", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("unit", ""), _negated=True),
                                name="assignment_unit_not_blank",
                                violation_error_message="unit must not be empty.",
                            ),
                            models.UniqueConstraint(fields=("experiment", "unit"), name="assignment_unit_unique"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ExperimentPlanEdit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "experiment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="plan_edits",
                                to="metrics.experiment",
                            ),
                        ),
                        ("field", models.CharField(max_length=40)),
                        ("old", models.JSONField(null=True)),
                        ("new", models.JSONField(null=True)),
                        ("reason", models.CharField(max_length=300)),
                        (
                            "edited_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("edited_at", models.DateTimeField()),
                    ],
                    options={
                        "ordering": ["experiment", "edited_at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("field", ""), _negated=True),
                                name="experimentplanedit_field_not_blank",
                                violation_error_message="field must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True),
                                name="experimentplanedit_reason_not_blank",
                                violation_error_message="reason must not be empty.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Exposure",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "experiment",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="metrics.experiment",
                            ),
                        ),
                        ("unit", models.CharField(max_length=120)),
                        (
                            "arm",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="metrics.experimentarm",
                            ),
                        ),
                        ("exposed_at", models.DateTimeField()),
                        (
                            "key",
                            models.CharField(
                                help_text="What the sender calls the row; the same one is stored once.", max_length=120
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["experiment", "-pk"],
                        "indexes": [
                            models.Index(fields=["experiment", "unit", "arm", "exposed_at"], name="exposure_of_unit")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("unit", ""), _negated=True),
                                name="exposure_unit_not_blank",
                                violation_error_message="unit must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("key", ""), _negated=True),
                                name="exposure_key_not_blank",
                                violation_error_message="key must not be empty.",
                            ),
                            models.UniqueConstraint(fields=("experiment", "key"), name="exposure_key_unique"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Funnel",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=80, unique=True)),
                        ("name", models.CharField(max_length=120)),
                        ("steps", models.JSONField(help_text="Names of product events in order, two to ten.")),
                        (
                            "window_seconds",
                            models.PositiveIntegerField(
                                default=1209600,
                                help_text="How long after the first step the others count.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(31622400),
                                ],
                            ),
                        ),
                        (
                            "experiment",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="funnels",
                                to="metrics.experiment",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "ordering": ["name", "key"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="funnel_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("window_seconds__isnull", True),
                                    models.Q(("window_seconds__gte", 1), ("window_seconds__lte", 31622400)),
                                    _connector="OR",
                                ),
                                name="funnel_window_seconds_in_range",
                                violation_error_message="window_seconds must be between 1 and 31622400.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Hypothesis",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=80, unique=True)),
                        (
                            "because",
                            models.CharField(help_text="Why the metric should move: because …", max_length=500),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("product", "Product"),
                                    ("partnership", "Partnership"),
                                    ("process", "Process"),
                                    ("support", "Support"),
                                ],
                                default="product",
                                max_length=20,
                            ),
                        ),
                        (
                            "metric",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="hypotheses",
                                to="metrics.metric",
                            ),
                        ),
                        (
                            "direction",
                            models.CharField(choices=[("up", "Up"), ("down", "Down")], default="up", max_length=10),
                        ),
                        (
                            "expected_change",
                            models.FloatField(
                                help_text="By how much it moves at least, in the metric's unit; positive.",
                                validators=[django.core.validators.MinValueValidator(0)],
                            ),
                        ),
                        (
                            "segment",
                            models.CharField(blank=True, help_text="dimension=word; empty for all.", max_length=200),
                        ),
                        (
                            "before_start_on",
                            models.DateField(blank=True, help_text="First day of the window before.", null=True),
                        ),
                        (
                            "before_end_on",
                            models.DateField(blank=True, help_text="Last day of the window before.", null=True),
                        ),
                        ("due_on", models.DateField(help_text="By when the metric will have moved.")),
                        (
                            "minimum_n",
                            models.PositiveIntegerField(
                                default=30,
                                help_text="Fewer rows after are inconclusive.",
                                validators=[django.core.validators.MinValueValidator(1)],
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
                            "state",
                            models.CharField(
                                choices=[("draft", "Draft"), ("testing", "Testing"), ("decided", "Decided")],
                                default="draft",
                                editable=False,
                                max_length=10,
                            ),
                        ),
                        ("before_value", models.FloatField(blank=True, editable=False, null=True)),
                        ("before_n", models.PositiveBigIntegerField(blank=True, editable=False, null=True)),
                        (
                            "locked_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("locked_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("after_value", models.FloatField(blank=True, editable=False, null=True)),
                        ("after_n", models.PositiveBigIntegerField(blank=True, editable=False, null=True)),
                        (
                            "verdict",
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
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("decision_note", models.CharField(blank=True, editable=False, max_length=500)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                    ],
                    options={
                        "verbose_name_plural": "hypotheses",
                        "ordering": ["-due_on", "key"],
                        "indexes": [models.Index(fields=["decided_at"], name="hypothesis_event")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("because", ""), _negated=True),
                                name="hypothesis_because_not_blank",
                                violation_error_message="because must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["product", "partnership", "process", "support"])),
                                name="hypothesis_kind_valid",
                                violation_error_message="kind must be one of: product, partnership, process, support.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("direction__in", ["up", "down"])),
                                name="hypothesis_direction_valid",
                                violation_error_message="direction must be one of: up, down.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ["draft", "testing", "decided"])),
                                name="hypothesis_state_valid",
                                violation_error_message="state must be one of: draft, testing, decided.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("expected_change__isnull", True), ("expected_change__gte", 0), _connector="OR"
                                ),
                                name="hypothesis_expected_change_in_range",
                                violation_error_message="expected_change must be at least 0.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("minimum_n__isnull", True), ("minimum_n__gte", 1), _connector="OR"),
                                name="hypothesis_minimum_n_in_range",
                                violation_error_message="minimum_n must be at least 1.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("before_end_on__isnull", True), ("before_start_on__isnull", True)),
                                    models.Q(("before_end_on__isnull", False), ("before_start_on__isnull", False)),
                                    _connector="OR",
                                ),
                                name="hypothesis_before_start_on_with_before_end_on",
                                violation_error_message="before_start_on and before_end_on must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("before_end_on__isnull", True),
                                    ("before_start_on__isnull", True),
                                    ("before_end_on__gte", models.F("before_start_on")),
                                    _connector="OR",
                                ),
                                name="hypothesis_before_end_on_after_before_start_on",
                                violation_error_message="before_end_on must be no earlier than before_start_on.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("due_on__isnull", True),
                                    ("before_end_on__isnull", True),
                                    ("due_on__gt", models.F("before_end_on")),
                                    _connector="OR",
                                ),
                                name="hypothesis_due_on_after_before_end_on",
                                violation_error_message="due_on must be after before_end_on.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("locked_at__isnull", True), ("locked_by__isnull", True)),
                                    models.Q(("locked_at__isnull", False), ("locked_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="hypothesis_locked_by_with_locked_at",
                                violation_error_message="locked_by and locked_at must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                                    _connector="OR",
                                ),
                                name="hypothesis_decided_by_with_decided_at",
                                violation_error_message="decided_by and decided_at must be given together.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("verdict", ""),
                                    ("verdict__in", ["validated", "refuted", "inconclusive", "invalid"]),
                                    _connector="OR",
                                ),
                                name="hypothesis_verdict_valid",
                                violation_error_message="verdict must be one of: validated, refuted, inconclusive, invalid.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["draft", "testing", "decided"]), _negated=True),
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("locked_at__isnull", True),
                                        ("state", "draft"),
                                        ("verdict", ""),
                                    ),
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("locked_at__isnull", False),
                                        ("state", "testing"),
                                        ("verdict", ""),
                                    ),
                                    models.Q(
                                        ("decided_at__isnull", False),
                                        ("locked_at__isnull", False),
                                        ("state", "decided"),
                                        models.Q(("verdict", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="hypothesis_state_fits",
                                violation_error_message="A draft is not locked, what is tested is, and what is decided has a verdict.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProductEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("unit", models.CharField(max_length=120)),
                        ("name", models.CharField(max_length=80)),
                        ("happened_at", models.DateTimeField()),
                        ("properties", models.JSONField(blank=True, default=dict)),
                        (
                            "key",
                            models.CharField(
                                help_text="What the sender calls the row; the same one is stored once.",
                                max_length=120,
                                unique=True,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(fields=["name", "unit", "happened_at"], name="productevent_of_unit"),
                            models.Index(fields=["name", "happened_at"], name="productevent_event"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("unit", ""), _negated=True),
                                name="productevent_unit_not_blank",
                                violation_error_message="unit must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="productevent_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("key", ""), _negated=True),
                                name="productevent_key_not_blank",
                                violation_error_message="key must not be empty.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UnitOutcome",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "experiment",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="metrics.experiment",
                            ),
                        ),
                        ("unit", models.CharField(max_length=120)),
                        ("name", models.CharField(max_length=80)),
                        ("value", models.FloatField(default=1)),
                        ("denominator", models.FloatField(blank=True, null=True)),
                        ("happened_at", models.DateTimeField()),
                        (
                            "key",
                            models.CharField(
                                help_text="What the sender calls the row; the same one is stored once.", max_length=120
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["experiment", "-pk"],
                        "indexes": [
                            models.Index(
                                fields=["experiment", "name", "unit", "happened_at"], name="unitoutcome_of_unit"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("unit", ""), _negated=True),
                                name="unitoutcome_unit_not_blank",
                                violation_error_message="unit must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="unitoutcome_name_not_blank",
                                violation_error_message="name must not be empty.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("key", ""), _negated=True),
                                name="unitoutcome_key_not_blank",
                                violation_error_message="key must not be empty.",
                            ),
                            models.UniqueConstraint(fields=("experiment", "key"), name="unitoutcome_key_unique"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PeriodClose",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("month", models.DateField(help_text="The month's first day.", unique=True)),
                        ("note", models.CharField(blank=True, max_length=300)),
                        (
                            "closed_by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("closed_at", models.DateTimeField(editable=False)),
                        (
                            "revisions_to",
                            models.PositiveBigIntegerField(
                                editable=False,
                                help_text="The last revision that counts; a clock alone would let late writes in.",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-month"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("month__day", 1)),
                                name="periodclose_month_is_first_day",
                                violation_error_message="month must be the first day of a month.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Report",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        (
                            "kind",
                            models.CharField(choices=[("scorecard", "Scorecard"), ("metric", "Metric")], max_length=20),
                        ),
                        ("params", models.JSONField(blank=True, default=dict)),
                        ("as_of", models.DateTimeField()),
                        (
                            "revisions_to",
                            models.PositiveBigIntegerField(editable=False, help_text="The last revision that counts."),
                        ),
                        ("content", models.BinaryField()),
                        ("sha256", models.CharField(editable=False, max_length=64)),
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
                        ("created_at", models.DateTimeField(editable=False)),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("kind__in", ["scorecard", "metric"])),
                                name="report_kind_valid",
                                violation_error_message="kind must be one of: scorecard, metric.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ColumnBlock",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "cell",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="metrics.monthcell"
                            ),
                        ),
                        ("data", models.BinaryField()),
                    ],
                    options={
                        "ordering": ["cell", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="MonthCell",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="metrics.metricversion",
                            ),
                        ),
                        ("segment", models.CharField(blank=True, max_length=200)),
                        ("month", models.DateField(help_text="Its first day.")),
                        ("n", models.BigIntegerField(default=0)),
                        ("total", models.BigIntegerField(default=0)),
                        ("denominator", models.BigIntegerField(default=0)),
                        ("data", models.BinaryField(default=b"")),
                        ("blocks", models.BinaryField(default=b"")),
                        ("hashes", models.BinaryField(default=b"")),
                    ],
                    options={
                        "ordering": ["version", "segment", "month"],
                        "constraints": [
                            models.UniqueConstraint(fields=("version", "segment", "month"), name="monthcell_unique")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SelfCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=80)),
                        ("ran_at", models.DateTimeField()),
                        ("days", models.JSONField(blank=True, default=list)),
                        ("days_checked", models.PositiveIntegerField(default=0)),
                        ("values_checked", models.PositiveIntegerField(default=0)),
                        ("is_equal", models.BooleanField()),
                        ("differences", models.JSONField(blank=True, default=list)),
                        ("seconds", models.FloatField(default=0)),
                    ],
                    options={
                        "ordering": ["-ran_at", "-pk"],
                        "indexes": [models.Index(fields=["source", "-ran_at"], name="selfcheck_last")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("source", ""), _negated=True),
                                name="selfcheck_source_not_blank",
                                violation_error_message="source must not be empty.",
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
