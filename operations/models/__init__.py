from operations.models.calendar import BusinessCalendar, CalendarHoliday, CalendarVersion
from operations.models.endpoint import EndpointKind, WebhookEndpoint
from operations.models.escalation import (
    ANSWERED,
    OPEN_STATES,
    UNANSWERED,
    Escalation,
    EscalationEvent,
    EscalationEventKind,
    EscalationRun,
    EscalationState,
    EscalationTrigger,
    RunStatus,
)
from operations.models.escalation_policy import EscalationKind, EscalationLevel, EscalationPolicy
from operations.models.escalation_rule import EscalationRule, SignalEscalation
from operations.models.heartbeat import Heartbeat
from operations.models.idempotency import IdempotencyRecord
from operations.models.notification import (
    Channel,
    Digest,
    MessageState,
    Notification,
    NotificationPreference,
    OutboxMessage,
    Severity,
)
from operations.models.playbook import (
    GateCheck,
    Playbook,
    PlaybookKind,
    PlaybookRun,
    PlaybookStep,
    PlaybookVersion,
    RunState,
    RunStep,
    StepState,
    VersionState,
)
from operations.models.user import User, UserManager

__all__ = [
    "ANSWERED",
    "OPEN_STATES",
    "UNANSWERED",
    "BusinessCalendar",
    "CalendarHoliday",
    "CalendarVersion",
    "Channel",
    "Digest",
    "EndpointKind",
    "Escalation",
    "EscalationEvent",
    "EscalationEventKind",
    "EscalationKind",
    "EscalationLevel",
    "EscalationPolicy",
    "EscalationRule",
    "EscalationRun",
    "EscalationState",
    "EscalationTrigger",
    "GateCheck",
    "Heartbeat",
    "IdempotencyRecord",
    "MessageState",
    "Notification",
    "NotificationPreference",
    "OutboxMessage",
    "Playbook",
    "PlaybookKind",
    "PlaybookRun",
    "PlaybookStep",
    "PlaybookVersion",
    "RunState",
    "RunStatus",
    "RunStep",
    "Severity",
    "SignalEscalation",
    "StepState",
    "User",
    "UserManager",
    "VersionState",
    "WebhookEndpoint",
]
