"""What the console's pages share."""

from __future__ import annotations

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from console.queries.operators import OperatorRef


class OperatorRequest(HttpRequest):
    """A request of a signed-in operator, on the console's host."""

    operator: OperatorRef
    session: SessionBase
