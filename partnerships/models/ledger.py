from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Max, Q
from django.urls import reverse

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of, ordered, paired
from foundation.secret_shapes import refuse_secret
from foundation.states import TonedChoices
from partnerships.models.integration import Integration
from partnerships.models.partner import Partner

OVERDUE_LEAD = 0
"""The lead of the notice that says the date has passed."""


class LedgerKind(TonedChoices):
    TLS_CERTIFICATE = "tls_certificate", "none", "TLS certificate"
    DOMAIN = "domain", "none", "Domain"
    OAUTH_SECRET = "oauth_secret", "none", "OAuth client secret"
    PERSONAL_TOKEN = "personal_token", "none", "Personal access token"
    WEBHOOK_SECRET = "webhook_secret", "none", "Webhook secret"
    API_SUNSET = "api_sunset", "none", "API sunset"
    CONTRACT = "contract", "none", "Contract"
    INSURANCE = "insurance", "none", "Insurance"
    DPA = "dpa", "none", "Data processing agreement"


class LedgerSource(TonedChoices):
    HAND = "hand", "none", "Entered"
    FOUND = "found", "none", "Found by probes"


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def open(self) -> "LedgerEntryQuerySet":
        """Entries that still matter."""
        return self.filter(closed_at__isnull=True)

    def with_renewed_at(self) -> "LedgerEntryQuerySet":
        """Each with `last_renewed_at`, the instant of its last renewal or None."""
        return self.annotate(last_renewed_at=Max("renewals__renewed_at"))


class LedgerEntry(models.Model):
    """One thing that ends on a date and has to be renewed, replaced or left before it does. Never the secret itself.

    `due_at` is empty where an end was announced without its date. `found_key` is what the finder calls it.
    """

    kind = models.CharField(max_length=20, choices=LedgerKind.choices)
    title = models.CharField(max_length=200, validators=[refuse_secret])
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger_entries")
    integration = models.ForeignKey(
        Integration, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger_entries"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger_entries"
    )
    due_at = models.DateTimeField(null=True, blank=True, help_text="When it ends; empty where nobody knows yet.")
    fingerprint = models.CharField(
        max_length=71,
        blank=True,
        validators=[
            RegexValidator("^sha256:[0-9a-f]{8,64}$", "Give sha256: and 8 to 64 lower-case hexadecimal digits.")
        ],
        help_text="sha256: and the first digits of the secret's hash, never the secret.",
    )
    url = models.URLField("URL", max_length=500, blank=True, validators=[refuse_secret])
    notes = models.CharField(max_length=500, blank=True, validators=[refuse_secret])
    snoozed_until = models.DateTimeField(null=True, blank=True, editable=False)
    snooze_reason = models.CharField(max_length=300, blank=True, editable=False)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    source = models.CharField(max_length=10, choices=LedgerSource.choices, default=LedgerSource.HAND, editable=False)
    found_key = models.CharField(max_length=120, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    close_reason = models.CharField(max_length=300, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        verbose_name_plural = "ledger entries"
        constraints = [
            one_of("kind", LedgerKind, model="ledgerentry"),
            one_of("source", LedgerSource, model="ledgerentry"),
            not_blank("title", model="ledgerentry"),
            paired("closed_at", "closed_by", model="ledgerentry"),
            paired("snoozed_until", "snoozed_by", model="ledgerentry"),
            models.UniqueConstraint(
                fields=["found_key"], condition=~Q(found_key=""), name="ledgerentry_found_key_unique"
            ),
        ]
        indexes = [
            # The notices' task and the list: what is open, by date.
            models.Index(fields=["due_at"], name="ledgerentry_due", condition=Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("ledger:entry", kwargs={"pk": self.pk})


class LedgerRenewal(models.Model):
    """One time an entry's end was moved later, with the evidence; append-only. Without a person, a probe saw it."""

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="renewals")
    renewed_at = models.DateTimeField()
    # No person where a probe saw the new date.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence = models.CharField(max_length=500, validators=[refuse_secret])
    previous_due_at = models.DateTimeField(null=True, blank=True)
    next_due_at = models.DateTimeField()

    class Meta:
        ordering = ["-renewed_at", "-pk"]
        constraints = [
            not_blank("evidence", model="ledgerrenewal"),
            ordered("previous_due_at", "next_due_at", model="ledgerrenewal"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} until {self.next_due_at:%Y-%m-%d}"


class LedgerNotice(models.Model):
    """One lead time of one date that was told, once; `lead_days` 0 says that the date has passed. Append-only."""

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="notices")
    lead_days = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    noticed_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "lead_days", "due_at"], name="ledgernotice_once"),
            in_range("lead_days", OVERDUE_LEAD, 366, model="ledgernotice"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.lead_days} days before {self.due_at:%Y-%m-%d}"


class ResultCursor(models.Model):
    """How far one reader of probe results has come, by the results' numbers."""

    name = models.CharField(max_length=60, unique=True)
    read_up_to = models.PositiveBigIntegerField(default=0)
    moved_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} at {self.read_up_to}"


protect_table("partnerships_ledgerrenewal")
protect_table("partnerships_ledgernotice")
