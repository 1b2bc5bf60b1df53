"""Numbers that tax offices and registers gave, checked by their check digits. Nothing is asked over the network."""

from __future__ import annotations

from stdnum.au import abn
from stdnum.exceptions import ValidationError
from stdnum.gb import vat

from billing.errors import BadValue


def tax_id(typed: str, *, country: str, field: str = "tax_id") -> str:
    """A VAT number (GB and nine figures) or an ABN (eleven), without spaces; empty stays empty.

    Raises BadValue with a sentence that says what such a number looks like.
    """
    text = "".join(typed.split()).upper()
    if not text:
        return ""
    try:
        return f"GB{vat.validate(text)}" if country == "GB" else str(abn.validate(text))
    except ValidationError as error:
        raise BadValue(field, _SENTENCES.get(country, "This is not a tax number of that country.")) from error


_SENTENCES = {
    "GB": "This is not a UK VAT number: it is GB and nine figures, such as GB 980 7806 84. Check it against a letter.",
    "AU": "This is not an ABN: it is eleven figures, such as 51 824 753 556. Check it against a letter.",
}
