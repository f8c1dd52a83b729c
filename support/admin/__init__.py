from support.admin import cover, insights, mail, people, setup_cases, sla, tickets, triggers

__all__ = ["cover", "insights", "mail", "people", "setup_cases", "sla", "tickets", "triggers"]
