from support.admin import people, tickets

__all__ = ["people", "tickets"]
