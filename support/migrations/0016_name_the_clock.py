"""The three metrics of ticket resolution say which clock they are; what they compute stays as it is."""

from typing import Any

from django.db import migrations

_OLD_PURPOSE = (
    "Calendar hours from opening to the last resolution, over the tickets resolved in the period; "
    "merged tickets and spam left out."
)
_PURPOSE = (
    "The clock “full resolution” in calendar hours: from opening to the last solve, in every state, with the time for "
    "which the ticket was solved before it came back. Tickets SOLVED in the period, by their last solve; merged "
    "tickets and spam left out."
)
_NAMES = {
    "ticket_resolution_hours_mean": ("Ticket resolution", "Ticket resolution (full, calendar)"),
    "ticket_resolution_hours_median": ("Ticket resolution, median", "Ticket resolution (full, calendar), median"),
    "ticket_resolution_hours_p90": (
        "Ticket resolution, slowest tenth",
        "Ticket resolution (full, calendar), slowest tenth",
    ),
}


def name_the_clock(apps: Any, _schema: Any) -> None:
    """Only where nobody has written other words."""
    metrics = apps.get_model("metrics", "Metric").objects
    for key, (old, new) in _NAMES.items():
        metrics.filter(key=key, name=old).update(name=new)
        metrics.filter(key=key, purpose=_OLD_PURPOSE).update(purpose=_PURPOSE)


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0001_squashed_0012_draft_authors"),
        ("support", "0015_clock_metrics"),
    ]
    operations = [migrations.RunPython(name_the_clock, migrations.RunPython.noop)]
