"""Cache keys carry the world they belong to, so that one council's value is never another's."""

from tenants.context import world_name


def make_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: the present schema, or `none` outside of every world, stands in every key."""
    return f"{key_prefix}:{world_name() or 'none'}:{version}:{key}"
