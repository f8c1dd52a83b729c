from support.models import text_index as text_index
from support.models.absence import Absence, AbsenceHandover, AbsenceKind, Handover
from support.models.agent import AgentProfile, TicketSkill
from support.models.bulk import BulkAction, BulkChange, BulkItem, BulkOutcome
from support.models.cause import Cause
from support.models.change import MOST_CHANGE, Change, ChangeKind, ChangeOutcome, ChangeVerdict, OutcomeVerdict
from support.models.checklist import TicketChecklist
from support.models.clock import BreachExcuse, ClockCrossing, TicketClock
from support.models.clock_metric import ClockMetric, ClockState
from support.models.coverage import CoverageGap, GapOutcome
from support.models.csat import CsatRequest, CsatResponse
from support.models.customer import Customer
from support.models.duty import DutyShift
from support.models.event import EventKind, TicketEvent, Via
from support.models.insight import (
    COLLECTING,
    INSIGHT_ENDED,
    INSIGHT_OPEN,
    Insight,
    InsightKind,
    InsightState,
    InsightTicket,
    InsightTransition,
    NoticeWay,
    RequesterNotice,
)
from support.models.macro import Macro
from support.models.mail import InboundMail, MailOutcome, TicketAttachment
from support.models.mail_handling import MailHandling, MailVerdict
from support.models.quality import Review, ReviewAcknowledgement, ReviewSample, TrainingRecord
from support.models.saved_view import SavedView
from support.models.setup_case import SETUP_OPEN, SetupCase, SetupItem, SetupItemKind, SetupState
from support.models.sla import SlaPolicy, SlaPolicyVersion
from support.models.tag import Tag
from support.models.team import Team
from support.models.ticket import DUE_PAUSED, NEVER_DUE, OPEN_STATES, Priority, Ticket, TicketState
from support.models.trigger import TicketTrigger, TriggerFiring, TriggerKind

__all__ = [
    "COLLECTING",
    "DUE_PAUSED",
    "INSIGHT_ENDED",
    "INSIGHT_OPEN",
    "MOST_CHANGE",
    "NEVER_DUE",
    "OPEN_STATES",
    "SETUP_OPEN",
    "Absence",
    "AbsenceHandover",
    "AbsenceKind",
    "AgentProfile",
    "BreachExcuse",
    "BulkAction",
    "BulkChange",
    "BulkItem",
    "BulkOutcome",
    "Cause",
    "Change",
    "ChangeKind",
    "ChangeOutcome",
    "ChangeVerdict",
    "ClockCrossing",
    "ClockMetric",
    "ClockState",
    "CoverageGap",
    "CsatRequest",
    "CsatResponse",
    "Customer",
    "DutyShift",
    "EventKind",
    "GapOutcome",
    "Handover",
    "InboundMail",
    "Insight",
    "InsightKind",
    "InsightState",
    "InsightTicket",
    "InsightTransition",
    "Macro",
    "MailHandling",
    "MailOutcome",
    "MailVerdict",
    "NoticeWay",
    "OutcomeVerdict",
    "Priority",
    "RequesterNotice",
    "Review",
    "ReviewAcknowledgement",
    "ReviewSample",
    "SavedView",
    "SetupCase",
    "SetupItem",
    "SetupItemKind",
    "SetupState",
    "SlaPolicy",
    "SlaPolicyVersion",
    "Tag",
    "Team",
    "Ticket",
    "TicketAttachment",
    "TicketChecklist",
    "TicketClock",
    "TicketEvent",
    "TicketSkill",
    "TicketState",
    "TicketTrigger",
    "TrainingRecord",
    "TriggerFiring",
    "TriggerKind",
    "Via",
]
