"""Each ticket says when the promise that is due first is broken, in one indexed column."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations, models
from django.db.models import Exists, Min, OuterRef, Subquery

_PAUSED, _NEVER = datetime(8000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def fill(apps: Any, _schema: Any) -> None:
    """As the clocks are now; they keep it from here on."""
    tickets, clocks = apps.get_model("support", "Ticket").objects, apps.get_model("support", "TicketClock").objects
    paused = clocks.filter(ticket=OuterRef("pk"), state="paused", target_seconds__isnull=False)
    tickets.filter(Exists(paused)).update(due_order=_PAUSED)
    running = clocks.filter(due_at__isnull=False, target_seconds__isnull=False)
    first = running.filter(ticket=OuterRef("pk")).order_by().values("ticket").annotate(first=Min("due_at"))
    tickets.filter(pk__in=running.values("ticket")).update(due_order=Subquery(first.values("first")))


class Migration(migrations.Migration):
    dependencies = [("support", "0001_squashed_0018_team_quality")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="due_order",
            field=models.DateTimeField(
                db_default=_NEVER,
                default=_NEVER,
                editable=False,
                help_text="When the promise that is due first is broken; 8000 where all are paused, 9000 where there is none.",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["due_order", "id"], name="ticket_due"),
        ),
    ]
