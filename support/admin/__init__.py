from support.admin import cover, mail, people, setup_cases, sla, tickets, triggers

__all__ = ["cover", "mail", "people", "setup_cases", "sla", "tickets", "triggers"]
