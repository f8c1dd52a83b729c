from django.db import models

from foundation.constraints import not_blank, one_of
from foundation.states import TonedChoices


class EndpointKind(TonedChoices):
    SLACK = "slack", "none", "Slack incoming webhook"
    SIGNED = "signed", "none", "Signed webhook"


class WebhookEndpoint(models.Model):
    """One address outside that gets the organisation's notices: a Slack channel, or a tool that checks signatures.

    Secrets live in the environment and are named here: `{secret:NAME}` in the address, and `secret_name`, both stand
    for NOTIFY_SECRET_… variables.
    """

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=EndpointKind.choices)
    url = models.CharField(
        max_length=500, help_text="Write {secret:NAME} for the part that nobody may see; NOTIFY_SECRET_NAME holds it."
    )
    secret_name = models.CharField(
        max_length=64,
        blank=True,
        help_text="Of a signed one: NAME, where NOTIFY_SECRET_NAME holds the key or, during a change, several.",
    )
    events = models.CharField(
        max_length=500, blank=True, help_text="Beginnings of the events that are sent, with spaces between; empty: all."
    )
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_reason = models.CharField(max_length=200, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            one_of("kind", EndpointKind, model="webhookendpoint"),
            not_blank("name", model="webhookendpoint"),
            not_blank("url", model="webhookendpoint"),
            models.CheckConstraint(
                name="webhookendpoint_signed_has_secret",
                condition=~models.Q(kind=EndpointKind.SIGNED.value) | ~models.Q(secret_name=""),
                violation_error_message="secret_name is needed: a signed webhook signs with it.",
            ),
            models.CheckConstraint(
                name="webhookendpoint_disabled_has_reason",
                condition=models.Q(disabled_at__isnull=True, disabled_reason="")
                | (models.Q(disabled_at__isnull=False) & ~models.Q(disabled_reason="")),
                violation_error_message="A disabled endpoint says since when and why.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def wants(self, event: str) -> bool:
        """Whether events of this name are sent here."""
        beginnings = self.events.split()
        return not beginnings or event.startswith(tuple(beginnings))
