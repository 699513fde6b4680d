import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import accounts.secrets


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("password", models.CharField(max_length=128)),
                ("last_login", models.DateTimeField(blank=True, null=True)),
                ("is_superuser", models.BooleanField(default=False)),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(blank=True, max_length=100)),
                ("time_zone", models.CharField(default="UTC", max_length=50)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("muted_notices", models.JSONField(blank=True, default=list)),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
                ("must_change_password", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True, related_name="user_set", related_query_name="user", to="auth.group"
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True, related_name="user_set", related_query_name="user", to="auth.permission"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100)),
                ("app_id", models.BigIntegerField(unique=True)),
                ("status", models.CharField(default="active", max_length=10)),
                ("status_reason", models.CharField(blank=True, max_length=500)),
                ("mails_per_second", models.PositiveIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("name"), name="account_name_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "suspended"])), name="account_status_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("key", models.CharField(db_collation="C", max_length=400)),
                ("window", models.BigIntegerField()),
                ("used", models.BigIntegerField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["ends_at"], name="allowance_end")],
                "constraints": [models.UniqueConstraint(fields=("key", "window"), name="allowance_window")],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100)),
                ("secret_id", models.CharField(max_length=64, unique=True)),
                ("secret_key", accounts.secrets.EncryptedField()),
                ("actions", models.JSONField(blank=True, default=list)),
                ("networks", models.JSONField(blank=True, default=list)),
                ("enabled", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="api_keys", to="accounts.account"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("actor", models.CharField(max_length=254)),
                ("channel", models.CharField(max_length=10)),
                ("ip", models.CharField(blank=True, max_length=45)),
                ("act", models.CharField(max_length=60)),
                ("target", models.CharField(max_length=300)),
                ("details", models.JSONField(default=dict)),
                ("mac", models.BinaryField(max_length=32)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry_id", models.BigIntegerField(unique=True)),
                ("hash", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="AuditVerification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_seal", models.BigIntegerField()),
                ("complete", models.BooleanField()),
                ("fault", models.CharField(blank=True, max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name="UnsealedEntry",
            fields=[
                ("entry_id", models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("role", models.CharField(max_length=10)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="accounts.account"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("level", models.CharField(max_length=10)),
                ("text", models.CharField(max_length=500)),
                ("values", models.JSONField(default=dict)),
                ("link", models.CharField(blank=True, max_length=300)),
                ("subject", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="accounts.account"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NoticeMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="mails", to="accounts.notice"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"), name="user_email_unique_any_case"
            ),
        ),
        migrations.AddIndex(
            model_name="apikey",
            index=models.Index(fields=["account", "-id"], name="api_key_list"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["account", "-id"], name="audit_list"),
        ),
        migrations.AddConstraint(
            model_name="auditentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["console", "api", "smtp", "task"])), name="audit_channel_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("account", "user"), name="membership_one_role"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["operator", "reviewer", "analyst", "admin"])),
                name="membership_role_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)), fields=("account", "subject"), name="notice_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["info", "warning", "danger"])), name="notice_level_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticemail",
            constraint=models.UniqueConstraint(fields=("notice", "user"), name="notice_mail_once"),
        ),
        migrations.AddConstraint(
            model_name="noticemail",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["templates", "domains", "audit"])), name="notice_mail_kind_known"
            ),
        ),
        migrations.AddIndex(
            model_name="noticemail",
            index=models.Index(
                fields=["due_at"], condition=models.Q(("due_at__isnull", False)), name="notice_mail_due"
            ),
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION accounts_audit_is_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'the audit log is never changed' USING ERRCODE = 'insufficient_privilege';
            END $$;
            CREATE TRIGGER audit_is_for_ever BEFORE UPDATE OR DELETE ON accounts_auditentry
                FOR EACH ROW EXECUTE FUNCTION accounts_audit_is_for_ever();
            CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON accounts_auditentry
                FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_is_for_ever();
            CREATE TRIGGER audit_is_for_ever BEFORE UPDATE OR DELETE ON accounts_auditseal
                FOR EACH ROW EXECUTE FUNCTION accounts_audit_is_for_ever();
            CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON accounts_auditseal
                FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_is_for_ever();
            """,
            """
            DROP TRIGGER audit_is_never_emptied ON accounts_auditseal;
            DROP TRIGGER audit_is_for_ever ON accounts_auditseal;
            DROP TRIGGER audit_is_never_emptied ON accounts_auditentry;
            DROP TRIGGER audit_is_for_ever ON accounts_auditentry;
            DROP FUNCTION accounts_audit_is_for_ever();
            """,
        ),
    ]
