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
    path("heartbeat/", include("partnerships.heartbeat_urls")),
    path("tickets/", include("support.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
]
