from support.admin import cover, people, setup_cases, sla, tickets

__all__ = ["cover", "people", "setup_cases", "sla", "tickets"]
