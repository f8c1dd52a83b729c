"""How a metric's values are written; the admin writes them in the same way."""

from metrics.units import CUT_ABOVE, FEW, Unit, unit_of

__all__ = ["CUT_ABOVE", "FEW", "Unit", "unit_of"]
