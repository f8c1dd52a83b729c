"""Keeping, changing and forgetting questions to the queue."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from foundation.errors import InvalidInputError
from foundation.plain_text import check_line, is_invisible
from operations.models import User
from support.models import SavedView
from support.selectors.saved_views import FILTERS, is_meant

MAX_VALUE_LENGTH, MAX_VIEWS = 200, 100


def check_filters(filters: object) -> dict[str, str]:
    """The filters; InvalidInputError names what the queue cannot be asked for."""
    if not isinstance(filters, Mapping):
        raise InvalidInputError("filters", 'Give an object such as {"priority": "urgent"}.')
    unknown = sorted(set(map(str, filters)) - set(FILTERS))
    if unknown:
        raise InvalidInputError("filters", f"{unknown[0][:60]}: no such filter. Use {', '.join(FILTERS)}.")
    wrong = [name for name, value in filters.items() if not isinstance(value, str) or len(value) > MAX_VALUE_LENGTH]
    if wrong:
        raise InvalidInputError("filters", f"{wrong[0]}: give a text of at most {MAX_VALUE_LENGTH} characters.")
    given = {str(name): value for name, value in filters.items() if value}
    wrong = [name for name, value in given.items() if not is_meant(name, value)]
    if wrong:
        raise InvalidInputError("filters", f"{wrong[0]}: the queue cannot be asked for {given[wrong[0]][:60]!a}.")
    return given


def save_view(*, view: SavedView) -> SavedView:
    """Store the new or changed view; InvalidInputError for a second of the name, too many, or wrong filters."""
    view.filters = check_filters(view.filters)
    view.name = view.name.strip()
    if is_invisible(view.name):
        raise InvalidInputError("name", "give the view a name")
    check_line("name", view.name)
    if view.pk is not None:
        view.version += 1
    elif SavedView.objects.filter(owner=view.owner).count() >= MAX_VIEWS:
        raise InvalidInputError("name", f"you have {MAX_VIEWS} views; delete one first")
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise InvalidInputError("name", "you have a view of this name") from None
    return view


def delete_view(*, view_id: int, by: User) -> None:
    """Forget a view of one's own; SavedView.DoesNotExist for any other."""
    SavedView.objects.get(pk=view_id, owner=by).delete()


def values_of(given: Mapping[str, Any]) -> dict[str, str]:
    """What of a URL's parameters a view keeps."""
    return {name: str(given[name]) for name in FILTERS if given.get(name)}
