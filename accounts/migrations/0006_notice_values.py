from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_one_index_by_account"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="values",
            field=models.JSONField(default=dict),
        ),
    ]
