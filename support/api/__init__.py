from support.api.bulk import BulkChangeViews, BulkItemViews
from support.api.changes import ChangeOutcomeViews, ChangeViews, OutcomeVerdictViews
from support.api.checklists import TicketChecklistViews
from support.api.clocks import (
    BreachExcuseViews,
    ClockCrossingViews,
    SlaPolicyVersionViews,
    SlaPolicyViews,
    TicketClockViews,
)
from support.api.cover import (
    AbsenceHandoverViews,
    AbsenceViews,
    AgentProfileViews,
    CoverageGapViews,
    DutyShiftViews,
    TicketSkillViews,
)
from support.api.csat import CsatRequestViews, CsatResponseViews
from support.api.insights import (
    CauseViews,
    InsightTicketViews,
    InsightTransitionViews,
    InsightViews,
    RequesterNoticeViews,
)
from support.api.macros import MacroViews
from support.api.mail import InboundMailViews, MailHandlingViews, TicketAttachmentViews
from support.api.people import CustomerViews, TagViews, TeamViews
from support.api.quality import (
    ReviewAcknowledgementViews,
    ReviewSampleViews,
    ReviewViews,
    TrainingRecordViews,
)
from support.api.saved_views import SavedViewViews
from support.api.setup_cases import SetupCaseViews, SetupItemViews
from support.api.tickets import TicketEventViews, TicketViews
from support.api.triggers import TicketTriggerViews, TriggerFiringViews

ROUTES = {
    "tickets": TicketViews,
    "ticket-events": TicketEventViews,
    "ticket-checklists": TicketChecklistViews,
    "ticket-clocks": TicketClockViews,
    "clock-crossings": ClockCrossingViews,
    "breach-excuses": BreachExcuseViews,
    "sla-policies": SlaPolicyViews,
    "sla-policy-versions": SlaPolicyVersionViews,
    "csat-requests": CsatRequestViews,
    "csat-responses": CsatResponseViews,
    "inbound-mail": InboundMailViews,
    "mail-handlings": MailHandlingViews,
    "ticket-attachments": TicketAttachmentViews,
    "customers": CustomerViews,
    "teams": TeamViews,
    "macros": MacroViews,
    "ticket-tags": TagViews,
    "ticket-views": SavedViewViews,
    "bulk-changes": BulkChangeViews,
    "bulk-items": BulkItemViews,
    "ticket-triggers": TicketTriggerViews,
    "trigger-firings": TriggerFiringViews,
    "agent-profiles": AgentProfileViews,
    "ticket-skills": TicketSkillViews,
    "duty-shifts": DutyShiftViews,
    "absences": AbsenceViews,
    "absence-handovers": AbsenceHandoverViews,
    "coverage-gaps": CoverageGapViews,
    "review-samples": ReviewSampleViews,
    "ticket-reviews": ReviewViews,
    "review-acknowledgements": ReviewAcknowledgementViews,
    "training-records": TrainingRecordViews,
    "causes": CauseViews,
    "insights": InsightViews,
    "insight-tickets": InsightTicketViews,
    "insight-transitions": InsightTransitionViews,
    "requester-notices": RequesterNoticeViews,
    "changes": ChangeViews,
    "change-outcomes": ChangeOutcomeViews,
    "outcome-verdicts": OutcomeVerdictViews,
    "setup-cases": SetupCaseViews,
    "setup-items": SetupItemViews,
}
