from django.urls import URLPattern, path

from operations.views import health

app_name = "operations"
urlpatterns: list[URLPattern] = [
    path("healthz", health.show_alive, name="alive"),
    path("readyz", health.show_ready, name="ready"),
    path("metrics", health.show_prometheus, name="prometheus"),
]
