import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import accounts.secrets


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SenderDomain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("name", models.CharField(db_collation="C", max_length=253, unique=True)),
                ("state", models.CharField(default="pending", max_length=10)),
                ("dkim_option", models.PositiveSmallIntegerField(default=1)),
                ("dkim_selector", models.CharField(max_length=63)),
                ("dkim_private_key", accounts.secrets.EncryptedField()),
                ("dkim_public_key", models.TextField()),
                ("reputation_level", models.PositiveSmallIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("verified_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sender_domains",
                        to="accounts.account",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SenderAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("address", models.CharField(max_length=254)),
                ("name", models.CharField(blank=True, max_length=100)),
                ("smtp_password", models.CharField(blank=True, max_length=128)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sender_addresses",
                        to="accounts.account",
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="addresses", to="domains.senderdomain"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DnsRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=5)),
                ("type", models.CharField(max_length=5)),
                ("host", models.CharField(max_length=253)),
                ("expected", models.TextField()),
                ("seen", models.TextField(blank=True)),
                ("state", models.CharField(default="unchecked", max_length=11)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("steps", models.JSONField(blank=True, default=list)),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="records", to="domains.senderdomain"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="senderdomain",
            index=models.Index(fields=["account", "-id"], name="domain_list"),
        ),
        migrations.AddConstraint(
            model_name="senderdomain",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", django.db.models.functions.text.Lower("name"))), name="domain_lower"
            ),
        ),
        migrations.AddConstraint(
            model_name="senderdomain",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("failing_since", None), ("state__in", ["pending", "verified"])),
                    models.Q(("failing_since__isnull", False), ("state__in", ["failing", "failed"])),
                    _connector="OR",
                ),
                name="domain_failing_has_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="senderdomain",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["pending", "verified", "failing", "failed"])),
                name="domain_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="senderdomain",
            constraint=models.CheckConstraint(
                condition=models.Q(("dkim_option__in", [0, 1])), name="domain_dkim_option_known"
            ),
        ),
        migrations.AddIndex(
            model_name="senderaddress",
            index=models.Index(fields=["account", "-id"], name="address_list"),
        ),
        migrations.AddConstraint(
            model_name="senderaddress",
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower("address"), name="address_once"),
        ),
        migrations.AddConstraint(
            model_name="dnsrecord",
            constraint=models.UniqueConstraint(fields=("domain", "kind"), name="record_once"),
        ),
        migrations.AddConstraint(
            model_name="dnsrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["mx", "spf", "dkim", "dmarc"])), name="record_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="dnsrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("type__in", ["MX", "TXT"])), name="record_type_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="dnsrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["unchecked", "passed", "missing", "wrong", "unreachable"])),
                name="record_state_known",
            ),
        ),
    ]
