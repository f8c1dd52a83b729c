from django.db import migrations, models
from django.db.models import Min, OuterRef, Subquery


def fill(apps, schema_editor):
    """What is known of the customers so far: when their first ticket was opened."""
    tickets = apps.get_model("support", "Ticket").objects.using(schema_editor.connection.alias)
    first = tickets.filter(customer=OuterRef("pk")).order_by().values("customer").annotate(first=Min("opened_at"))
    customers = apps.get_model("support", "Customer").objects.using(schema_editor.connection.alias)
    customers.update(joined_at=Subquery(first.values("first")))


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="joined_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When they came to us: their first contact. Empty where nobody knows.",
                null=True,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
