"""How a message leaves: one module a channel."""

from django.conf import settings

_NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"


def is_email_set_up() -> bool:
    """Whether this installation sends mail at all."""
    return bool(settings.EMAIL_BACKEND != _NO_MAIL)
