"""Texts that name somebody: those who see no person are not shown them, nor does another council start from them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from django.db.models import F, TextField, Value
from django.db.models.functions import Concat, Lower, StrIndex

from core.directory.models import Practitioner
from core.people.models import Client

_MAIL_OR_NUMBER: Final = re.compile(r"@|(?:\d[\s()./-]*){7,}")


def naming_somebody(texts: Iterable[str]) -> set[str]:
    """Those of these texts that hold a person's full name, a mail address or a number. Two queries."""
    every = set(texts)
    said = {text for text in every if _MAIL_OR_NUMBER.search(text)}
    blob = "\n".join(sorted(every)).casefold()
    if not blob:
        return said
    full = Lower(Concat(F("given_name"), Value(" "), F("family_name")))
    for people in (Practitioner.objects.all(), Client.objects.filter(removed_at=None)):
        met = people.annotate(full=full, met=StrIndex(Value(blob, output_field=TextField()), full)).filter(met__gt=0)
        names = {name.strip() for name in met.values_list("full", flat=True)} - {""}
        said |= {text for text in every if any(name in text.casefold() for name in names)}
    return said
