"""Settings, all from the environment; `.env.example` documents each of them."""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from config.local import LOOPBACK_HOSTS, own_secret_key
from config.logs import configure_logging

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOOPBACK_HOSTS)
LOCAL = set(ALLOWED_HOSTS) <= set(LOOPBACK_HOSTS)  # Reached from this machine only: no TLS, a key of its own.
SECRET_KEY = env.str("SECRET_KEY", default="") or own_secret_key(DATA_DIR)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "auditlog",
    "csp",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "import_export",
    "knox",
    "rest_framework",
    "dashboards",
    "partnerships",
    "support",
    "contractors",
    "operations",
    "metrics",
    "foundation",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "foundation.compression.CompressPages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "operations.middleware.SessionLimits",
    "allauth.account.middleware.AccountMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboards.context.shell",
            ],
        },
    }
]

# Engines: SQLite and the filesystem broker on a fresh machine, PostgreSQL and Redis where their URLs are set.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'fieldlight.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # A writer takes its lock first; upgrading later fails under load.
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=0)
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if suffix := env.str("TEST_DB_SUFFIX", default=""):
    DATABASES["default"]["TEST"] = {"NAME": f"test_fieldlight_{suffix}"}

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    CACHES["throttle"] = CACHES["default"]
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}
    # Counted in each process: a read of the API must not wait for the database's one writer.
    CACHES["throttle"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "throttle"}
BROKER_DIR = DATA_DIR / "broker"

# People and tools
AUTH_USER_MODEL = "operations.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "operations.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "operations.adapters.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
if env.str("OIDC_SERVER_URL", default=""):
    SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": env.str("OIDC_NAME", default="Single sign-on"),
                    "client_id": env.str("OIDC_CLIENT_ID"),
                    "secret": env.str("OIDC_CLIENT_SECRET"),
                    "settings": {"server_url": env.str("OIDC_SERVER_URL")},
                }
            ]
        }
    }
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_SECONDS", default=8 * 3600)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", default=7 * 24 * 3600)
SESSION_SAVE_EVERY_REQUEST = False  # operations.middleware.SessionLimits saves every few minutes instead.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

# Transport security: on as soon as another machine may reach us.
SECURE = env.bool("SECURE", default=not LOCAL)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=SECURE)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if SECURE else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
READY_BEAT_SECONDS = env.int("READY_BEAT_SECONDS", default=90)
WATCHDOG_LATE_SECONDS = env.int("WATCHDOG_LATE_SECONDS", default=120)  # Of steps of escalations and of messages.
READY_LATE_SECONDS = env.int("READY_LATE_SECONDS", default=900)

# Time and language
TIME_ZONE = "UTC"
ORGANISATION_TIME_ZONE = env.str("ORGANISATION_TIME_ZONE", default="UTC")
ORGANISATION_WEEK_START = env.int("ORGANISATION_WEEK_START", default=0)
ORGANISATION_CURRENCY = env.str("ORGANISATION_CURRENCY", default="USD")
ORGANISATION_YEAR_START = env.int("ORGANISATION_YEAR_START", default=1)

# What tickets teach: docs/learning-loop.md
INSIGHT_TICKETS = env.int("INSIGHT_TICKETS", default=5)
INSIGHT_DAYS = env.int("INSIGHT_DAYS", default=14)
INSIGHT_MINIMUM_N = env.int("INSIGHT_MINIMUM_N", default=20)
REVIEW_SAMPLE = env.int("REVIEW_SAMPLE", default=3)  # Tickets drawn for review of each person's week.
INSIGHT_PER_METRIC = env.str("INSIGHT_PER_METRIC", default="")

CODE_URL = env.str("CODE_URL", default="")  # Where the code of metric sources can be read.
LANGUAGE_CODE = "en-gb"
USE_I18N = False

# Static files
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Mail
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="dummymail://" if DEMO else "consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="fieldlight@localhost")
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="")  # What customers write to and get answers from.
MAIL_MAX_MIB = env.int("MAIL_MAX_MIB", default=10)
SUPPORT_IMAP_HOST = env.str("SUPPORT_IMAP_HOST", default="")
SUPPORT_IMAP_PORT = env.int("SUPPORT_IMAP_PORT", default=993)
SUPPORT_IMAP_USER = env.str("SUPPORT_IMAP_USER", default="")
SUPPORT_IMAP_PASSWORD = env.str("SUPPORT_IMAP_PASSWORD", default="")
SUPPORT_IMAP_FOLDER = env.str("SUPPORT_IMAP_FOLDER", default="INBOX")
SUPPORT_IMAP_DONE_FOLDER = env.str("SUPPORT_IMAP_DONE_FOLDER", default="")
SUPPORT_IMAP_CA_FILE = env.str("SUPPORT_IMAP_CA_FILE", default="")
MAIL_SENDER_HOURLY = env.int("MAIL_SENDER_HOURLY", default=20)
CSAT = env.bool("CSAT", default=True)
CSAT_DELAY_MINUTES = env.int("CSAT_DELAY_MINUTES", default=60)
CSAT_DAYS = env.int("CSAT_DAYS", default=14)
SUPPORT_MAIL_ACKNOWLEDGES = env.bool("SUPPORT_MAIL_ACKNOWLEDGES", default=False)
MAIL_AUTHSERV_ID = env.str("MAIL_AUTHSERV_ID", default="")  # Whose word on senders is believed (RFC 8601).

