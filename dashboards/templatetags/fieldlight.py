"""Tags of every page: states as shape and word."""

from django.template import Library

from charts import state as states
from charts.primitives import Markup

register = Library()

_LEVELS = {
    "success": ("good", "Done"),
    "info": ("none", "Note"),
    "debug": ("none", "Note"),
    "warning": ("watch", "Mind"),
    "error": ("bad", "Failed"),
}


@register.simple_tag
def shape(tone: str) -> Markup:
    """The bare shape of a tone."""
    return states.shape(tone)


@register.simple_tag
def state(tone: str, label: object) -> Markup:
    """A state as shape and word; the label is escaped."""
    return states.state(tone, label)


@register.simple_tag
def message_state(level: str) -> Markup:
    """The word of a message's level with its shape."""
    return states.state(*_LEVELS.get(level, _LEVELS["info"]))


@register.simple_tag
def note_class(level: str) -> str:
    """The CSS class of a message's level."""
    return f"note-{_LEVELS.get(level, _LEVELS['info'])[0]}"
