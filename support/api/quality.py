"""How people work: tickets drawn by lot, reviews by colleagues, trainings; everybody sees their own."""

from typing import Any, ClassVar, cast

from django.utils import timezone
from django_filters import DateFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.filters import Filters, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer, TextField
from foundation.viewsets import CreateViews, UpdateViews
from operations.models import User
from support.api.own_rows import OwnRows
from support.models import Review, ReviewAcknowledgement, ReviewSample, Ticket, TrainingRecord
from support.models.quality import CRITERIA, MOST_POINTS
from support.services.quality import acknowledge_review, add_review


class ReviewSampleSerializer(RowSerializer):
    class Meta:
        model = ReviewSample
        fields = ("id", "agent", "week_on", "ticket", "seed", "drawn_at")
        read_only_fields = fields


class ReviewSampleFilters(Filters):
    agent = ReferenceFilter()
    ticket = ReferenceFilter()
    week_on = DateFilter()


class ReviewSampleViews(OwnRows):
    """Solved tickets drawn by lot to be reviewed."""

    queryset = ReviewSample.objects.all()
    serializer_class = ReviewSampleSerializer
    filterset_class = ReviewSampleFilters
    person = "agent"


class ReviewSerializer(RowSerializer):
    class Meta:
        model = Review
        fields = ("id", "ticket", "agent", "reviewer", "reviewed_at", *CRITERIA, "comment")
        read_only_fields = fields


class ReviewAcknowledgementSerializer(RowSerializer):
    class Meta:
        model = ReviewAcknowledgement
        fields = ("id", "review", "acknowledged_at")
        read_only_fields = fields


class NewReviewSerializer(serializers.Serializer[Any]):
    ticket = serializers.PrimaryKeyRelatedField(queryset=Ticket.objects.all())
    agent = serializers.PrimaryKeyRelatedField(queryset=User.objects.all())
    understanding = serializers.IntegerField(min_value=0, max_value=MOST_POINTS)
    correctness = serializers.IntegerField(min_value=0, max_value=MOST_POINTS)
    tone = serializers.IntegerField(min_value=0, max_value=MOST_POINTS)
    process = serializers.IntegerField(min_value=0, max_value=MOST_POINTS)
    comment = TextField(max_length=1000)


class ReviewFilters(Filters):
    agent = ReferenceFilter()
    reviewer = ReferenceFilter()
    ticket = ReferenceFilter()


class ReviewViews(OwnRows, CreateViews):
    """What colleagues think of an agent's work on a ticket; append-only."""

    queryset = Review.objects.all()
    serializer_class = ReviewSerializer
    filterset_class = ReviewFilters
    person = "agent"
    action_permissions: ClassVar = {"acknowledge": ("support.view_review",)}

    @extend_schema(request=NewReviewSerializer, responses={201: ReviewSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Review a colleague's work on a ticket, once."""
        words = self.read_body(request, NewReviewSerializer)
        points = {name: words.pop(name) for name in CRITERIA}
        review = add_review(**words, points=points, by=cast("User", request.user), at=timezone.now())
        return self.answer_written(review, status=201)

    @extend_schema(request=None, responses={201: ReviewAcknowledgementSerializer})
    @action(detail=True, methods=["post"], url_path="acknowledgements")
    def acknowledge(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """Say that one has read the review of one's own work."""
        self.read_body(request, serializers.Serializer)
        found = acknowledge_review(review=self.get_object(), by=cast("User", request.user), at=timezone.now())
        return Response(ReviewAcknowledgementSerializer(found).data, status=201)


class ReviewAcknowledgementFilters(Filters):
    review = ReferenceFilter()


class ReviewAcknowledgementViews(OwnRows):
    """Reviews that were read by whoever was reviewed."""

    queryset = ReviewAcknowledgement.objects.all()
    serializer_class = ReviewAcknowledgementSerializer
    filterset_class = ReviewAcknowledgementFilters
    person = "review__agent"


class TrainingRecordSerializer(RowSerializer):
    class Meta:
        model = TrainingRecord
        fields = ("id", "person", "topic", "completed_on", "valid_until", "evidence", "version")


class TrainingRecordFilters(Filters):
    person = ReferenceFilter()
    q = TextFilter(field_name="topic", lookup_expr="icontains")
    valid_from = DateFilter(field_name="valid_until", lookup_expr="gte")
    valid_to = DateFilter(field_name="valid_until", lookup_expr="lt")


class TrainingRecordViews(OwnRows, CreateViews, UpdateViews):
    """Trainings that people completed."""

    queryset = TrainingRecord.objects.all()
    serializer_class = TrainingRecordSerializer
    filterset_class = TrainingRecordFilters
    person = "person"
