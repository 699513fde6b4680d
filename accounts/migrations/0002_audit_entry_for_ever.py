from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION accounts_audit_is_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'the audit log is never changed' USING ERRCODE = 'insufficient_privilege';
            END $$;
            CREATE TRIGGER audit_is_for_ever BEFORE UPDATE OR DELETE ON accounts_auditentry
                FOR EACH ROW EXECUTE FUNCTION accounts_audit_is_for_ever();
            """,
            """
            DROP TRIGGER audit_is_for_ever ON accounts_auditentry;
            DROP FUNCTION accounts_audit_is_for_ever();
            """,
        )
    ]
