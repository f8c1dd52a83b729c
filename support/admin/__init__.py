from support.admin import cover, mail, people, setup_cases, sla, tickets

__all__ = ["cover", "mail", "people", "setup_cases", "sla", "tickets"]
