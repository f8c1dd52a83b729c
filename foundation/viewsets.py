"""The kinds of REST view: rows that are only read, and rows that people and tools write."""

from collections.abc import Callable
from typing import Any, ClassVar

from auditlog.context import auditlog_value
from django.db import models, transaction
from django.shortcuts import get_object_or_404
from rest_framework import mixins, serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from foundation.etags import check_if_match, etag_of, is_versioned
from foundation.filters import TextFilter
from foundation.idempotency import answer_once
from foundation.serializers import refuse_numbers_as_text, refuse_unknown_members, refuse_unstorable_text


class UnknownPath(APIView):
    """Whatever is under the API's prefix and no resource: 404 as a problem document."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Always refuses, whatever the method."""
        raise NotFound("There is nothing here. Paths end with a slash.")


class ApiView(APIView):
    """What every view shares: unknown query parameters are refused, and a POST with Idempotency-Key happens once."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    query_parameters: ClassVar[tuple[str, ...]] = ()
    unstored_actions: ClassVar[frozenset[str]] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who asks, how often, and that no query parameter is misspelt or repeated: ignoring one would return
        what was not asked for.
        """
        super().initial(request, *args, **kwargs)
        _name_actor(request)
        if not hasattr(self, str(request.method).lower()):
            return
        unknown = sorted(set(request.query_params) - self.known_parameters())
        if unknown:
            raise ValidationError({name: ["There is no such parameter."] for name in unknown}, code="unknown")
        repeated = sorted(name for name, given in request.query_params.lists() if len(given) > 1)
        if repeated:
            raise ValidationError({name: ["Give this parameter once."] for name in repeated}, code="repeated")

    def known_parameters(self) -> set[str]:
        """The names of query parameters that this request may carry."""
        return set(self.query_parameters)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Handle the request, its POST handler wrapped before."""
        handler: Callable[..., Response] | None = getattr(self, "post", None)
        if handler is not None and getattr(self, "action_map", {}).get("post") not in self.unstored_actions:
            self.post = lambda request, *a, **kw: answer_once(request, lambda: handler(request, *a, **kw))
        return super().dispatch(request, *args, **kwargs)

    def read_body(self, request: Request, serializer_class: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The checked members of a body that is no row; ValidationError names what is wrong."""
        serializer = serializer_class(data=request.data, context={"request": request, "view": self})
        refuse_unstorable_text(request.data)
        refuse_unknown_members(request.data, serializer.fields)
        refuse_numbers_as_text(request.data, serializer.fields)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


def _name_actor(request: Request) -> None:
    """Tell the field history who writes: its middleware ran before a token was looked at."""
    context = auditlog_value.get(None)
    if context is not None:
        context["actor"] = request.user


class RowViews(ApiView, GenericViewSet[Any]):
    """Views of one model's rows, found by number."""

    lookup_value_regex = "[0-9]{1,18}"
    filterset_class: ClassVar[Any] = None

    def known_parameters(self) -> set[str]:
        """The filters and the page of a list; nothing elsewhere."""
        if self.action != "list":
            return super().known_parameters()
        names = set(self.filterset_class.base_filters) if self.filterset_class else set()
        return names | {"cursor", "page_size"} | super().known_parameters()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Besides the rest, refuse a filter without a value where only text may be empty."""
        super().initial(request, *args, **kwargs)
        filters = self.filterset_class.base_filters if self.action == "list" and self.filterset_class else {}
        empty = [name for name in filters if request.query_params.get(name) == ""]
        wrong = [name for name in empty if not isinstance(filters[name], TextFilter)]
        if wrong:
            raise ValidationError({name: ["Give a value or leave it out."] for name in wrong}, code="empty")

    def answer_row(self, row: models.Model, *, status: int = 200) -> Response:
        """The row as an answer, with its ETag where it has a version."""
        headers = {"ETag": etag_of(row)} if is_versioned(type(row)) else {}
        return Response(self.get_serializer(row).data, status=status, headers=headers)

    def answer_written(self, row: models.Model, *, status: int = 200) -> Response:
        """The row as it is stored now, as the answer to a write."""
        return self.answer_row(self.get_queryset().get(pk=row.pk), status=status)

    def locked_row(self) -> Any:
        """The addressed row, locked until the transaction ends, once If-Match agrees with its version."""
        value = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        rows = self.get_queryset().select_for_update(of=("self",))
        row = get_object_or_404(rows, **{self.lookup_field: value})
        if is_versioned(type(row)):
            check_if_match(self.request, row)
        return row


class ReadViews(mixins.ListModelMixin, RowViews):
    """List and read."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """One row."""
        return self.answer_row(self.get_object())


class CreateViews(ReadViews):
    """List, read and create."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """A new row."""
        serializer = self.get_serializer(data=request.data)
        with transaction.atomic():
            serializer.is_valid(raise_exception=True)
            row = self.create_row(serializer)
        return self.answer_written(row, status=201)

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> models.Model:
        """Store the checked row; a resource with a service calls it here."""
        row: models.Model = serializer.save()
        return row


class UpdateViews(ReadViews):
    """List, read and change."""

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """The row, changed."""
        with transaction.atomic():
            row = self.locked_row()
            serializer = self.get_serializer(row, data=request.data, partial=kwargs.get("partial", False))
            serializer.is_valid(raise_exception=True)
            self.update_row(row, serializer)
        return self.answer_written(row)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The row, changed in the given fields only."""
        return self.update(request, *args, **{**kwargs, "partial": True})

    def update_row(self, row: Any, serializer: serializers.BaseSerializer[Any]) -> None:
        """Store the change and count the write; a resource with a service calls it here."""
        serializer.save(**({"version": row.version + 1} if is_versioned(type(row)) else {}))


class EditViews(CreateViews, UpdateViews):
    """List, read, create, change and delete."""

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Delete the row; 409 while others refer to it."""
        with transaction.atomic():
            self.locked_row().delete()
        return Response(status=204)
