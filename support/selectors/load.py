"""What agents have to do."""

from collections.abc import Iterable

from django.db.models import Case, IntegerField, Sum, Value, When

from support.cover.load import WEIGHTS
from support.models import OPEN_STATES, Ticket

WEIGHT = Case(
    *(When(priority=priority, then=Value(weight)) for priority, weight in WEIGHTS.items()),
    default=Value(0),
    output_field=IntegerField(),
)


def get_loads(user_ids: Iterable[int]) -> dict[int, int]:
    """The weight of each person's open tickets; people without any are left out."""
    mine = Ticket.objects.filter(state__in=OPEN_STATES, assignee__in=list(user_ids)).order_by()
    return dict(mine.values("assignee").annotate(load=Sum(WEIGHT)).values_list("assignee", "load"))
