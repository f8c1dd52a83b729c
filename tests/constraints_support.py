"""One example for each constraint of promises and clocks."""

from datetime import timedelta

from tests import factories as f
from tests import factories_support as s

HOUR = timedelta(hours=1)
NOW = f.NOW


def clock_twice():
    ticket = f.TicketFactory()
    s.TicketClockFactory.create_batch(2, ticket=ticket)


def crossing_twice():
    ticket = f.TicketFactory()
    s.ClockCrossingFactory.create_batch(2, ticket=ticket)


def number_twice():
    policy = s.SlaPolicyFactory()
    s.SlaPolicyVersionFactory.create_batch(2, policy=policy, number=1)


def merged_while_open():
    f.TicketFactory(merged_into=f.TicketFactory())


def firing_twice():
    trigger, ticket = s.TicketTriggerFactory(), f.TicketFactory()
    s.TriggerFiringFactory.create_batch(2, trigger=trigger, ticket=ticket)


def view_twice():
    owner = f.UserFactory()
    s.SavedViewFactory.create_batch(2, owner=owner, name="Mine")


def bulk_item_twice():
    bulk, ticket = s.BulkChangeFactory(), f.TicketFactory()
    s.BulkItemFactory.create_batch(2, bulk=bulk, ticket=ticket)


SUPPORT_VIOLATIONS = {
    "macro_name_not_blank": lambda: s.MacroFactory(name=""),
    "macro_priority_valid": lambda: s.MacroFactory(priority="odd"),
    "macro_state_valid": lambda: s.MacroFactory(state="merged"),
    "macro_does_something": lambda: s.MacroFactory(body=""),
    "savedview_name_not_blank": lambda: s.SavedViewFactory(name=""),
    "savedview_name_unique": view_twice,
    "bulkchange_action_valid": lambda: s.BulkChangeFactory(action="odd"),
    "bulkchange_undone_at_after_made_at": lambda: s.BulkChangeFactory(undone_at=NOW - HOUR),
    "bulkitem_outcome_valid": lambda: s.BulkItemFactory(outcome="odd"),
    "bulkitem_once": bulk_item_twice,
    "tickettrigger_name_not_blank": lambda: s.TicketTriggerFactory(name=""),
    "tickettrigger_kind_valid": lambda: s.TicketTriggerFactory(kind="odd"),
    "tickettrigger_priority_valid": lambda: s.TicketTriggerFactory(priority="odd"),
    "tickettrigger_severity_valid": lambda: s.TicketTriggerFactory(severity="odd"),
    "tickettrigger_count_in_range": lambda: s.TicketTriggerFactory(count=0),
    "tickettrigger_minutes_in_range": lambda: s.TicketTriggerFactory(minutes=0),
    "tickettrigger_keyword_has_words": lambda: s.TicketTriggerFactory(kind="keyword"),
    "triggerfiring_once": firing_twice,
    "tag_name_not_blank": lambda: s.TagFactory(name=""),
    "ticket_merged_goes_on_elsewhere": merged_while_open,
    "slapolicy_name_not_blank": lambda: s.SlaPolicyFactory(name=""),
    "slapolicyversion_number_unique": number_twice,
    "slapolicyversion_number_in_range": lambda: s.SlaPolicyVersionFactory(number=0),
    "slapolicyversion_grace_seconds_in_range": lambda: s.SlaPolicyVersionFactory(grace_seconds=8 * 86_400),
    "ticketclock_instance_unique": clock_twice,
    "ticketclock_metric_valid": lambda: s.TicketClockFactory(metric="odd"),
    "ticketclock_state_valid": lambda: s.TicketClockFactory(state="odd"),
    "ticketclock_ended_at_after_started_at": lambda: s.TicketClockFactory(
        state="fulfilled", running_since=None, ended_at=NOW - 9 * HOUR
    ),
    "ticketclock_elapsed_calendar_us_in_range": lambda: s.TicketClockFactory(elapsed_calendar_us=-1),
    "ticketclock_elapsed_business_us_in_range": lambda: s.TicketClockFactory(elapsed_business_us=-1),
    "ticketclock_runs_or_ended": lambda: s.TicketClockFactory(state="paused"),
    "clockcrossing_once": crossing_twice,
    "clockcrossing_metric_valid": lambda: s.ClockCrossingFactory(metric="odd"),
    "clockcrossing_share_in_range": lambda: s.ClockCrossingFactory(share=0),
    "clockcrossing_noticed_at_after_crossed_at": lambda: s.ClockCrossingFactory(noticed_at=NOW - 9 * HOUR),
    "breachexcuse_reason_not_blank": lambda: s.BreachExcuseFactory(reason=""),
}
