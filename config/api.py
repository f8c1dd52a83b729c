"""The REST API's router: wiring only, each app brings its own views."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from rest_framework.routers import SimpleRouter

from foundation.docs import DocsView, SchemaView
from foundation.viewsets import UnknownPath
from metrics.api import ROUTES as METRICS
from metrics.api.sources import MetricSourceViews
from operations.api import ROUTES as OPERATIONS
from partnerships.api import ROUTES as PARTNERSHIPS
from support.api import ROUTES as SUPPORT
from support.api.coverage import CoverageViews
from support.api.feed import FeedViews

router = SimpleRouter()
for routes in (PARTNERSHIPS, SUPPORT, METRICS, OPERATIONS):
    for prefix, views in routes.items():
        router.register(prefix, views, basename=prefix)

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    path("v1/metric-sources/", MetricSourceViews.as_view(), name="metric_sources"),
    path("v1/events/", FeedViews.as_view(), name="events"),
    path("v1/coverage/", CoverageViews.as_view(), name="coverage"),
    path("v1/", include(router.urls)),
    re_path("", UnknownPath.as_view(), name="unknown"),
]
