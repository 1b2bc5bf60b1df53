from django.db import migrations

GIVEN = {"finance": ["see_finance"], "auditor": ["see_finance"]}


def give(apps, _schema_editor):
    role = apps.get_model("console", "OperatorRole")
    for slug, permissions in GIVEN.items():
        for one in role.objects.filter(slug=slug):
            one.permissions = [*one.permissions, *(added for added in permissions if added not in one.permissions)]
            one.save(update_fields=["permissions"])


class Migration(migrations.Migration):
    dependencies = [("console", "0006_ask_a_deployment_once_at_a_time")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
