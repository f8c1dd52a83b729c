from partnerships.admin import (
    checks,
    incident_records,
    incidents,
    launches,
    ledger,
    overlays,
    partners,
    slos,
    status_page,
    terms,
)

__all__ = [
    "checks",
    "incident_records",
    "incidents",
    "launches",
    "ledger",
    "overlays",
    "partners",
    "slos",
    "status_page",
    "terms",
]
