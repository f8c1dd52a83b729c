"""Customers: who asks for help, and since when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from support.models import Customer


def add_customer(*, values: Mapping[str, Any], at: datetime) -> Customer:
    """A new customer with these columns, who came to us just now where nothing else is said."""
    return Customer.objects.create(**{**values, "joined_at": values.get("joined_at") or at})


def guide_customer(*, customer: Customer, guidance: str) -> Customer:
    """Say how a tough customer is treated, or with no words that nothing special is needed; the caller holds its lock.

    Who said what before is in the history of the customer's fields.
    """
    customer.guidance = guidance.strip()
    customer.version += 1
    customer.save(update_fields=["guidance", "version"])
    return customer


def note_first_contacts(first: Mapping[int, datetime]) -> None:
    """Move the joining of customers back to where an earlier contact turns up; by primary key."""
    known = Customer.objects.filter(pk__in=first).values_list("pk", "joined_at")
    for pk, joined_at in known:
        if joined_at is None or first[pk] < joined_at:
            unless_earlier = Q(joined_at__isnull=True) | Q(joined_at__gt=first[pk])
            Customer.objects.filter(unless_earlier, pk=pk).update(joined_at=first[pk])
