"""Rules for signals of metrics, as people change them."""

from django.db import transaction

from operations.models import EscalationRule


def save_rule(*, rule: EscalationRule) -> EscalationRule:
    """Store a rule that its form has checked, counting the write; it holds for signals raised from now on."""
    if rule.pk is not None:
        rule.version += 1
    rule.save()
    return rule


def delete_rule(*, rule_id: int) -> None:
    """Take the rule away; what it raised stays. DoesNotExist if there is none."""
    with transaction.atomic():
        EscalationRule.objects.select_for_update().get(pk=rule_id).delete()