# REST
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "foundation.api.ServiceTokens",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["foundation.api.ModelPermissions"],
    "DEFAULT_PAGINATION_CLASS": "foundation.api.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["foundation.api.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "foundation.schema.ProblemAutoSchema",
    "EXCEPTION_HANDLER": "foundation.problems.problem_handler",
    "DEFAULT_THROTTLE_CLASSES": ["foundation.api.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {"token": env.str("API_THROTTLE", default="600/min")},
    "PAGE_SIZE": 100,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=env.int("TOKEN_DAYS", default=90)), "AUTH_HEADER_PREFIX": "Token"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fieldlight",
    "DESCRIPTION": "The operations platform's REST API.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "foundation.schema.close_request_bodies",
    ],
    "ENUM_NAME_OVERRIDES": {
        "TicketStateEnum": "support.models.TicketState",
        "CheckStateEnum": "partnerships.models.CheckState",
        "AgreementStateEnum": "partnerships.models.agreement.AgreementState",
        "RunStateEnum": "operations.models.RunState",
        "ClockStateEnum": "support.models.clock_metric.ClockState",
        "EscalationKindEnum": "operations.models.escalation_policy.EscalationKind",
        "GateVerdictEnum": "operations.playbooks.gates.Verdict",
        "HypothesisVerdictEnum": "metrics.models.hypothesis.Verdict",
        "ChangeKindEnum": "support.models.change.ChangeKind",
        "ChangeVerdictEnum": "support.models.change.ChangeVerdict",
        "InsightKindEnum": "support.models.insight.InsightKind",
        "InsightStateEnum": "support.models.insight.InsightState",
        "IncidentLevelEnum": "partnerships.models.incident.Level",
        "IncidentStateEnum": "partnerships.models.incident.IncidentState",
        "LaunchKindEnum": "partnerships.models.launch.LaunchKind",
        "BulkOutcomeEnum": "support.models.bulk.BulkOutcome",
        "MailOutcomeEnum": "support.models.mail.MailOutcome",
        "MailVerdictEnum": "support.models.mail_handling.MailVerdict",
        "MetricVersionKindEnum": "metrics.models.metric.Kind",
        "MovementEnum": "metrics.models.hypothesis.Movement",
        "OutcomeEnum": "partnerships.models.result.Outcome",
        "NoticeSeverityEnum": "operations.models.notification.Severity",
        "PartnerStageEnum": "partnerships.models.partner.PartnerStage",
        "PostMortemActionKindEnum": "partnerships.models.post_mortem.ActionKind",
        "SetupItemKindEnum": "support.models.setup_case.SetupItemKind",
    },
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none"},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
}

IDEMPOTENCY_MODEL = "operations.IdempotencyRecord"

# Support
SUPPORT_HANDLING_MINUTES = env.float("SUPPORT_HANDLING_MINUTES", default=20.0)
SUPPORT_OCCUPANCY = env.float("SUPPORT_OCCUPANCY", default=0.75)

# Probes
PROBE_ALLOWED_TARGETS = env.list("PROBE_ALLOWED_TARGETS", default=[])
PROBE_ALLOWED_PORTS = env.list("PROBE_ALLOWED_PORTS", cast=int, default=[])
PROBE_USER_AGENT = env.str("PROBE_USER_AGENT", default="Fieldlight-probe/1 (+set PROBE_USER_AGENT to a contact)")
PROBE_RESULT_DAYS = env.int("PROBE_RESULT_DAYS", default=14)

# Notifications
NOTIFY_TIMEOUT_SECONDS = 20
NOTIFY_USER_AGENT = env.str("NOTIFY_USER_AGENT", default="Fieldlight-notify/1")
OUTBOX_DAYS = env.int("OUTBOX_DAYS", default=90)
NOTIFICATION_DAYS = env.int("NOTIFICATION_DAYS", default=180)
DEADMAN_URL = env.str("DEADMAN_URL", default="")  # Called each minute while all is well; silence is the alarm.

