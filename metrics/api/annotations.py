"""Notes on charts."""

from typing import Any

from django.utils import timezone
from django_filters import ChoiceFilter, DateFilter
from rest_framework import serializers

from foundation.filters import Filters, ReferenceFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews, UpdateViews
from metrics.models import Annotation, AnnotationKind
from metrics.services.annotations import NewAnnotation, annotate


class AnnotationSerializer(RowSerializer):
    class Meta:
        model = Annotation
        fields = ("id", "metric", "kind", "happened_on", "text", "url", "made_by", "made_at", "version")
        read_only_fields = ("made_by", "made_at")


class AnnotationFilters(Filters):
    metric = ReferenceFilter()
    kind = ChoiceFilter(choices=AnnotationKind.choices)
    happened_from = DateFilter(field_name="happened_on", lookup_expr="gte")
    happened_to = DateFilter(field_name="happened_on", lookup_expr="lt")


class AnnotationViews(CreateViews, UpdateViews):
    """What happened on a day and may explain a metric; without a metric it concerns all of them."""

    queryset = Annotation.objects.all()
    serializer_class = AnnotationSerializer
    filterset_class = AnnotationFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Annotation:
        """Write the note in the name of who asks."""
        return annotate(new=NewAnnotation(**serializer.validated_data), by=self.request.user, at=timezone.now())
