"""Choices that carry the tone they are shown in beside their label."""

from typing import Any, Self

from django.db import models


class TonedChoices(models.TextChoices):
    """Text choices declared as `NAME = value, tone, label`; its tone is good, watch, bad, none, open or done."""

    tone: str

    def __new__(cls, value: str, tone: str = "none") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.tone = tone
        return member

    @classmethod
    def tone_of(cls, value: Any) -> str:
        """The tone of a stored value; "none" for an unknown one."""
        return cls(value).tone if value in cls.values else "none"
