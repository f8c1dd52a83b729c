"""A clean cut through the history of values."""

from django.db.models import Max

from foundation.claims import take_advisory_lock
from metrics.models import ValueRevision
from metrics.sources import list_sources


def cut_revisions() -> int:
    """The id of the last revision, with no worker in between writing one that counts as earlier; 0 without any.

    Call it in a transaction: it waits for the workers at work and keeps others out until the transaction ends. An
    instant alone is no clean cut, because a worker's revisions carry the instant its run began.
    """
    for source in list_sources():
        take_advisory_lock(("metrics", source.key))
    return ValueRevision.objects.aggregate(last=Max("pk"))["last"] or 0
