from partnerships.api.checks import HealthCheckViews
from partnerships.api.partners import AccountingProfileViews, IntegrationViews, PartnerViews, TierPeriodViews
from partnerships.api.results import CheckResultViews, LatencyHourViews, StatusIntervalViews, UptimeHourViews

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
