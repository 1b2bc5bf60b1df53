"""What an exit copy says to a stranger who unpacks it. The whole format is described in docs/guides/exit-copy.md."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Final

CONFIDENTIAL: Final = (
    "Confidential. This copy holds everything the council recorded: people, who supports them, consent, what was seen"
    " by whom, and what its staff sign in with (hashes of passwords, keys of authenticator apps). It is not encrypted."
    " Keep it as you would keep the council's whole case system."
)

_README: Final = """\
THE EXIT COPY OF {council}
made {made_at} by Patchwork {product}

{confidential}

WHAT IS HERE
  README.txt      this text
  manifest.json   what the copy is: format and version, council, migrations, and for every table its columns, its
                  number of rows, its size and its SHA-256
  tables/         one CSV file for each of the {tables} tables
  files/          the council's files, if there are any
  SHA256SUMS      a checksum of every file above

IS IT WHOLE?
  In this folder:  sha256sum -c SHA256SUMS
  The checksum of the file you unpacked was shown where you fetched it.

HOW TO READ A TABLE
  UTF-8, comma-separated, one header line, values quoted with " where needed and " doubled inside (RFC 4180; a line
  may break inside quotes). An empty place is an empty text. A place that says \\N, without quotes, holds nothing at all
  (NULL). Times are in UTC with an offset, dates are YYYY-MM-DD, true and false are t and f, lists are PostgreSQL's
  ({{a,b}}), structured values are JSON, bytes are hexadecimal after \\x.
  Rows are in the order of their key. A column that ends in _id names the row of another table by its id.
  With PostgreSQL:  \\copy TABLE (COLUMNS) FROM 'tables/TABLE.csv' WITH (FORMAT csv, HEADER, NULL '\\N')
  All tables are of one moment: nothing in one is newer than anything in another.

HOW TO LOAD IT INTO ANOTHER PATCHWORK
  python manage.py load_exit_copy FILE --host COUNCIL.EXAMPLE.ORG
  with the release named above. Passkeys belong to the old host: people sign in with their authenticator app or a
  recovery code, then add a passkey again.

WHAT IS NOT HERE
{left_out}
"""


def readme(*, council: str, made_at: str, product: str, tables: int, left_out: Mapping[str, str]) -> str:
    """The text that lies beside the tables."""
    return _README.format(
        council=council, made_at=made_at, product=product, tables=tables, confidential=_wrapped(CONFIDENTIAL),
        left_out="\n".join(_lines(left_out)),
    )  # fmt: skip


def _lines(left_out: Mapping[str, str]) -> Iterable[str]:
    for table, reason in left_out.items():
        yield f"  {table}\n      {reason}"


def _wrapped(text: str) -> str:

    return textwrap.fill(text, 112)
