from django.db import models

from foundation.constraints import one_of, one_open, ordered
from foundation.triggers import Trigger, register
from partnerships.models.check import CheckState, HealthCheck


class StatusInterval(models.Model):
    """One stretch of time of a check in one state: half-open [started_at, ended_at), contiguous, at most one open."""

    health_check = models.ForeignKey(
        HealthCheck, on_delete=models.PROTECT, related_name="intervals", db_column="check_id"
    )
    state = models.CharField(max_length=20, choices=CheckState.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the state was known; later than its start where it was back-dated."
    )

    class Meta:
        ordering = ["health_check", "started_at"]
        constraints = [
            one_of("state", CheckState, model="statusinterval"),
            ordered("started_at", "ended_at", model="statusinterval"),
            one_open(["health_check"], model="statusinterval"),
            models.UniqueConstraint(fields=["health_check", "started_at"], name="statusinterval_start_unique"),
            models.UniqueConstraint(fields=["health_check", "ended_at"], name="statusinterval_end_unique"),
        ]
        indexes = [
            # Intervals that overlap a window.
            models.Index(fields=["health_check", "ended_at"], name="statusinterval_window"),
        ]

    def __str__(self) -> str:
        return f"{self.health_check_id} {self.state} from {self.started_at:%Y-%m-%d %H:%M:%S}"


# Contiguity on insert: the first interval is free, any other starts where one ended and nothing lies at or after it.
# A closed interval keeps its bounds: it may be closed once, never moved or reopened.
_TABLE = "partnerships_statusinterval"
_GAP = (
    f"EXISTS (SELECT 1 FROM {_TABLE} i WHERE i.check_id = NEW.check_id) AND ("  # noqa: S608 - no input
    f"NOT EXISTS (SELECT 1 FROM {_TABLE} i WHERE i.check_id = NEW.check_id AND i.ended_at = NEW.started_at) OR "
    f"EXISTS (SELECT 1 FROM {_TABLE} i WHERE i.check_id = NEW.check_id AND i.started_at >= NEW.started_at))"
)
_MOVED = (
    "OLD.started_at <> NEW.started_at OR OLD.check_id <> NEW.check_id OR OLD.state <> NEW.state OR "
    "(OLD.ended_at IS NOT NULL AND (NEW.ended_at IS NULL OR NEW.ended_at <> OLD.ended_at))"
)


def _guard(name: str, event: str, condition: str, message: str) -> Trigger:
    function = f"{name}_check"
    return Trigger(
        name=name,
        table=_TABLE,
        postgresql=(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END IF; "
            "RETURN NEW; END $$",
            f'CREATE TRIGGER "{name}" BEFORE {event} ON {_TABLE} FOR EACH ROW EXECUTE FUNCTION {function}()',
        ),
        sqlite=(
            f'CREATE TRIGGER "{name}" BEFORE {event} ON {_TABLE} WHEN {condition} '
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ),
    )


register(
    _guard("guard_statusinterval_insert", "INSERT", _GAP, "a status interval must start where the one before ended"),
    _guard("guard_statusinterval_update", "UPDATE", _MOVED, "a status interval can only be closed, once"),
)
