from support.admin import cover, csat, desk, insights, mail, people, setup_cases, sla, tickets, triggers

__all__ = ["cover", "csat", "desk", "insights", "mail", "people", "setup_cases", "sla", "tickets", "triggers"]
