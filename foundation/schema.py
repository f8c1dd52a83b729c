"""The OpenAPI schema's conventions."""

from drf_spectacular.openapi import AutoSchema


class ProblemAutoSchema(AutoSchema):  # type: ignore[misc]
    """drf-spectacular's schema of a view."""
