from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.append_only import protect_table
from foundation.constraints import in_range, not_blank, one_of, ordered, paired
from foundation.states import TonedChoices
from partnerships.models.integration import Integration
from partnerships.models.partner import Partner


class ObligationSource(TonedChoices):
    TERMS = "terms", "none", "Terms of service"
    API_GUIDELINE = "api_guideline", "none", "API guideline"
    CONTRACT = "contract", "none", "Contract"


class Recurrence(TonedChoices):
    ONCE = "once", "none", "Once"
    MONTHLY = "monthly", "none", "Monthly"
    QUARTERLY = "quarterly", "none", "Quarterly"
    YEARLY = "yearly", "none", "Yearly"


class ReviewVerdict(TonedChoices):
    COMPLIANT = "compliant", "good", "Compliant"
    BREACH = "breach", "bad", "Breach"
    WAIVED = "waived", "none", "Waived"


class Obligation(models.Model):
    """One thing that a partner's terms, guideline or contract ask of one integration, again and again or once."""

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="obligations")
    source = models.CharField(max_length=20, choices=ObligationSource.choices, default=ObligationSource.TERMS)
    title = models.CharField(max_length=200)
    clause = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="obligations"
    )
    recurrence = models.CharField(max_length=20, choices=Recurrence.choices, default=Recurrence.YEARLY)
    first_due_on = models.DateField()
    lead_days = models.PositiveSmallIntegerField(default=30, help_text="How long before the day its review is listed.")
    ended_on = models.DateField(null=True, blank=True, help_text="From this day on it asks for nothing more.")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["integration", "title", "pk"]
        constraints = [
            not_blank("title", model="obligation"),
            one_of("source", ObligationSource, model="obligation"),
            one_of("recurrence", Recurrence, model="obligation"),
            in_range("lead_days", 0, 366, model="obligation"),
            ordered("first_due_on", "ended_on", model="obligation", strict=False),
        ]

    def __str__(self) -> str:
        return f"{self.integration}: {self.title}"


class TermsVersion(models.Model):
    """One text of a partner's terms, known by its SHA-256; append-only. Each integration is reviewed against it."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="terms_versions")
    url = models.URLField("URL", max_length=500)
    effective_on = models.DateField()
    sha256 = models.CharField("SHA-256", max_length=64)
    summary = models.CharField(max_length=2_000)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["partner", "-effective_on", "-pk"]
        constraints = [
            not_blank("summary", model="termsversion"),
            models.UniqueConstraint(fields=["partner", "sha256"], name="termsversion_text_unique"),
        ]

    def __str__(self) -> str:
        return f"Terms of {self.partner} from {self.effective_on:%Y-%m-%d}"


class ObligationReview(models.Model):
    """One review that is due: of an obligation, or of an integration against a new text of the terms.

    Decided once, by its service. One that was not decided by its day is missed, and stays so when it is done later.
    """

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="reviews")
    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews")
    terms_version = models.ForeignKey(
        TermsVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    due_on = models.DateField()
    verdict = models.CharField(max_length=20, choices=ReviewVerdict.choices, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_on = models.DateField(null=True, blank=True, help_text="The local day of done_at.")
    evidence_text = models.CharField(max_length=2_000, blank=True)
    evidence_url = models.URLField("evidence URL", max_length=500, blank=True)
    evidence_sha256 = models.CharField("evidence SHA-256", max_length=64, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["obligation", "due_on"], name="obligationreview_once_a_day"),
            models.UniqueConstraint(fields=["integration", "terms_version"], name="obligationreview_once_a_text"),
            paired("done_at", "done_by", model="obligationreview"),
            paired("done_at", "done_on", model="obligationreview"),
            models.CheckConstraint(
                name="obligationreview_verdict_valid",
                condition=Q(verdict="") | Q(verdict__in=ReviewVerdict.values),
                violation_error_message=f"verdict must be one of: {', '.join(ReviewVerdict.values)}.",
            ),
            models.CheckConstraint(
                name="obligationreview_verdict_when_done",
                condition=Q(done_at__isnull=True, verdict="") | (Q(done_at__isnull=False) & ~Q(verdict="")),
                violation_error_message="What is done has a verdict, and what has a verdict is done.",
            ),
            models.CheckConstraint(
                name="obligationreview_of_one_thing",
                condition=Q(obligation__isnull=False, terms_version__isnull=True)
                | Q(obligation__isnull=True, terms_version__isnull=False),
                violation_error_message="A review is of an obligation or of new terms.",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="obligationreview_due")]  # What is due, and the metric's read.

    def __str__(self) -> str:
        return f"{self.integration} due {self.due_on:%Y-%m-%d}"


protect_table("partnerships_termsversion")
