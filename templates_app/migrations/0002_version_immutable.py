from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("templates_app", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION templates_version_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'a version of a template is never changed' USING ERRCODE = 'insufficient_privilege';
            END $$;
            CREATE TRIGGER version_is_immutable
                BEFORE UPDATE OF template_id, number, html, text, summary, digest, author ON templates_app_version
                FOR EACH ROW EXECUTE FUNCTION templates_version_is_immutable();
            """,
            """
            DROP TRIGGER version_is_immutable ON templates_app_version;
            DROP FUNCTION templates_version_is_immutable();
            """,
        )
    ]
