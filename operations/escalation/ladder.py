"""A ladder of levels that ends with the COO, as it is frozen when an escalation starts to climb it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

FINAL_ROLE = "coo"


@dataclass(frozen=True, slots=True)
class Rung:
    """One level: whom it tells, and how many seconds it then waits for an answer."""

    name: str
    wait_seconds: int
    roles: tuple[str, ...] = ()
    users: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Position:
    """Where a climb stands: the level, from 1, in which pass, from 0. Level 0 is before the first."""

    level: int = 0
    loop: int = 0


@dataclass(frozen=True, slots=True)
class Ladder:
    """The levels below the COO and the COO's own, which is always there and always the last.

    `repeat` passes follow the first. With a calendar, waits count its open time; critical ones count all time.
    """

    name: str
    below: tuple[Rung, ...]
    final: Rung
    repeat: int = 0
    calendar_id: int | None = None
    has_quiet_hours: bool = False
    ack_expires_seconds: int | None = None

    def __post_init__(self) -> None:
        if FINAL_ROLE not in self.final.roles:
            raise ValueError("The last level is the COO's.")

    @property
    def levels(self) -> tuple[Rung, ...]:
        """All levels, lowest first."""
        return (*self.below, self.final)

    def rung(self, level: int) -> Rung:
        """The level with this number, from 1."""
        return self.levels[level - 1]

    def after(self, position: Position) -> Position:
        """Where the climb goes on: up, from the COO into the next pass, and after the last pass to the COO again."""
        if position.level < len(self.levels):
            return Position(position.level + 1, position.loop)
        if position.loop < self.repeat:
            return Position(1, position.loop + 1)
        return position


def dump_ladder(ladder: Ladder) -> dict[str, Any]:
    """The ladder as JSON."""
    return asdict(ladder)


def load_ladder(stored: Mapping[str, Any]) -> Ladder:
    """The ladder that `dump_ladder` wrote."""
    below, final = stored["below"], stored["final"]
    return Ladder(**{**stored, "below": _rungs(below), "final": _rungs([final])[0]})


def _rungs(stored: Sequence[Mapping[str, Any]]) -> tuple[Rung, ...]:
    return tuple(Rung(**{**one, "roles": tuple(one["roles"]), "users": tuple(one["users"])}) for one in stored)


STANDARD = Ladder(
    name="Standard",
    below=(Rung("Operations", 900, roles=("operations",)),),
    final=Rung("COO", 14_400, roles=(FINAL_ROLE,)),
    ack_expires_seconds=86_400,
)
"""What holds where no policy was made."""


def make_lead_ladder(lead_id: int | None, *, wait_seconds: int) -> Ladder:
    """What somebody is late with goes to their lead, then to the COO; without a lead that level is a hole."""
    return Ladder(
        name="Owner's lead",
        below=(Rung("Owner's lead", wait_seconds, users=() if lead_id is None else (lead_id,)),),
        final=STANDARD.final,
        ack_expires_seconds=STANDARD.ack_expires_seconds,
    )
