"""What happened to tickets since a reader last asked."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from foundation.api import MAX_PAGE_SIZE
from foundation.change_feed import MAX_WORD, Place, UnknownPlaceError, list_after
from foundation.problems import CONTENT_TYPE
from foundation.schema import ProblemSerializer
from foundation.viewsets import ApiView
from support.api.tickets import TicketEventSerializer
from support.models import TicketEvent

_PAGE = 100
_SINCE = OpenApiParameter(
    "since", {"type": "string", "maxLength": MAX_WORD}, description="`cursor` of the last answer; all without it."
)
_SIZE = OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": _PAGE})


class FeedSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(help_text="What to ask next, also where nothing is new.")
    cursor = serializers.CharField(help_text="What `since` is in it.")
    has_more = serializers.BooleanField(help_text="Whether to ask at once; else in a while.")
    results = TicketEventSerializer(many=True)


class FeedViews(ApiView):
    """Everything that happened to tickets, in an order in which whoever goes on from the last answer misses nothing."""

    required_permissions = ("support.view_ticket", "support.view_ticketevent")
    query_parameters = ("since", "page_size")

    @extend_schema(
        operation_id="events_read",
        parameters=[_SINCE, _SIZE],
        responses={200: FeedSerializer, (404, CONTENT_TYPE): ProblemSerializer},
    )
    def get(self, request: Request) -> Response:
        """What happened since, oldest first."""
        size = _read_size(request.query_params.get("page_size", str(_PAGE)))
        since = request.query_params.get("since", "")
        try:
            place = Place.decode(since) if since else Place()
            page = list_after(TicketEvent.objects.all(), place, limit=size)
        except UnknownPlaceError as error:
            refused = "This is no cursor of this feed, or of before a restore. Ask without `since` to begin anew."
            raise NotFound(refused, code="unknown_cursor") from error
        word = page.behind.encode()
        body = {
            "next": replace_query_param(request.build_absolute_uri(), "since", word),
            "cursor": word,
            "has_more": page.has_more,
            "results": page.rows,
        }
        return Response(FeedSerializer(body).data)


def _read_size(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= MAX_PAGE_SIZE):
        raise ValidationError({"page_size": [f"Must be a number from 1 to {MAX_PAGE_SIZE}."]})
    return int(given)
