"""Writes to the registry: a new council, the legal sign-off of a pack, and a council that goes live.

Making a council is the migrator's alone, since a council is a schema and a role; the others are acts of the
deployment's own world, `shared()`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, router, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from tenants import schemas
from tenants.context import CouncilRef
from tenants.errors import CouncilExists, CouncilSuspended, InvalidHost, PackAlreadySigned, PackNotSigned
from tenants.models import Council, Deployment, Domain, PackSignOff, SchemaRecipe, SchemaStatus
from tenants.names import new_schema_name
from tenants.queries import council_at

_HOST: Final = re.compile(
    r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+\Z"
)
_ADDRESS: Final = re.compile(r"[0-9.]+\Z")


def require_host(host: str) -> str:
    """`host` as it will be compared: lower case, a name with a dot. Raises InvalidHost."""
    name = host.strip().lower().rstrip(".")
    if not _HOST.match(name) or _ADDRESS.match(name):
        raise InvalidHost(
            f"“{host[:60]}” is not a host name: use letters, digits, hyphens and dots, as in council.example.org."
        )
    return name


def create_council(
    *, name: str, host: str, pack_id: str, state: str = Council.State.TRAINING, theme: Mapping[str, str] | None = None,
    help_contact: str = "", region: str = "uk", council_id: UUID | None = None, more_hosts: Sequence[str] = (),
    is_open: bool = True,
) -> CouncilRef:  # fmt: skip
    """Make a council: its place in the registry, its role, its schema with every table and grant; or nothing at all.

    It answers at `host` and `more_hosts`, once it is open. `council_id` is the id that a console gave it.
    Raises InvalidHost, CouncilExists.
    """
    schemas.require_migrator()
    host, others = require_host(host), [require_host(other) for other in more_hosts]
    try:
        with transaction.atomic():
            deployment, _new = Deployment.objects.get_or_create(
                name=settings.DEPLOYMENT_NAME, defaults={"region": region, "kind": settings.DEPLOYMENT_KIND}
            )
            council = Council(
                id=council_id or uuid4(), schema_name=new_schema_name(), name=name, pack_id=pack_id, state=state,
                deployment=deployment, is_open=is_open,
                theme=dict(theme or {}), help_contact=help_contact,
            )  # fmt: skip
            council.full_clean(exclude=["deployment"])
            council.save()
            Domain(domain=host, tenant=council, is_primary=True).save()
            for other in others:
                Domain(domain=other, tenant=council, is_primary=False).save()
            _build(council)
    except IntegrityError as error:
        raise CouncilExists(f"There is a council at {host} already.") from error
    made = council_at(host)
    assert made is not None  # noqa: S101  # the row was committed just above
    return made


def sign_off_pack(*, pack_id: str, version: str, checksum: str, signed_by: str) -> PackSignOff:
    """Record that the legal review of this version of a pack, as its file stands, is done, and by whom.

    Raises ValueError when nobody is named, PackAlreadySigned for a file that has been signed before.
    """
    if not signed_by.strip():
        raise ValueError("Say who signs: a sign-off without a name is none.")
    try:
        with transaction.atomic(using=router.db_for_write(PackSignOff)):
            return PackSignOff.objects.create(
                pack_id=pack_id, pack_version=version, pack_checksum=checksum, signed_by=signed_by.strip(),
                signed_at=timezone.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise PackAlreadySigned(f"{pack_id}@{version} has been signed off already, as this file stands.") from error


def go_live(council: CouncilRef, *, checksum: str) -> None:
    """Put a council to work on its pack, whose file has this checksum. Raises PackNotSigned, CouncilSuspended.

    Processes that serve requests notice within half a minute.
    """
    if not PackSignOff.objects.filter(pack_id=council.pack_id, pack_checksum=checksum).exists():
        raise PackNotSigned(
            f"{council.name} can't go live: the law pack {council.pack_id} has not been signed off as its file stands."
        )
    at_work = Council.objects.filter(id=council.id).exclude(state=Council.State.SUSPENDED)
    if not at_work.update(state=Council.State.LIVE):
        raise CouncilSuspended(f"{council.name} is suspended: resume it first.")


def _build(council: Council) -> None:
    loader = MigrationLoader(None)
    built = schemas.mark_of(schemas.council_migrations(loader))
    recipe = SchemaRecipe.objects.filter(fingerprint=built).first()
    statements = schemas.create(council.schema_name, recipe.statements if recipe else None)
    if recipe is None:
        SchemaRecipe.objects.create(fingerprint=built, statements=statements)
    SchemaStatus.objects.create(council=council, fingerprint=schemas.fingerprint(loader), migrated_at=timezone.now())
