from django.db import migrations


class Migration(migrations.Migration):
    """The task table is asked for the next row by key and lock; without an index each look reads all of it."""

    initial = True

    dependencies = [("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX ses_task_queue_next ON django_q_ormq (key, lock)", "DROP INDEX ses_task_queue_next"
        )
    ]
