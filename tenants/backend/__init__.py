"""Our database backend: django-tenants' own, made to fail closed. Settings name it as a database's ENGINE."""