IMPORT_MAX_MIB = env.int("IMPORT_MAX_MIB", default=200)  # Of a file of tickets that is sent through the browser.

IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
AUDITLOG_DISABLE_REMOTE_ADDR = True
AUDITLOG_INCLUDE_TRACKING_MODELS = (
    {"model": "operations.User", "exclude_fields": ["password", "last_login"], "m2m_fields": ["groups"]},
    {"model": "auth.Group", "m2m_fields": ["permissions"]},
    {"model": "operations.NotificationPreference"},
    {"model": "operations.WebhookEndpoint", "exclude_fields": ["version"]},
    {"model": "partnerships.Partner", "exclude_fields": ["version"]},
    {"model": "partnerships.PartnerContact", "exclude_fields": ["version"]},
    {"model": "partnerships.CommunicationTemplate", "exclude_fields": ["version"]},
    {"model": "partnerships.Agreement", "exclude_fields": ["version"]},
    {"model": "partnerships.Obligation", "exclude_fields": ["version"]},
    {"model": "partnerships.ObligationReview"},
    {"model": "partnerships.ApiVersion", "exclude_fields": ["version"]},
    {"model": "partnerships.ApiVersionUse"},
    {"model": "partnerships.PartnershipSignoff", "exclude_fields": ["version"]},
    {"model": "partnerships.Integration", "exclude_fields": ["version"]},
    {
        "model": "partnerships.HealthCheck",  # What people set; the derived columns change with every probe.
        "include_fields": [
            *("integration", "name", "kind", "url", "config", "counts_for_uptime", "interval_seconds"),
            *("retry_interval_seconds", "timeout_ms", "fail_threshold", "recover_threshold", "is_paused"),
        ],
    },
    {"model": "partnerships.AccountingProfile"},
    {"model": "partnerships.StatusPage", "exclude_fields": ["version"]},
    {"model": "partnerships.StatusComponent"},
    {"model": "operations.Playbook", "exclude_fields": ["version"]},
    {"model": "operations.EscalationRule", "exclude_fields": ["version"]},
    {"model": "operations.PlaybookRun", "exclude_fields": ["version"]},
    {"model": "partnerships.LedgerEntry", "exclude_fields": ["version"]},
    {"model": "partnerships.Adjustment", "exclude_fields": ["version"]},
    {
        "model": "partnerships.Maintenance",
        "exclude_fields": ["version"],
        "m2m_fields": ["integrations", "checks"],
    },
    {"model": "partnerships.SLO", "exclude_fields": ["status", "status_since", "policy_percent", "judge_due_at"]},
    {"model": "partnerships.Dependency"},
    {"model": "support.Cause", "exclude_fields": ["version"]},
    {"model": "support.Change", "exclude_fields": ["version"]},
    {"model": "support.Insight", "exclude_fields": ["version"]},
    {"model": "support.TrainingRecord", "exclude_fields": ["version"]},
    {"model": "support.Customer", "exclude_fields": ["version"]},
    {"model": "support.SetupCase", "exclude_fields": ["version"], "m2m_fields": ["tickets"]},
    {"model": "support.TicketSkill", "exclude_fields": ["version"]},
    {"model": "support.AgentProfile", "exclude_fields": ["version", "last_assigned_at"], "m2m_fields": ["skills"]},
    {"model": "support.DutyShift", "exclude_fields": ["version"]},
    {"model": "support.Absence", "exclude_fields": ["version", "next_step_at"]},
    {"model": "support.Team", "exclude_fields": ["version"], "m2m_fields": ["members"]},
    {"model": "support.Ticket", "exclude_fields": ["version", "queue_reason"]},
    {"model": "metrics.Metric", "exclude_fields": ["version"], "m2m_fields": ["parents"]},
    {"model": "metrics.MetricDraft", "exclude_fields": ["version"]},
    {"model": "metrics.Target"},
    {"model": "metrics.Baseline"},
    {"model": "metrics.Hypothesis", "exclude_fields": ["version"]},
    {"model": "metrics.Experiment", "exclude_fields": ["version", "result"]},
    {"model": "metrics.Funnel", "exclude_fields": ["version"]},
    {"model": "metrics.PeriodClose"},
    {"model": "operations.BusinessCalendar", "exclude_fields": ["version"]},
    {"model": "operations.CalendarVersion"},
    {"model": "operations.CalendarHoliday"},
    {"model": "operations.EscalationPolicy", "exclude_fields": ["version"]},
    {"model": "operations.EscalationLevel", "m2m_fields": ["groups", "users"]},
)
PROMETHEUS_EXPORT_MIGRATIONS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = configure_logging(level=LOG_LEVEL)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = env.bool("BEHIND_PROXY", default=False)  # Else the client writes it itself.
