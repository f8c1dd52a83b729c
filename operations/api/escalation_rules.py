"""Which signals of metrics are escalated, and which of them were."""

from django_filters import ChoiceFilter

from foundation.filters import Filters, FlagFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import EditViews, ReadViews
from operations.models import EscalationKind, EscalationRule, SignalEscalation


class EscalationRuleSerializer(RowSerializer):
    class Meta:
        model = EscalationRule
        fields = ("id", "metric", "owner", "is_raised", "kind", "severity", "policy", "version")


class EscalationRuleFilters(Filters):
    metric = TextFilter(field_name="metric__key")
    owner = ReferenceFilter()
    kind = ChoiceFilter(choices=EscalationKind.choices)
    is_raised = FlagFilter()


class EscalationRuleViews(EditViews):
    """What becomes of paging signals: by metric, else by its owner, else one rule for all other metrics."""

    queryset = EscalationRule.objects.all()
    serializer_class = EscalationRuleSerializer
    filterset_class = EscalationRuleFilters


class SignalEscalationSerializer(RowSerializer):
    class Meta:
        model = SignalEscalation
        fields = ("id", "episode", "escalation", "started_at", "ended_at")
        read_only_fields = fields


class SignalEscalationFilters(Filters):
    episode = ReferenceFilter()
    escalation = ReferenceFilter()


class SignalEscalationViews(ReadViews):
    """Signals that were escalated, each once, and when they were over."""

    queryset = SignalEscalation.objects.all()
    serializer_class = SignalEscalationSerializer
    filterset_class = SignalEscalationFilters
