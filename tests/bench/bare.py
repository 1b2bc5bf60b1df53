"""A bare Django view that runs the very statements of a client page and answers with its bytes: no framework of ours."""

from __future__ import annotations

import json
import os
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import path

page = json.loads(Path(os.environ["BARE_PAGE"]).read_text())
socket = os.environ["DATABASE_URL"].split("host=")[1]

settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    MIDDLEWARE=[],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["BARE_DATABASE"],
            "HOST": socket,
            "USER": "postgres",
            "OPTIONS": {
                "options": f"-c search_path={page['schema']},extensions",
                "pool": {"min_size": 1, "max_size": 8},
            },
        }
    },
)
django.setup()


def view(request):
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in page["statements"]:
            cursor.execute(statement)
            if cursor.description:
                cursor.fetchall()
    return HttpResponse(page["body"])


urlpatterns = [path("", view)]
application = get_wsgi_application()
