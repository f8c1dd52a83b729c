"""What units were assigned to, saw and did: rows that machines write and people read."""

from foundation.filters import Filters, InstantFilter, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import ReadViews
from metrics.models import Assignment, ExperimentArm, ExperimentPlanEdit, Exposure, UnitOutcome


class _OfExperiment(Filters):
    experiment = ReferenceFilter()


class _OfUnit(_OfExperiment):
    unit = TextFilter()


class ExperimentArmSerializer(RowSerializer):
    class Meta:
        model = ExperimentArm
        fields = ("id", "experiment", "key", "name", "weight", "is_control")
        read_only_fields = fields


class ExperimentArmViews(ReadViews):
    """The variants of experiments."""

    queryset = ExperimentArm.objects.all()
    serializer_class = ExperimentArmSerializer
    filterset_class = _OfExperiment


class ExperimentPlanEditSerializer(RowSerializer):
    class Meta:
        model = ExperimentPlanEdit
        fields = ("id", "experiment", "field", "old", "new", "reason", "edited_by", "edited_at")
        read_only_fields = fields


class ExperimentPlanEditViews(ReadViews):
    """Changes of plans after their start; append-only."""

    queryset = ExperimentPlanEdit.objects.all()
    serializer_class = ExperimentPlanEditSerializer
    filterset_class = _OfExperiment


class AssignmentSerializer(RowSerializer):
    class Meta:
        model = Assignment
        fields = ("id", "experiment", "unit", "arm", "assigned_at")
        read_only_fields = fields


class AssignmentViews(ReadViews):
    """Which arm each unit was assigned to. New ones come from an experiment's own address."""

    queryset = Assignment.objects.all()
    serializer_class = AssignmentSerializer
    filterset_class = _OfUnit


class ExposureFilters(_OfUnit):
    arm = ReferenceFilter()
    exposed_from = InstantFilter(field_name="exposed_at", lookup_expr="gte")
    exposed_to = InstantFilter(field_name="exposed_at", lookup_expr="lt")


class ExposureSerializer(RowSerializer):
    class Meta:
        model = Exposure
        fields = ("id", "experiment", "unit", "arm", "exposed_at", "key")
        read_only_fields = fields


class ExposureViews(ReadViews):
    """Which arms units saw, and when."""

    queryset = Exposure.objects.all()
    serializer_class = ExposureSerializer
    filterset_class = ExposureFilters


class UnitOutcomeFilters(_OfUnit):
    name = TextFilter()
    happened_from = InstantFilter(field_name="happened_at", lookup_expr="gte")
    happened_to = InstantFilter(field_name="happened_at", lookup_expr="lt")


class UnitOutcomeSerializer(RowSerializer):
    class Meta:
        model = UnitOutcome
        fields = ("id", "experiment", "unit", "name", "value", "denominator", "happened_at", "key")
        read_only_fields = fields


class UnitOutcomeViews(ReadViews):
    """What units did or were worth, told for an experiment."""

    queryset = UnitOutcome.objects.all()
    serializer_class = UnitOutcomeSerializer
    filterset_class = UnitOutcomeFilters
