"""One example for each constraint of agents, shifts, absences and gaps."""

from datetime import date, timedelta

from tests import factories as f
from tests import factories_cover as c

NOW = f.NOW
HOUR = timedelta(hours=1)


def own_substitute():
    user = f.UserFactory()
    c.AbsenceFactory(user=user, substitute=user)


def handed_over_twice():
    first = c.AbsenceHandoverFactory()
    c.AbsenceHandoverFactory(absence=first.absence, ticket=first.ticket)


def gap_twice():
    team = f.TeamFactory()
    c.CoverageGapFactory.create_batch(2, team=team)


COVER_VIOLATIONS = {
    "ticketskill_category_not_blank": lambda: c.TicketSkillFactory(category=""),
    "agentprofile_cap_in_range": lambda: c.AgentProfileFactory(cap=1001),
    "dutyshift_timezone_not_blank": lambda: c.DutyShiftFactory(timezone=""),
    "dutyshift_ends_on_after_starts_on": lambda: c.DutyShiftFactory(ends_on=date(2019, 1, 1)),
    "absence_kind_valid": lambda: c.AbsenceFactory(kind="odd"),
    "absence_handover_valid": lambda: c.AbsenceFactory(handover="odd"),
    "absence_ends_at_after_starts_at": lambda: c.AbsenceFactory(ends_at=NOW - 48 * HOUR),
    "absence_over_at_after_begun_at": lambda: c.AbsenceFactory(begun_at=NOW, over_at=NOW - HOUR, next_step_at=None),
    "absence_cancelled_at_with_cancelled_by": lambda: c.AbsenceFactory(cancelled_at=NOW, next_step_at=None),
    "absence_substitute_is_another": own_substitute,
    "absence_done_has_no_next_step": lambda: c.AbsenceFactory(begun_at=NOW, over_at=NOW),
    "absencehandover_once": handed_over_twice,
    "absencehandover_returned_at_after_given_at": lambda: c.AbsenceHandoverFactory(returned_at=NOW - HOUR),
    "coveragegap_ending_valid": lambda: c.CoverageGapFactory(ending="odd", ended_at=NOW),
    "coveragegap_one_open_per_team_day_on": gap_twice,
    "coveragegap_lacking_in_range": lambda: c.CoverageGapFactory(lacking=-1),
    "coveragegap_ended_has_ending": lambda: c.CoverageGapFactory(ended_at=NOW),
}
