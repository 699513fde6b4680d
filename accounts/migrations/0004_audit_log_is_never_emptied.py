from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_names_in_plural")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON accounts_auditentry
                FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_is_for_ever();
            """,
            "DROP TRIGGER audit_is_never_emptied ON accounts_auditentry;",
        )
    ]
