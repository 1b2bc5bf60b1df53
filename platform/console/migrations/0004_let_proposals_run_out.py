from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("console", "0003_add_deployment_tested")]

    operations = [
        migrations.AlterField(
            model_name="proposal",
            name="decision",
            field=models.CharField(
                choices=[
                    ("open", "Waits for a second operator"),
                    ("approved", "Approved"),
                    ("refused", "Refused"),
                    ("withdrawn", "Withdrawn"),
                    ("expired", "Ran out undecided"),
                ],
                default="open",
                max_length=10,
            ),
        ),
    ]
