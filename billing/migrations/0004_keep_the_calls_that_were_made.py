import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_count_the_rounds_of_a_run"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallMade",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("on", models.DateField()),
                ("again_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("by_id", models.UUIDField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.customer"
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.legalentity"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("again_on__gt", models.F("on"))), name="rung_again_on_a_later_day"
                    )
                ],
            },
        ),
    ]
