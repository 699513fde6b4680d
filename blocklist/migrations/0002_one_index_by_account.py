import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_one_index_by_account"),
        ("blocklist", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="blockedaddress",
            name="account",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
            ),
        ),
    ]
