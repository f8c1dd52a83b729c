"""The API's schema and its page, both for people and tools that are signed in."""

from django.contrib.auth.mixins import LoginRequiredMixin
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """The OpenAPI document."""


class DocsView(LoginRequiredMixin, SpectacularSwaggerSplitView):
    """Swagger UI, every file of it from this host and no inline script or style."""

    template_name = "api/docs.html"
    url_name = "api:schema"
