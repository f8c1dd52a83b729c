from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from foundation.constraints import not_blank

PEOPLE = {"is_service": False}
"""For `limit_choices_to`, where an internal tool cannot be meant."""


class UserManager(BaseUserManager["User"]):
    """Creates people and service users; e-mail addresses are kept lower-case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A saved user; without a password the account cannot sign in by password."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A saved user who may do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One person, or one internal tool (`is_service`); the e-mail address is the sign-in name."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    is_staff = models.BooleanField("may use the admin", default=False)
    is_service = models.BooleanField("internal tool, not a person", default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    lead = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="led_people",
        help_text="Whom it is handed up to when this person is late with something.",
    )

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_ci"),
            not_blank("name", model="user"),
            models.CheckConstraint(
                name="user_leads_somebody_else",
                condition=Q(lead__isnull=True) | ~Q(lead=F("id")),
                violation_error_message="Nobody is their own lead.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def initials(self) -> str:
        """Up to two capital letters for the account mark."""
        return "".join(word[0] for word in self.name.split()[:2]).upper()
