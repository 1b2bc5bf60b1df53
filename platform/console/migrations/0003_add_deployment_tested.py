from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("console", "0002_add_roles")]

    operations = [
        migrations.AddField(
            model_name="deployment",
            name="tested",
            field=models.JSONField(default=dict),
        ),
    ]
