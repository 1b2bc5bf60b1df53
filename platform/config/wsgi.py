"""The web application, for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from config.watching import process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
process.mark(process.WEB)

application = get_wsgi_application()
