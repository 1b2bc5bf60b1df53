from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0002_keep_the_book_of_a_month_and_what_waits_to_be_issued"),
    ]

    operations = [
        migrations.AddField(
            model_name="invoicerun",
            name="round",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="runitem",
            name="round",
            field=models.PositiveSmallIntegerField(default=1),
        ),
    ]
