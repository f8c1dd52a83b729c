from partnerships.api.agreements import AgreementVersionViews, AgreementViews, NegotiationEntryViews
from partnerships.api.checks import HealthCheckViews
from partnerships.api.incident_evidence import IncidentLinkViews, VendorIncidentUpdateViews, VendorIncidentViews
from partnerships.api.incident_messages import CommunicationTemplateViews, CommunicationViews
from partnerships.api.incident_parts import AffectedIntegrationViews, IncidentEventViews, IncidentRoleViews
from partnerships.api.incidents import IncidentViews
from partnerships.api.launches import LaunchViews
from partnerships.api.ledger import LedgerEntryViews, LedgerNoticeViews, LedgerRenewalViews, ResultCursorViews
from partnerships.api.obligations import (
    ApiVersionUseViews,
    ApiVersionViews,
    ObligationReviewViews,
    ObligationViews,
    TermsVersionViews,
)
from partnerships.api.overlays import AdjustmentViews, MaintenanceViews
from partnerships.api.partners import (
    AccountingProfileViews,
    IntegrationViews,
    PartnerContactViews,
    PartnerStageChangeViews,
    PartnerViews,
    TierPeriodViews,
)
from partnerships.api.post_mortems import ContributingCauseViews, PostMortemActionViews, PostMortemViews
from partnerships.api.quotas import QuotaWindowViews
from partnerships.api.results import (
    CheckResultViews,
    LatencyHourViews,
    StatusIntervalViews,
    UptimeDayViews,
    UptimeHourViews,
)
from partnerships.api.signoffs import PartnershipSignoffViews
from partnerships.api.slos import BurnAlertViews, DependencyViews, SLODayViews, SLOEventViews, SLOViews
from partnerships.api.status_page import StatusComponentViews, StatusPageViews
from partnerships.api.vantage import VantageResultViews

ROUTES = {
    "partners": PartnerViews,
    "partner-stage-changes": PartnerStageChangeViews,
    "partner-contacts": PartnerContactViews,
    "agreements": AgreementViews,
    "agreement-versions": AgreementVersionViews,
    "negotiation-entries": NegotiationEntryViews,
    "obligations": ObligationViews,
    "obligation-reviews": ObligationReviewViews,
    "terms-versions": TermsVersionViews,
    "api-versions": ApiVersionViews,
    "api-version-uses": ApiVersionUseViews,
    "partnership-signoffs": PartnershipSignoffViews,
    "integrations": IntegrationViews,
    "tier-periods": TierPeriodViews,
    "health-checks": HealthCheckViews,
    "check-results": CheckResultViews,
    "vantage-results": VantageResultViews,
    "status-intervals": StatusIntervalViews,
    "uptime-days": UptimeDayViews,
    "uptime-hours": UptimeHourViews,
    "latency-hours": LatencyHourViews,
    "incidents": IncidentViews,
    "incident-events": IncidentEventViews,
    "incident-roles": IncidentRoleViews,
    "affected-integrations": AffectedIntegrationViews,
    "adjustments": AdjustmentViews,
    "maintenances": MaintenanceViews,
    "communication-templates": CommunicationTemplateViews,
    "communications": CommunicationViews,
    "vendor-incidents": VendorIncidentViews,
    "vendor-incident-updates": VendorIncidentUpdateViews,
    "incident-links": IncidentLinkViews,
    "post-mortems": PostMortemViews,
    "contributing-causes": ContributingCauseViews,
    "post-mortem-actions": PostMortemActionViews,
    "accounting-profiles": AccountingProfileViews,
    "slos": SLOViews,
    "status-pages": StatusPageViews,
    "status-components": StatusComponentViews,
    "launches": LaunchViews,
    "ledger-entries": LedgerEntryViews,
    "ledger-renewals": LedgerRenewalViews,
    "ledger-notices": LedgerNoticeViews,
    "quota-windows": QuotaWindowViews,
    "result-cursors": ResultCursorViews,
    "slo-events": SLOEventViews,
    "slo-days": SLODayViews,
    "burn-alerts": BurnAlertViews,
    "dependencies": DependencyViews,
}
