from partnerships.models.adjustment import AdjustedTo, Adjustment
from partnerships.models.agreement import (
    LONGEST_NOTICE_DAYS,
    Agreement,
    AgreementKind,
    AgreementState,
    AgreementVersion,
    NegotiationEntry,
    RenewalKind,
)
from partnerships.models.api_version import ApiVersion, ApiVersionSource, ApiVersionUse
from partnerships.models.burn import BurnAlert, BurnSeverity, SLOEvent, SLOEventKind
from partnerships.models.check import RECORDED, CheckState, HealthCheck
from partnerships.models.communication import (
    INTERNAL_AUDIENCES,
    Audience,
    Communication,
    CommunicationState,
    CommunicationTemplate,
    Phase,
)
from partnerships.models.contact import PartnerContact
from partnerships.models.dependency import Dependency
from partnerships.models.incident import OPEN_INCIDENT_STATES, Fault, Incident, IncidentState, Level, Severity
from partnerships.models.incident_parts import (
    AffectedIntegration,
    Effect,
    IncidentEvent,
    IncidentEventKind,
    IncidentRole,
    RoleKind,
)
from partnerships.models.integration import Integration, Tier, TierPeriod
from partnerships.models.interval import StatusInterval
from partnerships.models.launch import Launch, LaunchKind
from partnerships.models.ledger import (
    OVERDUE_LEAD,
    LedgerEntry,
    LedgerKind,
    LedgerNotice,
    LedgerRenewal,
    LedgerSource,
    ResultCursor,
)
from partnerships.models.maintenance import (
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    Maintenance,
    MaintenanceKind,
    MaintenanceSource,
)
from partnerships.models.obligation import (
    Obligation,
    ObligationReview,
    ObligationSource,
    Recurrence,
    ReviewVerdict,
    TermsVersion,
)
from partnerships.models.partner import Partner, PartnerKind, PartnerStage, PartnerStageChange
from partnerships.models.post_mortem import (
    ActionKind,
    ActionState,
    CauseCategory,
    ContributingCause,
    PostMortem,
    PostMortemAction,
)
from partnerships.models.profile import AccountingProfile, MaintenanceRule, UnknownRule
from partnerships.models.quota import QuotaWindow
from partnerships.models.result import CheckResult, Outcome
from partnerships.models.rollup import LatencyHour, UptimeDay, UptimeHour
from partnerships.models.signoff import PartnershipSignoff
from partnerships.models.slo import SLO, SLOStatus, WindowKind
from partnerships.models.slo_day import SLODay
from partnerships.models.status_page import StatusComponent, StatusPage
from partnerships.models.vantage import OWN_PROBE, VantageResult
from partnerships.models.vendor_incident import IncidentLink, LinkState, VendorIncident, VendorIncidentUpdate

__all__ = [
    "INTERNAL_AUDIENCES",
    "LONGEST_NOTICE_DAYS",
    "LONGEST_SECONDS",
    "OPEN_INCIDENT_STATES",
    "OVERDUE_LEAD",
    "OWN_PROBE",
    "RECORDED",
    "SHORTEST_SECONDS",
    "SLO",
    "AccountingProfile",
    "ActionKind",
    "ActionState",
    "AdjustedTo",
    "Adjustment",
    "AffectedIntegration",
    "Agreement",
    "AgreementKind",
    "AgreementState",
    "AgreementVersion",
    "ApiVersion",
    "ApiVersionSource",
    "ApiVersionUse",
    "Audience",
    "BurnAlert",
    "BurnSeverity",
    "CauseCategory",
    "CheckResult",
    "CheckState",
    "Communication",
    "CommunicationState",
    "CommunicationTemplate",
    "ContributingCause",
    "Dependency",
    "Effect",
    "Fault",
    "HealthCheck",
    "Incident",
    "IncidentEvent",
    "IncidentEventKind",
    "IncidentLink",
    "IncidentRole",
    "IncidentState",
    "Integration",
    "LatencyHour",
    "Launch",
    "LaunchKind",
    "LedgerEntry",
    "LedgerKind",
    "LedgerNotice",
    "LedgerRenewal",
    "LedgerSource",
    "Level",
    "LinkState",
    "Maintenance",
    "MaintenanceKind",
    "MaintenanceRule",
    "MaintenanceSource",
    "NegotiationEntry",
    "Obligation",
    "ObligationReview",
    "ObligationSource",
    "Outcome",
    "Partner",
    "PartnerContact",
    "PartnerKind",
    "PartnerStage",
    "PartnerStageChange",
    "PartnershipSignoff",
    "Phase",
    "PostMortem",
    "PostMortemAction",
    "QuotaWindow",
    "Recurrence",
    "RenewalKind",
    "ResultCursor",
    "ReviewVerdict",
    "RoleKind",
    "SLODay",
    "SLOEvent",
    "SLOEventKind",
    "SLOStatus",
    "Severity",
    "StatusComponent",
    "StatusInterval",
    "StatusPage",
    "TermsVersion",
    "Tier",
    "TierPeriod",
    "UnknownRule",
    "UptimeDay",
    "UptimeHour",
    "VantageResult",
    "VendorIncident",
    "VendorIncidentUpdate",
    "WindowKind",
]
