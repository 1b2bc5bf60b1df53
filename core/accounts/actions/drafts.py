"""What someone had typed when their session ended: kept for them alone, given back once they have signed in again.

Stored encrypted, under a key that is made from the person's id and the installation's secret: whoever reads the table
without the secret reads nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from core import clock
from core.accounts.errors import NotFound
from core.accounts.models import Draft, User, open_accounts

KEPT: Final = timedelta(days=7)
LONGEST: Final = 200_000
LONGEST_PATH: Final = 200
_NEVER_KEPT: Final = frozenset({"csrfmiddlewaretoken", "code", "token"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A draft, open: the address it was sent to, the page it was typed at, and each field's values."""

    id: UUID
    path: str
    page: str
    fields: dict[str, list[str]]


@transaction.atomic
def keep_draft(*, user_id: UUID, path: str, page: str, fields: Mapping[str, Sequence[str]]) -> UUID | None:
    """Keep what `user_id` had typed. Passwords and codes are left out. None when there is nothing, or too much."""
    kept = {
        name: list(values)
        for name, values in fields.items()
        if name not in _NEVER_KEPT and "password" not in name.lower()
    }
    text = json.dumps(kept)
    is_someone = open_accounts().filter(id=user_id).exists()
    is_something = any("".join(values).strip() for values in kept.values())
    if not is_someone or not is_something or len(text) > LONGEST or len(path) > LONGEST_PATH:
        return None
    sealed = _lock_of(user_id).encrypt(text.encode()).decode()
    Draft.objects.filter(user_id=user_id, saved_at__lt=clock.now() - KEPT).delete()
    draft, _is_new = Draft.objects.update_or_create(
        user_id=user_id,
        path=path,
        defaults={"page": page if len(page) <= LONGEST_PATH else "", "fields": sealed, "saved_at": clock.now()},
    )
    return draft.id


def take_draft(*, user: User, draft_id: UUID) -> Typed:
    """The draft of that id, if it is `user`'s own. Raises NotFound."""
    draft = Draft.objects.filter(id=draft_id, user=user, saved_at__gte=clock.now() - KEPT).first()
    if draft is None:
        raise NotFound("There is nothing kept for you here.")
    try:
        text = _lock_of(user.id).decrypt(draft.fields.encode())
    except InvalidToken as error:
        raise NotFound("There is nothing kept for you here.") from error
    return Typed(draft.id, draft.path, draft.page, json.loads(text))


def drop_draft(*, user: User, path: str) -> None:
    """Forget what was kept for an address: it has been sent."""
    Draft.objects.filter(user=user, path=path).delete()


def drop_drafts_about(ids: Iterable[UUID], *, but_for: UUID, only_for: QuerySet[Any, Any] | None = None) -> None:
    """Forget what anybody but `but_for` had typed at addresses that name one of these ids; or only users `only_for`.

    One statement, whatever there was.
    """
    named = "(" + "|".join(str(one) for one in ids) + ")"
    drafts = Draft.objects.filter(Q(path__regex=named) | Q(page__regex=named)).exclude(user_id=but_for)
    (drafts if only_for is None else drafts.filter(user_id__in=only_for)).delete()


def _lock_of(user_id: UUID) -> Fernet:
    secret = hmac.new(settings.SECRET_KEY.encode(), b"draft:" + user_id.bytes, hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(secret))
