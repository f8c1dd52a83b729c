from operations.api.calendars import BusinessCalendarViews, CalendarHolidayViews, CalendarVersionViews
from operations.api.endpoints import NotificationPreferenceViews, WebhookEndpointViews
from operations.api.escalation_policies import EscalationLevelViews, EscalationPolicyViews
from operations.api.escalation_rules import EscalationRuleViews, SignalEscalationViews
from operations.api.escalations import (
    EscalationEventViews,
    EscalationRunViews,
    EscalationTriggerViews,
    EscalationViews,
)
from operations.api.notifications import NotificationViews, OutboxMessageViews
from operations.api.people import UserViews
from operations.api.playbooks import (
    GateCheckViews,
    PlaybookRunViews,
    PlaybookStepViews,
    PlaybookVersionViews,
    PlaybookViews,
    RunStepViews,
)
from operations.api.records import AuditEntryViews, HeartbeatViews, IdempotencyRecordViews

ROUTES = {
    "users": UserViews,
    "playbooks": PlaybookViews,
    "playbook-versions": PlaybookVersionViews,
    "playbook-steps": PlaybookStepViews,
    "playbook-runs": PlaybookRunViews,
    "run-steps": RunStepViews,
    "gate-checks": GateCheckViews,
    "heartbeats": HeartbeatViews,
    "idempotency-records": IdempotencyRecordViews,
    "audit-entries": AuditEntryViews,
    "notifications": NotificationViews,
    "notification-preferences": NotificationPreferenceViews,
    "outbox-messages": OutboxMessageViews,
    "webhook-endpoints": WebhookEndpointViews,
    "escalations": EscalationViews,
    "escalation-runs": EscalationRunViews,
    "escalation-events": EscalationEventViews,
    "escalation-triggers": EscalationTriggerViews,
    "escalation-policies": EscalationPolicyViews,
    "escalation-levels": EscalationLevelViews,
    "escalation-rules": EscalationRuleViews,
    "signal-escalations": SignalEscalationViews,
    "business-calendars": BusinessCalendarViews,
    "calendar-versions": CalendarVersionViews,
    "calendar-holidays": CalendarHolidayViews,
}
