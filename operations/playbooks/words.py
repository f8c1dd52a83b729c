"""Roles and amounts of playbooks as people read them."""


def role_words(role: str) -> str:
    """A role by its name: Partner manager, COO."""
    return role.upper() if role == "coo" else role.replace("_", " ").capitalize()


def amount_words(value: float, unit: str) -> str:
    """A value with its unit; a ratio as a percentage."""
    return f"{value * 100:.4g} %" if unit == "ratio" else f"{value:.4g} {unit}".strip()
