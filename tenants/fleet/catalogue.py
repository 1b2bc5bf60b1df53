"""A schema as PostgreSQL's catalogue tells it: a line for each table, column, default, constraint, index, function,
trigger, rule and grant, and for what the council's role is and who may become it, with the schema's own name taken out.
Equal lines, equal schemas. No row of any council is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tenants.names import MIGRATOR_ROLE

AT_ONCE: Final = 50
"""Schemas in one statement: some thousand lines each."""

Lines = Mapping[tuple[str, str], str]
"""Kind and name of an object, and its definition."""

_ATTRIBUTES: Final = ", ".join(
    f"('{name}', {column})"
    for name, column in {
        "LOGIN": "rolcanlogin", "INHERIT": "rolinherit", "SUPERUSER": "rolsuper", "CREATEROLE": "rolcreaterole",
        "CREATEDB": "rolcreatedb", "REPLICATION": "rolreplication", "BYPASSRLS": "rolbypassrls",
    }.items()
)  # fmt: skip

_ACL: Final = "array_to_string(ARRAY(SELECT item::text FROM unnest({}) item ORDER BY 1), ' ')"

_TABLE_ACL: Final = """coalesce(relacl, acldefault((CASE relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", relowner))"""
"""No list of rights and a list of the owner's alone are the same rights."""

_OPTIONS: Final = "string_agg(DISTINCT concat_ws(' ', m.admin_option, m.inherit_option, m.set_option), ',')"

_MAKERS: Final = f"pg_get_userbyid(m.member) = '{MIGRATOR_ROLE}' AND NOT m.inherit_option AND NOT m.set_option"
"""PostgreSQL lets whoever makes a role manage it; that opens nothing of it."""

_LINES: Final = f"""
WITH wanted AS (SELECT oid, nspname, nspowner, nspacl FROM pg_namespace WHERE nspname = ANY(%(names)s)),
roles AS (SELECT w.nspname, r.* FROM wanted w JOIN pg_roles r ON r.rolname = w.nspname),
relations AS (
  SELECT c.*, w.nspname FROM pg_class c JOIN wanted w ON w.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S')
),
lines (nspname, kind, name, definition) AS (
  SELECT nspname, 'schema', '', 'owner ' || pg_get_userbyid(nspowner) FROM wanted
  UNION ALL SELECT nspname, 'grant', 'the schema',
    {_ACL.format("coalesce(nspacl, acldefault('n', nspowner))")} FROM wanted
  UNION ALL SELECT nspname,
    CASE relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' ELSE 'table' END,
    relname, concat_ws(' ', relkind, relpersistence, pg_get_userbyid(relowner), relrowsecurity, relforcerowsecurity,
      reloptions::text, CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END)
    FROM relations
  UNION ALL SELECT nspname, 'grant', relname, {_ACL.format(_TABLE_ACL)} FROM relations
  UNION ALL SELECT r.nspname, 'column', r.relname || '.' || a.attname,
    concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
      a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid))
    FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum WHERE r.relkind <> 'S'
  UNION ALL SELECT r.nspname, 'grant', r.relname || '.' || a.attname, {_ACL.format("a.attacl")}
    FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND a.attacl IS NOT NULL
  UNION ALL SELECT r.nspname, 'constraint', r.relname || '.' || k.conname,
    concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated)
    FROM relations r JOIN pg_constraint k ON k.conrelid = r.oid AND k.contype <> 'n'
  UNION ALL SELECT r.nspname, 'index', i.relname, concat_ws(' ', pg_get_indexdef(x.indexrelid), x.indisvalid)
    FROM relations r JOIN pg_index x ON x.indrelid = r.oid JOIN pg_class i ON i.oid = x.indexrelid
  UNION ALL SELECT r.nspname, 'trigger', r.relname || '.' || t.tgname,
    concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
    FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
  UNION ALL SELECT r.nspname, 'rule', r.relname || '.' || u.rulename,
    concat_ws(' ', pg_get_ruledef(u.oid), u.ev_enabled)
    FROM relations r JOIN pg_rewrite u ON u.ev_class = r.oid AND u.rulename <> '_RETURN'
  UNION ALL SELECT r.nspname, 'policy', r.relname || '.' || p.polname,
    concat_ws(' ', p.polcmd, p.polroles::regrole[]::text, pg_get_expr(p.polqual, r.oid),
      pg_get_expr(p.polwithcheck, r.oid))
    FROM relations r JOIN pg_policy p ON p.polrelid = r.oid
  UNION ALL SELECT w.nspname, 'function', f.proname || '(' || pg_get_function_identity_arguments(f.oid) || ')',
    concat_ws(' ', pg_get_userbyid(f.proowner), pg_get_functiondef(f.oid))
    FROM wanted w JOIN pg_proc f ON f.pronamespace = w.oid AND f.prokind IN ('f', 'p')
  UNION ALL SELECT w.nspname, 'grant', f.proname || '(' || pg_get_function_identity_arguments(f.oid) || ')',
    {_ACL.format("coalesce(f.proacl, acldefault('f', f.proowner))")}
    FROM wanted w JOIN pg_proc f ON f.pronamespace = w.oid
  UNION ALL SELECT w.nspname, 'type', y.typname, concat_ws(' ', y.typtype, format_type(y.typbasetype, y.typtypmod),
      (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = y.oid))
    FROM wanted w JOIN pg_type y ON y.typnamespace = w.oid AND y.typtype IN ('e', 'd')
  UNION ALL SELECT w.nspname, 'default grant',
    replace(concat_ws(' ', pg_get_userbyid(d.defaclrole), d.defaclobjtype, d.defaclnamespace = w.oid), w.nspname, '~'),
    {_ACL.format("d.defaclacl")}
    FROM wanted w JOIN pg_default_acl d ON d.defaclnamespace = w.oid OR pg_get_userbyid(d.defaclrole) = w.nspname
  UNION ALL SELECT nspname, 'role', attribute, held::text FROM roles, LATERAL (VALUES {_ATTRIBUTES}) a (attribute, held)
  UNION ALL SELECT r.nspname, 'role', 'settings', array_to_string(s.setconfig, ' ')
    FROM roles r JOIN pg_db_role_setting s ON s.setrole = r.oid
    AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  UNION ALL SELECT r.nspname, 'member', pg_get_userbyid(m.member), {_OPTIONS}
    FROM roles r JOIN pg_auth_members m ON m.roleid = r.oid WHERE NOT ({_MAKERS}) GROUP BY 1, 3
  UNION ALL SELECT r.nspname, 'membership', pg_get_userbyid(m.roleid), {_OPTIONS}
    FROM roles r JOIN pg_auth_members m ON m.member = r.oid GROUP BY 1, 3
)
"""  # noqa: S608  # put together from constants alone

_DIGESTS: Final = f"""{_LINES}
    SELECT nspname, md5(string_agg(concat_ws(chr(31), kind, name, replace(definition, nspname, '~')), chr(30)
    ORDER BY kind, name, definition)) FROM lines GROUP BY nspname"""  # noqa: S608  # as above
_DETAILS: Final = f"{_LINES} SELECT nspname, kind, name, replace(definition, nspname, '~') FROM lines"  # noqa: S608  # as above


def digests(cursor: Any, names: Sequence[str]) -> dict[str, str]:
    """One fingerprint for each schema that is there. Call it in a transaction: it sets the path for it."""
    found: dict[str, str] = {}
    for start in range(0, len(names), AT_ONCE):
        _every_name_in_full(cursor)
        cursor.execute(_DIGESTS, {"names": list(names[start : start + AT_ONCE])})
        found.update(cursor.fetchall())
    return found


def lines(cursor: Any, names: Sequence[str]) -> dict[str, dict[tuple[str, str], str]]:
    """Every line of each schema that is there. Call it in a transaction: it sets the path for it."""
    found: dict[str, dict[tuple[str, str], str]] = {}
    _every_name_in_full(cursor)
    cursor.execute(_DETAILS, {"names": list(names)})
    for schema, kind, name, definition in cursor.fetchall():
        found.setdefault(schema, {})[kind, name] = definition
    return found


def differences(expected: Lines, found: Lines) -> tuple[str, ...]:
    """What differs, in words: kinds and names of objects, never what is in them."""
    extra = [f"extra {kind} {name}".strip() for kind, name in found.keys() - expected.keys()]
    missing = [f"missing {kind} {name}".strip() for kind, name in expected.keys() - found.keys()]
    both = expected.keys() & found.keys()
    changed = [f"changed {kind} {name}".strip() for kind, name in both if expected[kind, name] != found[kind, name]]
    return tuple(sorted([*extra, *missing, *changed]))


def _every_name_in_full(cursor: Any) -> None:
    """PostgreSQL leaves a schema's name out where the path has it: with an empty path it is always there to cut."""
    cursor.execute("SELECT set_config('search_path', 'pg_catalog', true)")
