from django.db import migrations

ROLES = {
    "operator": (
        "Operator",
        ["see", "see_log", "manage_deployments", "onboard", "change_councils", "run_fleet", "ask_support", "decide"],
    ),
    "release_manager": ("Release manager", ["see", "see_log", "run_fleet", "release", "decide"]),
    "finance": ("Finance", ["see", "finance"]),
    "auditor": ("Auditor", ["see", "see_log"]),
    "administrator": ("Console administrator", ["see", "see_log", "manage_operators", "decide"]),
}


def add_roles(apps, _schema_editor):
    role = apps.get_model("console", "OperatorRole")
    for slug, (name, permissions) in ROLES.items():
        role.objects.update_or_create(slug=slug, defaults={"name": name, "permissions": permissions})


class Migration(migrations.Migration):
    dependencies = [("console", "0001_initial")]

    operations = [migrations.RunPython(add_roles, migrations.RunPython.noop)]
