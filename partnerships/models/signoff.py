from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.constraints import paired
from metrics.models import Hypothesis, Verdict
from partnerships.models.contact import PartnerContact
from partnerships.models.partner import Partner


class PartnershipSignoff(models.Model):
    """What makes one hypothesis a partnership experiment: both owners sign its start and acknowledge its verdict.

    Our owner does so signed in; the partner's word is recorded by one of us with where it was given. A verdict is
    proposed first and given when both have acknowledged it. Only the service writes the steps.
    """

    hypothesis = models.OneToOneField(Hypothesis, on_delete=models.PROTECT, related_name="signoff")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="signoffs")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(PartnerContact, on_delete=models.PROTECT, related_name="+")
    owner_signed_at = models.DateTimeField(null=True, blank=True, editable=False)
    contact_signed_at = models.DateTimeField(null=True, blank=True, editable=False)
    contact_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    contact_signed_evidence = models.CharField(max_length=500, blank=True, editable=False)
    proposed_at = models.DateTimeField(null=True, blank=True, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    proposed_verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True, editable=False)
    proposed_note = models.CharField(max_length=500, blank=True, editable=False)
    owner_acknowledged_at = models.DateTimeField(null=True, blank=True, editable=False)
    contact_acknowledged_at = models.DateTimeField(null=True, blank=True, editable=False)
    contact_acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    contact_acknowledged_evidence = models.CharField(max_length=500, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            paired("contact_signed_at", "contact_signed_by", model="signoff"),
            paired("proposed_at", "proposed_by", model="signoff"),
            paired("contact_acknowledged_at", "contact_acknowledged_by", model="signoff"),
            models.CheckConstraint(
                name="signoff_proposed_verdict_valid",
                condition=Q(proposed_verdict="") | Q(proposed_verdict__in=Verdict.values),
                violation_error_message=f"proposed_verdict must be one of: {', '.join(Verdict.values)}.",
            ),
            models.CheckConstraint(
                name="signoff_verdict_when_proposed",
                condition=Q(proposed_at__isnull=True, proposed_verdict="")
                | (Q(proposed_at__isnull=False) & ~Q(proposed_verdict="")),
                violation_error_message="What is proposed has a verdict.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hypothesis}, {self.partner}"

    @property
    def is_signed(self) -> bool:
        """Whether both have signed, so that the test may begin."""
        return self.owner_signed_at is not None and self.contact_signed_at is not None
