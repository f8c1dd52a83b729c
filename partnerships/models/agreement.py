from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of, ordered
from foundation.states import TonedChoices
from partnerships.models.contact import PartnerContact
from partnerships.models.partner import Partner

LONGEST_NOTICE_DAYS = 1_095


class AgreementKind(TonedChoices):
    API_ACCESS = "api_access", "none", "API access terms"
    FEES = "fees", "none", "Fees"
    SLA = "sla", "none", "Service level"
    LIABILITY = "liability", "none", "Liability"
    DATA_PROCESSING = "data_processing", "none", "Data processing"
    CONTRACT = "contract", "none", "Contract"


class AgreementState(TonedChoices):
    """What people decide. That an active one has expired follows from its dates and is stored nowhere."""

    DRAFT = "draft", "none", "Draft"
    NEGOTIATING = "negotiating", "open", "Negotiating"
    ACTIVE = "active", "good", "Active"
    TERMINATED = "terminated", "none", "Terminated"


class RenewalKind(TonedChoices):
    AUTO = "auto", "none", "Renews itself"
    MANUAL = "manual", "none", "Renewed by hand"
    NONE = "none", "none", "Ends"


class Agreement(models.Model):
    """One thing agreed, or to be agreed, with a partner. What it says is in its versions; its state has a service."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="agreements")
    kind = models.CharField(max_length=20, choices=AgreementKind.choices, default=AgreementKind.CONTRACT)
    title = models.CharField(max_length=200)
    state = models.CharField(
        max_length=20, choices=AgreementState.choices, default=AgreementState.DRAFT, editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["partner", "kind", "title", "pk"]
        constraints = [
            not_blank("title", model="agreement"),
            one_of("kind", AgreementKind, model="agreement"),
            one_of("state", AgreementState, model="agreement"),
            models.UniqueConstraint(fields=["partner", "title"], name="agreement_title_unique"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The agreement's page."""
        return reverse("partners:agreement", args=[self.partner.slug, self.pk])


class AgreementVersion(models.Model):
    """What an agreement says from one day on; append-only: a change is a new version.

    Amounts are integer minor units of `currency` (ISO 4217); the fee is that of a year.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    effective_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="The last day; empty for no end.")
    renewal = models.CharField(max_length=10, choices=RenewalKind.choices, default=RenewalKind.NONE)
    notice_days = models.PositiveSmallIntegerField(null=True, blank=True)
    fee_minor = models.BigIntegerField("fee a year, minor units", null=True, blank=True)
    liability_cap_minor = models.BigIntegerField("liability cap, minor units", null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    promised_uptime_ratio = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    response_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    data_processing = models.TextField(blank=True, max_length=5_000)
    document_url = models.URLField(blank=True, max_length=500)
    document_name = models.CharField(max_length=120, blank=True)
    document_sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["agreement", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreementversion_number_unique"),
            one_of("renewal", RenewalKind, model="agreementversion"),
            ordered("effective_on", "ends_on", model="agreementversion", strict=False),
            in_range("notice_days", 0, LONGEST_NOTICE_DAYS, model="agreementversion"),
            in_range("fee_minor", 0, None, model="agreementversion"),
            in_range("liability_cap_minor", 0, None, model="agreementversion"),
            in_range("promised_uptime_ratio", 0, 1, model="agreementversion"),
            models.CheckConstraint(
                name="agreementversion_amount_has_currency",
                condition=~Q(currency="") | Q(fee_minor__isnull=True, liability_cap_minor__isnull=True),
                violation_error_message="Say in which currency the amount is.",
            ),
            models.CheckConstraint(
                name="agreementversion_renewal_has_end",
                condition=~Q(renewal__in=["auto", "manual"]) | Q(ends_on__isnull=False),
                violation_error_message="What is renewed has a last day.",
            ),
        ]
        indexes = [models.Index(fields=["ends_on"], name="agreementversion_end")]  # What expires soon.

    def __str__(self) -> str:
        return f"{self.agreement} v{self.number}"

    @property
    def notice_on(self) -> date | None:
        """The last day on which notice may be given; None without an end or a term of notice."""
        if self.ends_on is None or self.notice_days is None:
            return None
        is_on_calendar = (self.ends_on - date.min).days >= self.notice_days
        return self.ends_on - timedelta(days=self.notice_days) if is_on_calendar else date.min


class NegotiationEntry(models.Model):
    """One thing said or decided about an agreement; append-only. `new_state` where it changed the state."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="entries")
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(PartnerContact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField(max_length=2_000)
    next_step = models.CharField(max_length=500, blank=True)
    next_due_on = models.DateField(null=True, blank=True)
    new_state = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-said_at", "-pk"]
        verbose_name_plural = "negotiation entries"
        constraints = [
            not_blank("text", model="negotiationentry"),
            models.CheckConstraint(
                name="negotiationentry_new_state_valid",
                condition=Q(new_state="") | Q(new_state__in=AgreementState.values),
                violation_error_message=f"new_state must be one of: {', '.join(AgreementState.values)}.",
            ),
            models.CheckConstraint(
                name="negotiationentry_due_has_step",
                condition=Q(next_due_on__isnull=True) | ~Q(next_step=""),
                violation_error_message="Say what is due.",
            ),
        ]
        indexes = [models.Index(fields=["agreement", "said_at"], name="negotiationentry_log")]

    def __str__(self) -> str:
        return f"{self.agreement}: {self.text[:40]}"


protect_table("partnerships_agreementversion")
protect_table("partnerships_negotiationentry")
