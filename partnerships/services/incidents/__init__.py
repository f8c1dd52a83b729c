"""Every write to an incident: one transaction with its event, so that the timeline is the whole truth."""

from partnerships.services.incidents.communications import (
    NewCommunication,
    approve_communication,
    draft_communication,
    send_communication,
    withdraw_communication,
)
from partnerships.services.incidents.details import change_details, correct_beginning
from partnerships.services.incidents.events import Said
from partnerships.services.incidents.evidence import decide_link, set_fault
from partnerships.services.incidents.impact import add_affected, close_affected
from partnerships.services.incidents.life import (
    NewIncident,
    add_note,
    change_incident_state,
    declare_incident,
    reopen_incident,
)
from partnerships.services.incidents.merging import merge_incidents
from partnerships.services.incidents.people import assign_role
from partnerships.services.incidents.post_mortems import (
    NewAction,
    NewCause,
    add_action,
    add_cause,
    complete_action,
    finish_post_mortem,
    start_post_mortem,
    waive_action,
    write_post_mortem,
)
from partnerships.services.incidents.severity import set_severity

__all__ = [
    "NewAction",
    "NewCause",
    "NewCommunication",
    "NewIncident",
    "Said",
    "add_action",
    "add_affected",
    "add_cause",
    "add_note",
    "approve_communication",
    "assign_role",
    "change_details",
    "change_incident_state",
    "close_affected",
    "complete_action",
    "correct_beginning",
    "decide_link",
    "declare_incident",
    "draft_communication",
    "finish_post_mortem",
    "merge_incidents",
    "reopen_incident",
    "send_communication",
    "set_fault",
    "set_severity",
    "start_post_mortem",
    "waive_action",
    "withdraw_communication",
    "write_post_mortem",
]
