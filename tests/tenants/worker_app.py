"""A task application of the tests' own, for a real worker to load: the product's, with one task that leaves a mark."""

import django
from django.apps import apps

from config.celery import app

if not apps.ready:
    django.setup()

from tenants.tasks import CouncilTask  # the apps have to be loaded first


@app.task(base=CouncilTask, name="tests.leave_mark", bind=True)
def leave_mark(self, name: str) -> None:
    from core.directory.models import Agency

    Agency.objects.get_or_create(name=name)
