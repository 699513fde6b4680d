import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BlockedAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=7)),
                ("cause", models.CharField(max_length=12)),
                ("address", models.CharField(db_collation="C", max_length=254)),
                ("sender_domain", models.CharField(blank=True, db_collation="C", max_length=253)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("message", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(null=True)),
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
            options={
                "indexes": [
                    models.Index(fields=["address"], name="block_look_up"),
                    models.Index(
                        condition=models.Q(("address__startswith", "erased:")), fields=["address"], name="block_erased"
                    ),
                    models.Index(fields=["account", "kind", "-id"], name="block_list"),
                    models.Index(
                        models.F("expires_at"), condition=models.Q(("expires_at__isnull", False)), name="block_releases"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "invalid")), fields=("address",), name="block_invalid_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "reject")),
                        fields=("address", "account", "sender_domain"),
                        name="block_reject_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "custom")), fields=("address", "account"), name="block_custom_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "reject"), ("sender_domain", ""), _connector="XOR"),
                        name="block_reject_names_domain",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["invalid", "reject", "custom"])), name="block_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cause__in", ["bounced", "unsubscribed", "complained", "refused", "entered", "imported"])
                        ),
                        name="block_cause_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Exemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("address", models.CharField(db_collation="C", max_length=254)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account", "-id"], name="exemption_list")],
                "constraints": [models.UniqueConstraint(fields=("address", "account"), name="exemption_once")],
            },
        ),
    ]
