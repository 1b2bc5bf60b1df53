"""Who may do what with which table: data on each model, applied again after every migration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from tenants.base_model import ALL_PRIVILEGES, TenantModel
from tenants.names import CONSOLE_ROLE, ROUTER_ROLE, SHARED_SCHEMA, require_council_schema

_ROUTER_READS = ("Council", "CouncilAccount", "CouncilDocument", "Domain", "PackSignOff")


def _models_of(app_names: list[str]) -> Iterator[type[models.Model]]:
    for config in apps.get_app_configs():
        if config.name in app_names or f"{config.__module__}.{type(config).__name__}" in app_names:
            yield from config.get_models(include_auto_created=True)


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table  # noqa: SLF001  # Django's public-by-custom options


def _own_privileges(model: type[models.Model]) -> tuple[str, ...]:
    return model.council_privileges if issubclass(model, TenantModel) else ALL_PRIVILEGES


def council_privileges() -> dict[str, tuple[str, ...]]:
    """For each table of a council's schema, what the council's role may do with it."""
    return {
        _table(model): _own_privileges(model)
        for model in _models_of(settings.TENANT_APPS)
        if not model._meta.proxy and model._meta.managed  # noqa: SLF001  # as above
    }


def council_grants(schema_name: str) -> Iterator[str]:
    """The statements that give a council's role exactly its privileges in its own schema, and nobody else any."""
    schema = role = f'"{require_council_schema(schema_name)}"'
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"
    yield from table_grants(schema_name, council_privileges())


def table_grants(schema_name: str, tables: Iterable[str]) -> Iterator[str]:
    """The statements that give a council's role its privileges on some of its tables, on which it has none yet."""
    schema = role = f'"{require_council_schema(schema_name)}"'
    privileges = council_privileges()
    for table in sorted(tables):
        if table in privileges:
            yield f'GRANT {", ".join(privileges[table])} ON {schema}."{table}" TO {role}'


def held(connection: Any, schema_name: str) -> dict[str, frozenset[str]]:
    """For each table of a council's schema, the privileges that its role has now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_remove(array_agg(acl.privilege_type ORDER BY 1), NULL)"
            " FROM pg_class c LEFT JOIN LATERAL aclexplode(c.relacl) acl ON acl.grantee = to_regrole(%s)"
            " WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind IN ('r', 'p') GROUP BY 1",
            (f'"{schema_name}"', f'"{schema_name}"'),
        )
        return {table: frozenset(privileges) for table, privileges in cursor.fetchall()}


def shared_grants() -> Iterator[str]:
    """The statements that give the service roles their privileges in the shared schema."""
    for role in (ROUTER_ROLE, CONSOLE_ROLE):
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {SHARED_SCHEMA} FROM {role}"
    # A process that serves asks whether the shared schema is as far as its code is, before it is sent requests.
    yield f"GRANT SELECT ON {SHARED_SCHEMA}.django_migrations TO {CONSOLE_ROLE}"
    for model in _models_of(settings.SHARED_APPS):
        table = f'{SHARED_SCHEMA}."{_table(model)}"'
        privileges = getattr(model, "shared_privileges", None) or _own_privileges(model)
        yield f"GRANT {', '.join(privileges)} ON {table} TO {CONSOLE_ROLE}"
        if model.__name__ in _ROUTER_READS and model._meta.app_label == "tenants":  # noqa: SLF001  # as above
            yield f"GRANT SELECT ON {table} TO {ROUTER_ROLE}"


def apply(connection: Any, statements: Iterator[str]) -> None:
    """Run grant statements on a connection of the migrator."""
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(statements))
