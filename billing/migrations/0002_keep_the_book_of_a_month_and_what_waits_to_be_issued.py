import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="covered",
            name="book",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.pricebook"
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="issue_asked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="draft",
            name="issue_asked_by_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="draft",
            name="issue_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="draft",
            name="issue_refused",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("issue_asked_at__isnull", False), ("issued", None)),
                fields=["issue_asked_at"],
                name="drafts_asked",
            ),
        ),
    ]
