from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("console", "0005_say_whose_word_an_operator_stands_on")]

    operations = [
        migrations.AddField(
            model_name="deployment", name="syncing_until", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.AddField(
            model_name="deployment", name="following_until", field=models.DateTimeField(editable=False, null=True)
        ),
    ]
