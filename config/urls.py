"""Every URL of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("dashboards.urls")),
    path("", include("operations.urls")),
    path("metrics/", include("metrics.urls")),
    path("integrations/", include("partnerships.urls")),
    path("tickets/", include("support.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("config.api")),
]
