"""`manage.py load_operators`: a demonstration's invented operators, one for each role and a second to decide."""

from __future__ import annotations

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from console.actions.operators import add_demo_operator
from tenants.context import shared

OPERATORS: Final = (
    ("Olive Operator", "operator"),
    ("Omar Operator", "operator"),
    ("Rowan Release", "release_manager"),
    ("Fola Finance", "finance"),
    ("Fred Finance", "finance"),
    ("Audrey Auditor", "auditor"),
    ("Ada Admin", "administrator"),
)


class Command(BaseCommand):
    """Makes them; twice does no harm."""

    help = "Make a demonstration's operators."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make them. Raises CommandError outside of a demonstration."""
        with shared(actor="command:load_operators"):
            for name, role in OPERATORS:
                email = f"{name.split()[0].lower()}@operators.example"
                try:
                    add_demo_operator(name=name, email=email, roles=[role])
                except ValueError as error:
                    raise CommandError(str(error)) from error
