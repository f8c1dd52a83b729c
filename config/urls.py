"""Every URL of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

admin.site.site_header = admin.site.site_title = "Fieldlight"
admin.site.index_title = "Records"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("dashboards.urls")),
    path("", include("operations.urls")),
    path("metrics/", include("metrics.urls")),
    path("experiments/", include("metrics.experiment_urls")),
    path("integrations/", include("partnerships.urls")),
    path("partners/", include("partnerships.partner_urls")),
    path("heartbeat/", include("partnerships.heartbeat_urls")),
    path("playbooks/", include("operations.playbook_urls")),
    path("launches/", include("partnerships.launch_urls")),
    path("ledger/", include("partnerships.ledger_urls")),
    path("incidents/", include("partnerships.incident_urls")),
    path("notifications/", include("operations.notification_urls")),
    path("status/", include("partnerships.status_urls")),
    path("setup-cases/", include("support.setup_urls")),
    path("team/", include("support.team_urls")),
    path("insights/", include("support.insight_urls")),
    path("escalations/", include("operations.escalation_urls")),
    path("support/", include("support.desk_urls")),
    path("tickets/", include("support.urls")),
    path("feedback/", include("support.feedback_urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
]
