"""The API's schema and its page, both for people and tools that are signed in."""

from csp.decorators import csp_update
from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """The OpenAPI document."""


# Swagger's script draws its icons as data: images, which load nothing from anywhere.
@method_decorator(csp_update({"img-src": ["data:"]}), name="dispatch")
class DocsView(LoginRequiredMixin, SpectacularSwaggerSplitView):
    """Swagger UI, every file of it from this host and no inline script or style."""

    template_name = "api/docs.html"
    url_name = "api:schema"
