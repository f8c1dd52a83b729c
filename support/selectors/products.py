"""Which product a ticket is about: the one place that knows where it stands."""

from django.db.models import F, Q

PRODUCT = F("product")
"""The product of a ticket as an expression; empty where none is known."""


def is_about(product: str) -> Q:
    """Tickets of this product; an empty one means those of which none is known."""
    return Q(product=product)
