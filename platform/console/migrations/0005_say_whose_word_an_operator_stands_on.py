from django.db import migrations, models

DECIDE = "decide"


def take_deciding_from_administrators(apps, _schema_editor):
    _keep(apps, lambda permissions: [one for one in permissions if one != DECIDE])


def give_it_back(apps, _schema_editor):
    _keep(apps, lambda permissions: [*permissions, DECIDE])


def _keep(apps, changed):
    for role in apps.get_model("console", "OperatorRole").objects.filter(slug="administrator"):
        role.permissions = changed(role.permissions)
        role.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("console", "0004_let_proposals_run_out")]

    operations = [
        migrations.AddField(model_name="operator", name="roles_by_id", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="operator", name="invited_by_id", field=models.UUIDField(null=True)),
        migrations.RunPython(take_deciding_from_administrators, give_it_back),
    ]
