from partnerships.api.checks import (
    CheckResultViews,
    HealthCheckViews,
    LatencyHourViews,
    StatusIntervalViews,
    UptimeHourViews,
)
from partnerships.api.partners import AccountingProfileViews, IntegrationViews, PartnerViews, TierPeriodViews

ROUTES = {
    "partners": PartnerViews,
    "integrations": IntegrationViews,
    "tier-periods": TierPeriodViews,
    "health-checks": HealthCheckViews,
    "check-results": CheckResultViews,
    "status-intervals": StatusIntervalViews,
    "uptime-hours": UptimeHourViews,
    "latency-hours": LatencyHourViews,
    "accounting-profiles": AccountingProfileViews,
}
