import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RollUpState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("rolled_to", models.BigIntegerField(default=0)),
                ("rolled_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DayVolume",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("accepted", models.BigIntegerField(default=0)),
                ("refused", models.BigIntegerField(default=0)),
                ("delivered", models.BigIntegerField(default=0)),
                ("deferred", models.BigIntegerField(default=0)),
                ("bounced_hard", models.BigIntegerField(default=0)),
                ("bounced_soft", models.BigIntegerField(default=0)),
                ("dropped", models.BigIntegerField(default=0)),
                ("opened", models.BigIntegerField(default=0)),
                ("opened_by_machine", models.BigIntegerField(default=0)),
                ("clicked", models.BigIntegerField(default=0)),
                ("clicked_by_machine", models.BigIntegerField(default=0)),
                ("complained", models.BigIntegerField(default=0)),
                ("unsubscribed", models.BigIntegerField(default=0)),
                ("sender_domain", models.CharField(db_collation="C", max_length=253)),
                ("recipient_domain", models.CharField(db_collation="C", max_length=253)),
                ("day", models.DateField()),
                ("settled", models.BooleanField(default=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account", "recipient_domain", "day"], name="day_volume_by_recipient"),
                    models.Index(condition=models.Q(("settled", False)), fields=["id"], name="day_volume_open"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "day", "sender_domain", "recipient_domain", "settled"),
                        name="day_volume_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HourVolume",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("accepted", models.BigIntegerField(default=0)),
                ("refused", models.BigIntegerField(default=0)),
                ("delivered", models.BigIntegerField(default=0)),
                ("deferred", models.BigIntegerField(default=0)),
                ("bounced_hard", models.BigIntegerField(default=0)),
                ("bounced_soft", models.BigIntegerField(default=0)),
                ("dropped", models.BigIntegerField(default=0)),
                ("opened", models.BigIntegerField(default=0)),
                ("opened_by_machine", models.BigIntegerField(default=0)),
                ("clicked", models.BigIntegerField(default=0)),
                ("clicked_by_machine", models.BigIntegerField(default=0)),
                ("complained", models.BigIntegerField(default=0)),
                ("unsubscribed", models.BigIntegerField(default=0)),
                ("sender_domain", models.CharField(db_collation="C", max_length=253)),
                ("hour", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "hour", "sender_domain"), name="hour_volume_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="MinuteVolume",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("accepted", models.BigIntegerField(default=0)),
                ("refused", models.BigIntegerField(default=0)),
                ("delivered", models.BigIntegerField(default=0)),
                ("deferred", models.BigIntegerField(default=0)),
                ("bounced_hard", models.BigIntegerField(default=0)),
                ("bounced_soft", models.BigIntegerField(default=0)),
                ("dropped", models.BigIntegerField(default=0)),
                ("opened", models.BigIntegerField(default=0)),
                ("opened_by_machine", models.BigIntegerField(default=0)),
                ("clicked", models.BigIntegerField(default=0)),
                ("clicked_by_machine", models.BigIntegerField(default=0)),
                ("complained", models.BigIntegerField(default=0)),
                ("unsubscribed", models.BigIntegerField(default=0)),
                ("sender_domain", models.CharField(db_collation="C", max_length=253)),
                ("minute", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "minute", "sender_domain"), name="minute_volume_once")
                ],
            },
        ),
    ]
