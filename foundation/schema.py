"""The OpenAPI schema's conventions: every refusal is declared, and the headers that retries and versions need."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from foundation.etags import is_versioned
from foundation.idempotency import HEADER
from foundation.refusals import NO_FIELD

_ALWAYS = ("400", "401", "403", "406", "429", "500")
_WITH_BODY = {"POST", "PUT", "PATCH"}
_ON_ROWS = {"PUT", "PATCH", "DELETE"}


class ProblemErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text=f"The refused field, or {NO_FIELD}.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """A refused or failed request (RFC 9457)."""

    type = serializers.CharField(help_text="A URI that names the kind of problem.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="Stable; for machines.")
    errors = ProblemErrorSerializer(  # type: ignore[assignment]
        many=True, help_text="The refused fields; empty unless the input was refused."
    )
    current = serializers.CharField(required=False, help_text="The present state, where a transition was refused.")
    allowed = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="The states that are allowed instead."
    )


class ProblemAutoSchema(AutoSchema):
    """drf-spectacular's schema of a view, with problem documents, Idempotency-Key, If-Match, ETag and Retry-After."""

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """A row's name is its model's; the name of a body of its own says which resource it belongs to.

        Two resources may both have a `DecisionSerializer`; under one name one of them would be described wrongly.
        """
        name = str(super().get_serializer_name(serializer, direction))
        if isinstance(serializer, serializers.ModelSerializer):
            return name
        resource = "".join(part.capitalize() for part in type(serializer).__module__.rpartition(".")[2].split("_"))
        return name if name.startswith(resource) else f"{resource}{name}"

    def get_tags(self) -> list[str]:
        """The app that the view belongs to."""
        return [type(self.view).__module__.split(".")[0]]

    def get_override_parameters(self) -> list[Any]:
        """The headers of the request and of the response."""
        parameters: list[Any] = [_retry_after()]
        if self.method == "POST" and not self._is_unstored():
            parameters.append(_idempotency_key())
        if self._has_versioned_row():
            if self.method in _ON_ROWS:
                parameters.append(_if_match())
            if self.method != "DELETE":
                parameters.append(_etag("201" if self.method == "POST" else "200"))
        return parameters

    def _is_unstored(self) -> bool:
        return getattr(self.view, "action", None) in getattr(self.view, "unstored_actions", ())

    def _has_versioned_row(self) -> bool:
        """Whether the operation reads or writes one row that has a version."""
        actions = {"retrieve", "create", "update", "partial_update", "destroy"}
        queryset = getattr(self.view, "queryset", None)
        action = getattr(self.view, "action", None)
        return queryset is not None and action in actions and is_versioned(queryset.model)

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        if direction == "response":
            for status in self._problem_statuses():
                if status not in bodies:
                    bodies[status] = self._problem_response(status)
        return bodies

    def _problem_response(self, status: str) -> Any:
        make: Any = self._get_response_for_code
        return make(ProblemSerializer, status, media_types=["application/problem+json"])

    def _problem_statuses(self) -> list[str]:
        statuses = list(_ALWAYS)
        if "{" in self.path or self._is_list_view():
            statuses.append("404")
        if self.method in _WITH_BODY:
            statuses.append("415")
        if self.method in _WITH_BODY | _ON_ROWS:
            statuses.append("409")
        if self.method in _ON_ROWS and self._has_versioned_row():
            statuses.append("412")
        return sorted(statuses)


def _retry_after() -> OpenApiParameter:
    return OpenApiParameter(
        "Retry-After",
        OpenApiTypes.INT,
        OpenApiParameter.HEADER,
        description="Seconds until the next request may be sent.",
        response=["429"],
    )


def _idempotency_key() -> OpenApiParameter:
    return OpenApiParameter(
        HEADER,
        {"type": "string", "pattern": "^[!-~]{1,200}$"},
        OpenApiParameter.HEADER,
        description="A request repeated with its key gets the first answer again. Another body with the same key: 409.",
    )


def _if_match() -> OpenApiParameter:
    return OpenApiParameter(
        "If-Match",
        {"type": "string"},
        OpenApiParameter.HEADER,
        description="The ETag that the row was read with. Where the row was changed since: 412.",
    )


def _etag(status: str) -> OpenApiParameter:
    return OpenApiParameter(
        "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, description="The row's version.", response=[status]
    )


def close_request_bodies(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The document with request bodies that take no further members, as the serializers do.

    What is only read may be empty, which no address and no key's pattern is: both are left out there.
    """
    for name, component in result.get("components", {}).get("schemas", {}).items():
        for said in component.get("properties", {}).values():
            if said.get("readOnly"):
                said.pop("pattern", None)
                if said.get("format") == "uri":
                    del said["format"]
        if name.endswith("Request") and component.get("type") == "object":
            component.setdefault("additionalProperties", False)
    return result


class ServiceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a tool shows its token."""

    target_class = "foundation.api.ServiceTokens"
    name = "serviceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002
        """`Authorization: Token …`."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token ` followed by a service token. `manage.py create_service_token` makes one.",
        }
