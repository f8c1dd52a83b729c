from django.db import migrations, models

from support.models.text_index import EVENT_BODIES, TICKET_SUBJECTS


def index_words(apps, schema_editor):
    for text in (TICKET_SUBJECTS, EVENT_BODIES):
        for statement in text.create_statements(schema_editor.connection.vendor):
            schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    for text in (TICKET_SUBJECTS, EVENT_BODIES):
        schema_editor.execute(text.drop_statement(schema_editor.connection.vendor))


class Migration(migrations.Migration):
    dependencies = [("support", "0007_cover")]

    operations = [
        migrations.RunPython(index_words, drop_index),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=["external_id"],
                name="ticket_external_id",
            ),
        ),
    ]
