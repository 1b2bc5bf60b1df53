"""Settings, split by subject; the same files in every environment. What differs is a variable, read once, in `env`."""

from config.settings.apps import *  # noqa: F403  # each part exports its settings
from config.settings.databases import *  # noqa: F403
from config.settings.deployments import *  # noqa: F403
from config.settings.env import *  # noqa: F403
from config.settings.files import *  # noqa: F403
from config.settings.logs import *  # noqa: F403
from config.settings.pages import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.settings.sign_in import *  # noqa: F403
from config.settings.watching import *  # noqa: F403
from config.settings.work import *  # noqa: F403

ROOT_URLCONF = "config.urls.council"
CONSOLE_URLCONF = "config.urls.console"
OPERATOR_API_URLCONF = "config.urls.operator_api"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
