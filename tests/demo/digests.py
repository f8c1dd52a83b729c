"""What a database holds, as one number per table, without keys and clock times of the loading itself."""

import hashlib

from django.db.models import Model

from support.models import SlaPolicyVersion

LEFT_OUT = {"id", "recorded_at", "password", "set_at", "supersedes_id", "metric_id", "computed_at"}


def digest_of(model: type[Model]) -> str:
    """A hash over all rows in the order of their keys; foreign keys count from the first row of what they name."""
    columns = [field.attname for field in model._meta.concrete_fields if field.attname not in LEFT_OUT]
    first = {
        field.attname: field.related_model.objects.order_by("pk").values_list("pk", flat=True).first() or 0
        for field in model._meta.concrete_fields
        if field.is_relation and field.attname in columns
    }
    first_version = SlaPolicyVersion.objects.order_by("pk").values_list("pk", flat=True).first() or 0
    digest = hashlib.sha256()
    for row in model.objects.order_by("pk").values(*columns).iterator():
        for name, base in first.items():
            row[name] = None if row[name] is None else row[name] - base
        if "sla" in row.get("changes", {}):  # The old and the new version of a policy, by key.
            row["changes"] = {"sla": [key and key - first_version for key in row["changes"]["sla"]]}
        digest.update(repr(sorted(row.items())).encode())
    return digest.hexdigest()
