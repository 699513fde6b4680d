import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models

import sending.models.ids
from sending.migration_operations import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE SEQUENCE ses_id_sequence CACHE 32;
            CREATE FUNCTION ses_next_id() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
                SELECT ((extract(epoch FROM clock_timestamp()) * 1000)::bigint << 20)
                     | (nextval('ses_id_sequence') & 1048575)
            $$;
            """,
            "DROP FUNCTION ses_next_id(); DROP SEQUENCE ses_id_sequence;",
        ),
        migrations.CreateModel(
            name="HoldPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=9)),
                ("reason", models.TextField(blank=True)),
                ("values", models.JSONField(default=dict)),
                ("began_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("begun_by", models.CharField(max_length=254)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=254)),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "ended_at"], name="hold_by_end")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("kind",), name="hold_open_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None), ("ended_at__gte", models.F("began_at")), _connector="OR"
                        ),
                        name="hold_ends_after_it_began",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["delivery", "callbacks", "reports"])), name="hold_kind_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DataFolder",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("mark", models.BigIntegerField()),
                ("marked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="DatabaseIdentity",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("name", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="database_identity_once")],
            },
        ),
        # From the first moment: a backup made before anything ran has the name too.
        migrations.RunSQL("INSERT INTO sending_databaseidentity (id) VALUES (1)", migrations.RunSQL.noop),
        migrations.CreateModel(
            name="SimulatedRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("name", models.CharField(db_collation="C", max_length=253)),
                ("type", models.CharField(max_length=5)),
                ("value", models.TextField()),
            ],
            options={
                "indexes": [models.Index(fields=["name", "type"], name="simulated_record")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("type__in", ["A", "MX", "TXT"])), name="simulated_record_type_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    sending.models.ids.TimeOrderedId(
                        db_default=sending.models.ids.NextId(), primary_key=True, serialize=False
                    ),
                ),
                ("message_id", models.CharField(db_collation="C", max_length=100, unique=True)),
                ("channel", models.CharField(max_length=7)),
                ("submitted_by", models.CharField(max_length=254)),
                ("sender_domain", models.CharField(db_collation="C", max_length=253)),
                ("from_address", models.CharField(max_length=254)),
                ("from_name", models.CharField(blank=True, max_length=100)),
                ("header_from", models.CharField(blank=True, max_length=400)),
                ("reply_to", models.CharField(blank=True, max_length=400)),
                ("subject", models.TextField()),
                ("to", models.JSONField(default=list)),
                ("cc", models.JSONField(default=list)),
                ("bcc", models.JSONField(default=list)),
                ("template", models.BigIntegerField()),
                ("version", models.BigIntegerField()),
                ("variables", models.JSONField(default=dict)),
                ("sensitive", models.JSONField(default=dict)),
                ("is_content_erased", models.BooleanField(default=False)),
                ("header_message_id", models.CharField(max_length=300)),
                ("headers", models.JSONField(default=dict)),
                ("unsubscribe", models.CharField(default="0", max_length=2)),
                ("trigger_type", models.PositiveSmallIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
        ),
        CreatePartitionedModel(
            name="Message",
            fields=[
                (
                    "id",
                    sending.models.ids.TimeOrderedId(
                        db_default=sending.models.ids.NextId(), primary_key=True, serialize=False
                    ),
                ),
                ("message_id", models.CharField(db_collation="C", max_length=100)),
                ("from_address", models.CharField(max_length=254)),
                ("sender_domain", models.CharField(db_collation="C", max_length=253)),
                ("recipient", models.CharField(db_collation="C", max_length=254)),
                ("recipient_domain", models.CharField(db_collation="C", max_length=253)),
                ("subject", models.CharField(max_length=200)),
                ("template", models.BigIntegerField()),
                ("send_status", models.PositiveSmallIntegerField(default=0)),
                ("deliver_status", models.PositiveSmallIntegerField(default=0)),
                ("deliver_message", models.TextField(blank=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("trace", models.JSONField(default=list)),
                ("opened_at", models.DateTimeField(null=True)),
                ("clicked_at", models.DateTimeField(null=True)),
                ("unsubscribed_at", models.DateTimeField(null=True)),
                ("complained_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="sending.submission",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=255)),
                ("content", models.BinaryField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attachments", to="sending.submission"
                    ),
                ),
            ],
        ),
        CreatePartitionedModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    sending.models.ids.TimeOrderedId(
                        db_default=sending.models.ids.NextId(), primary_key=True, serialize=False
                    ),
                ),
                ("message", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField()),
                ("milliseconds", models.PositiveIntegerField()),
                ("host", models.CharField(blank=True, max_length=300)),
                ("tls", models.CharField(blank=True, max_length=20)),
                ("outcome", models.CharField(max_length=9)),
                ("reply_code", models.PositiveSmallIntegerField(default=0)),
                ("enhanced_code", models.CharField(blank=True, max_length=11)),
                ("bounce_class", models.CharField(blank=True, max_length=30)),
                ("reply", models.TextField(blank=True)),
                ("conversation", models.TextField(blank=True)),
                ("next_attempt_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["message", "id"], name="attempt_by_message")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["delivered", "deferred", "bounced", "dropped"])),
                        name="attempt_outcome_known",
                    )
                ],
            },
        ),
        CreatePartitionedModel(
            name="Event",
            fields=[
                (
                    "id",
                    sending.models.ids.TimeOrderedId(
                        db_default=sending.models.ids.NextId(), primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.PositiveSmallIntegerField()),
                ("message", models.BigIntegerField()),
                ("sender_domain", models.CharField(db_collation="C", max_length=253)),
                ("recipient_domain", models.CharField(db_collation="C", max_length=253)),
                ("recipient", models.CharField(db_collation="C", max_length=254)),
                ("from_address", models.CharField(max_length=254)),
                ("reason", models.TextField(blank=True)),
                ("bounce_type", models.CharField(blank=True, max_length=11)),
                ("bounce_class", models.CharField(blank=True, max_length=30)),
                ("link", models.TextField(blank=True)),
                ("user_agent", models.CharField(blank=True, max_length=300)),
                ("machine", models.BooleanField(default=False)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "kind", "-id"], name="event_list"),
                    models.Index(fields=["message", "id"], name="event_by_message"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])), name="event_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bounce_type__in", ["", "hard_bounce", "soft_bounce"])),
                        name="event_bounce_type_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboundReport",
            fields=[
                (
                    "id",
                    sending.models.ids.TimeOrderedId(
                        db_default=sending.models.ids.NextId(), primary_key=True, serialize=False
                    ),
                ),
                ("message", models.BigIntegerField(null=True)),
                ("kind", models.CharField(max_length=7)),
                ("summary", models.CharField(blank=True, max_length=500)),
                ("raw", models.BinaryField()),
                ("state", models.CharField(default="waiting", max_length=7)),
                ("read_at", models.DateTimeField(null=True)),
                ("waiting_since", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("parser_ends", models.PositiveIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "-id"], name="report_list"),
                    models.Index(condition=models.Q(("state", "waiting")), fields=["due_at", "id"], name="report_due"),
                    models.Index(condition=models.Q(("state", "aside")), fields=["id"], name="report_aside"),
                    models.Index(
                        condition=models.Q(("state", "read"), models.Q(("raw", b""), _negated=True)),
                        fields=["id"],
                        name="report_with_raw",
                    ),
                    models.Index(fields=["message"], name="report_by_message"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("read_at", None), ("state", "waiting")),
                            models.Q(("read_at__isnull", False), ("state__in", ["read", "aside"])),
                            _connector="OR",
                        ),
                        name="report_waits_until_read",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["dsn", "delay", "arf", "optout", "reply", "unknown"])),
                        name="report_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "read", "aside"])), name="report_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostmasterMail",
            fields=[
                (
                    "id",
                    sending.models.ids.TimeOrderedId(
                        db_default=sending.models.ids.NextId(), primary_key=True, serialize=False
                    ),
                ),
                ("mail_from", models.CharField(blank=True, max_length=320)),
                ("recipient", models.CharField(max_length=320)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("raw", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="QueueItem",
            fields=[
                ("message", models.BigIntegerField(primary_key=True, serialize=False)),
                ("recipient_domain", models.CharField(db_collation="C", max_length=253)),
                ("available_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("fence", models.BigIntegerField(default=0)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("worker", models.CharField(blank=True, max_length=60)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["available_at", "message"], name="queue_next")],
            },
        ),
        migrations.CreateModel(
            name="SimulatedMail",
            fields=[
                (
                    "id",
                    sending.models.ids.TimeOrderedId(
                        db_default=sending.models.ids.NextId(), primary_key=True, serialize=False
                    ),
                ),
                ("mail_from", models.CharField(max_length=320)),
                ("recipient", models.CharField(db_collation="C", max_length=320)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("helo", models.CharField(blank=True, max_length=255)),
                ("scenario", models.CharField(max_length=20)),
                ("raw", models.BinaryField()),
                ("act_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("act_at__isnull", False)), fields=["act_at"], name="simulated_to_act"
                    ),
                    models.Index(fields=["account", "-id"], name="simulated_list"),
                    models.Index(
                        "account",
                        django.db.models.functions.text.Lower("recipient"),
                        models.F("id").desc(),
                        name="simulated_by_recipient",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["account", "-id"], name="submission_list"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(
                condition=models.Q(("is_content_erased", False)), fields=["id"], name="submission_with_content"
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["api", "smtp", "console", "task"])), name="submission_channel_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(("trigger_type__in", [0, 1])), name="submission_trigger_type_known"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["account", "-id"], name="message_list"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                "account",
                django.db.models.functions.text.Lower("recipient"),
                models.F("id").desc(),
                name="message_by_recipient",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["message_id"], name="message_by_message_id"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("deliver_status__in", [0, 1, 2, 3, 8])), name="message_deliver_status_known"
            ),
        ),
    ]
