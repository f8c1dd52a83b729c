from partnerships.models.check import RECORDED, CheckState, HealthCheck
from partnerships.models.integration import Integration, Tier, TierPeriod
from partnerships.models.interval import StatusInterval
from partnerships.models.partner import Partner, PartnerStatus
from partnerships.models.profile import AccountingProfile, MaintenanceRule, UnknownRule
from partnerships.models.result import CheckResult, Outcome
from partnerships.models.rollup import LatencyHour, UptimeHour

__all__ = [
    "RECORDED",
    "AccountingProfile",
    "CheckResult",
    "CheckState",
    "HealthCheck",
    "Integration",
    "LatencyHour",
    "MaintenanceRule",
    "Outcome",
    "Partner",
    "PartnerStatus",
    "StatusInterval",
    "Tier",
    "TierPeriod",
    "UnknownRule",
    "UptimeHour",
]
