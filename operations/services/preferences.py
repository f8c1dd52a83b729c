"""What a person wants to be told, where and when."""

from dataclasses import dataclass
from datetime import time

from django.db import transaction

from foundation.errors import InvalidInputError
from foundation.zones import list_zones
from operations.channels import is_email_set_up
from operations.models import Digest, NotificationPreference


@dataclass(frozen=True)
class Wishes:
    """One person's preferences; quiet hours are both given or both empty."""

    has_in_app_normal: bool = True
    has_in_app_critical: bool = True
    has_email_normal: bool = True
    has_email_critical: bool = True
    quiet_from: time | None = None
    quiet_to: time | None = None
    time_zone: str = "UTC"
    digest: str = "none"


def save_preferences(*, user_id: int, wishes: Wishes) -> NotificationPreference:
    """Store what the person wants from now on; InvalidInputError names what cannot be.

    Somebody has to learn of what is critical: it may be turned off in the inbox or by e-mail, not in both, and not in
    the inbox where no mail is sent.
    """
    if wishes.time_zone not in list_zones():
        raise InvalidInputError("time_zone", "There is no such time zone.")
    if wishes.digest not in Digest.values:
        raise InvalidInputError("digest", "Choose none, daily or weekly.")
    if (wishes.quiet_from is None) != (wishes.quiet_to is None):
        raise InvalidInputError("quiet_to", "Give both ends of the quiet hours, or none.")
    if wishes.quiet_from is not None and wishes.quiet_from == wishes.quiet_to:
        raise InvalidInputError("quiet_to", "Quiet hours that end when they begin would be none or all.")
    if not (wishes.has_in_app_critical or (wishes.has_email_critical and is_email_set_up())):
        raise InvalidInputError("has_in_app_critical", "Critical ones must reach you on one channel at least.")
    with transaction.atomic():
        row, _ = NotificationPreference.objects.select_for_update().get_or_create(user_id=user_id)
        for name, value in vars(wishes).items():
            setattr(row, name, value)
        row.save()
    return row
