from support.admin import people, setup_cases, sla, tickets

__all__ = ["people", "setup_cases", "sla", "tickets"]
