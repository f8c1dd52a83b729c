"""The sources that metrics can be defined over, as the apps register them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.viewsets import ApiView
from metrics.answers import list_kinds
from metrics.sources import MetricSource, list_sources


class MeasureSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField(help_text="The base unit it is counted in, by which filters compare.")


class DimensionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class SourceSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    model = serializers.CharField()
    event_time = serializers.CharField(help_text="When a row happens.")
    measures = MeasureSerializer(many=True)
    dimensions = DimensionSerializer(many=True)
    kinds = serializers.ListField(child=serializers.CharField(), help_text="The kinds of metric it can make.")


class SourcesSerializer(serializers.Serializer[Any]):
    results = SourceSerializer(many=True)


class MetricSourceViews(ApiView):
    """What metrics can be made of: each source with its measures, dimensions and possible kinds."""

    required_permissions = ("metrics.view_metricversion",)

    @extend_schema(responses=SourcesSerializer, operation_id="metric_sources_list")
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """All sources by key."""
        return Response(SourcesSerializer({"results": [_words(source) for source in list_sources()]}).data)


def _words(source: MetricSource) -> dict[str, Any]:
    return {
        "key": source.key,
        "label": source.label,
        "model": source.model,
        "event_time": source.event_time,
        "measures": [
            {"name": name, "label": source.measure_labels.get(name, name), "unit": unit}
            for name, unit in source.measures.items()
        ],
        "dimensions": [{"name": name, "label": label} for name, label in source.dimensions.items()],
        "kinds": list_kinds(source),
    }
