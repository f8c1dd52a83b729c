"""What metrics are computed from and what they were: machine rows, only read."""

from django_filters import ChoiceFilter, DateFilter

from foundation.filters import Filters, ReferenceFilter, TextFilter
from foundation.serializers import RowSerializer
from foundation.viewsets import ReadViews
from metrics.models import (
    ColumnBlock,
    DayCell,
    DirtyMark,
    Grain,
    MonthCell,
    PeriodValue,
    SelfCheck,
    SourceRun,
    ValueRevision,
)


class _OfVersion(Filters):
    version = ReferenceFilter()
    metric = TextFilter(field_name="version__metric__key")
    segment = TextFilter()


class PeriodValueSerializer(RowSerializer):
    class Meta:
        model = PeriodValue
        fields = ("id", "version", "segment", "grain", "start", "value", "n", "computed_at", "restated_at")
        read_only_fields = fields


class PeriodValueFilters(_OfVersion):
    grain = ChoiceFilter(choices=Grain.choices)
    start_from = DateFilter(field_name="start", lookup_expr="gte")
    start_to = DateFilter(field_name="start", lookup_expr="lt")


class PeriodValueViews(ReadViews):
    """Stored values, one a period."""

    queryset = PeriodValue.objects.all()
    serializer_class = PeriodValueSerializer
    filterset_class = PeriodValueFilters


class ValueRevisionSerializer(RowSerializer):
    class Meta:
        model = ValueRevision
        fields = ("id", "version", "segment", "grain", "start", "value", "n", "computed_at", "cause", "edits")
        read_only_fields = fields


class ValueRevisionViews(ReadViews):
    """What values were; append-only."""

    queryset = ValueRevision.objects.all()
    serializer_class = ValueRevisionSerializer
    filterset_class = PeriodValueFilters


class DayCellSerializer(RowSerializer):
    class Meta:
        model = DayCell
        fields = ("id", "version", "segment", "day", "n", "total", "denominator")
        read_only_fields = fields


class DayCellFilters(_OfVersion):
    day_from = DateFilter(field_name="day", lookup_expr="gte")
    day_to = DateFilter(field_name="day", lookup_expr="lt")


class DayCellViews(ReadViews):
    """What single days contribute."""

    queryset = DayCell.objects.defer("data")
    serializer_class = DayCellSerializer
    filterset_class = DayCellFilters


class MonthCellSerializer(RowSerializer):
    class Meta:
        model = MonthCell
        fields = ("id", "version", "segment", "month", "n", "total", "denominator")
        read_only_fields = fields


class MonthCellFilters(_OfVersion):
    month_from = DateFilter(field_name="month", lookup_expr="gte")
    month_to = DateFilter(field_name="month", lookup_expr="lt")


class MonthCellViews(ReadViews):
    """What single months contribute."""

    queryset = MonthCell.objects.defer("data", "blocks", "hashes")
    serializer_class = MonthCellSerializer
    filterset_class = MonthCellFilters


class ColumnBlockSerializer(RowSerializer):
    class Meta:
        model = ColumnBlock
        fields = ("id", "cell")
        read_only_fields = fields


class ColumnBlockFilters(Filters):
    cell = ReferenceFilter()


class ColumnBlockViews(ReadViews):
    """Where the sorted values of a month lie; the values themselves are packed."""

    queryset = ColumnBlock.objects.defer("data")
    serializer_class = ColumnBlockSerializer
    filterset_class = ColumnBlockFilters


class DirtyMarkSerializer(RowSerializer):
    class Meta:
        model = DirtyMark
        fields = ("id", "source", "utc_hour", "lane", "edits", "attempts", "not_before", "last_error", "created_at")
        read_only_fields = fields


class OfSource(Filters):
    source = TextFilter()


class DirtyMarkViews(ReadViews):
    """Hours whose rows changed and which still wait to be recomputed."""

    queryset = DirtyMark.objects.all()
    serializer_class = DirtyMarkSerializer
    filterset_class = OfSource


class SourceRunSerializer(RowSerializer):
    class Meta:
        model = SourceRun
        fields = ("id", "source", "finished_at", "days", "marks", "seconds", "followed_at")
        read_only_fields = fields


class SourceRunViews(ReadViews):
    """When each source was last recomputed."""

    queryset = SourceRun.objects.all()
    serializer_class = SourceRunSerializer
    filterset_class = OfSource


class SelfCheckSerializer(RowSerializer):
    class Meta:
        model = SelfCheck
        fields = (
            "id",
            "source",
            "ran_at",
            "days",
            "days_checked",
            "values_checked",
            "is_equal",
            "differences",
            "seconds",
        )
        read_only_fields = fields


class SelfCheckViews(ReadViews):
    """Comparisons of stored numbers with the rows they are made of; append-only."""

    queryset = SelfCheck.objects.all()
    serializer_class = SelfCheckSerializer
    filterset_class = OfSource
