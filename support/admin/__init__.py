from support.admin import cover, desk, insights, mail, people, setup_cases, sla, tickets, triggers

__all__ = ["cover", "desk", "insights", "mail", "people", "setup_cases", "sla", "tickets", "triggers"]
