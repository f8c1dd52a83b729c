from partnerships.admin import checks, partners

__all__ = ["checks", "partners"]
