from support.admin import cover, csat, desk, insights, mail, people, quality, setup_cases, sla, tickets, triggers

__all__ = [
    "cover",
    "csat",
    "desk",
    "insights",
    "mail",
    "people",
    "quality",
    "setup_cases",
    "sla",
    "tickets",
    "triggers",
]
