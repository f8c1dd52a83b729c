"""Frozen limits, which a POST rebases, and the signals found with them."""

from typing import Any, ClassVar

from django.utils import timezone
from django_filters import ChoiceFilter, DateFilter
from rest_framework import serializers

from foundation.filters import Filters, FlagFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import CreateViews, ReadViews
from metrics.models import Baseline, EpisodeState, SignalEpisode
from metrics.services.baselines import NewRebase, rebase_limits


class BaselineSerializer(RowSerializer):
    class Meta:
        model = Baseline
        fields = (
            "id",
            "version",
            "segment",
            "grain",
            "method",
            "first_period",
            "last_period",
            "wanted",
            "n",
            "centre",
            "lower",
            "upper",
            "mean_range",
            "range_limit",
            "reason",
            "frozen_at",
            "frozen_by",
            "supersedes",
        )
        read_only_fields = (
            *("grain", "last_period", "n", "centre", "lower", "upper", "mean_range", "range_limit"),
            *("frozen_at", "frozen_by", "supersedes"),
        )
        extra_kwargs: ClassVar = {"wanted": {"min_value": 12, "max_value": 104}}


class BaselineFilters(Filters):
    version = ReferenceFilter()
    metric = TextFilter(field_name="version__metric__key")
    segment = TextFilter()


class BaselineViews(CreateViews):
    """Control limits of definitions. A POST rebases them from a period on, with a reason; the newest row holds."""

    queryset = Baseline.objects.all()
    serializer_class = BaselineSerializer
    filterset_class = BaselineFilters

    def create_row(self, serializer: serializers.BaseSerializer[Any]) -> Baseline:
        """Rebase the limits in the name of who asks."""
        return rebase_limits(new=NewRebase(**serializer.validated_data), by=self.request.user, at=timezone.now())


class SignalEpisodeSerializer(RowSerializer):
    metric = serializers.IntegerField(source="baseline.version.metric_id", help_text="The metric's number.")
    metric_key = serializers.CharField(source="baseline.version.metric.key")
    segment = serializers.CharField(source="baseline.segment")

    class Meta:
        model = SignalEpisode
        fields = (
            "id",
            "metric",
            "metric_key",
            "segment",
            "baseline",
            "side",
            "rules",
            "is_paging",
            "is_improving",
            "opened_on",
            "last_on",
            "points",
            "contributors",
            "state",
            "detected_at",
            "closed_at",
        )
        read_only_fields = fields


class SignalEpisodeFilters(Filters):
    metric = TextFilter(field_name="baseline__version__metric__key")
    state = ChoiceFilter(choices=EpisodeState.choices)
    is_paging = FlagFilter()
    is_improving = FlagFilter()
    opened_from = DateFilter(field_name="opened_on", lookup_expr="gte")
    opened_to = DateFilter(field_name="opened_on", lookup_expr="lt")


class SignalEpisodeViews(ReadViews):
    """What common cause does not explain: open, closed and withdrawn signals."""

    queryset = SignalEpisode.objects.select_related("baseline__version__metric")
    serializer_class = SignalEpisodeSerializer
    filterset_class = SignalEpisodeFilters
