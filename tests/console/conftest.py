"""A console with a deployment, councils and operators, and the steps by which they are used."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from tenants.context import shared
from tests.factories.console import ConsoleSite, make_operator


@dataclass
class Console:
    """The console of a test. Its deployment is elsewhere, so that orders wait and nothing is asked of anybody."""

    deployment: object
    made: dict[str, object] = field(default_factory=dict)

    def operator(self, name: str = "Olive Operator", *roles: str):
        """An operator, the same for the same name."""
        if name not in self.made:
            with shared():
                self.made[name] = make_operator(name, *roles)
        return self.made[name]

    def ref(self, name: str = "Olive Operator", *roles: str):
        """The operator as actions know them."""
        from console.queries.operators import operator_of

        operator = self.operator(name, *roles)
        with shared():
            return operator_of(operator.user_id)

    def browser(self, name: str = "Olive Operator", *roles: str) -> ConsoleSite:
        """A browser in which they have given both factors just now."""
        return ConsoleSite().sign_in(self.operator(name, *roles))

    def council(self, name: str = "Larch", **fields: object):
        """A council as it should be, and was last said to be."""
        from console.models import Council
        from core import clock

        host = fields.pop("host", f"{name.lower()}.example.org")
        state = fields.setdefault("state", "live")
        said = {"name": name, "hosts": [host], "state": state, "pack_id": "gb-eng", "is_current": True, "facts": {}}
        with shared():
            return Council.objects.create(
                **{"name": name, "deployment": self.deployment, "hosts": [host], "pack_id": "gb-eng", "said": said,
                   "said_at": clock.now(), "created_at": clock.now(), **fields}
            )  # fmt: skip

    def order_done(self, council_id: UUID) -> None:
        """As if the deployment had done what was asked last."""
        from console.models import Order

        with shared():
            Order.objects.filter(council_id=council_id).update(state="done")


@pytest.fixture
def console(db) -> Console:
    from console.models import Deployment

    with shared():
        deployment = Deployment.objects.create(
            name="Far away", region="uk", port="remote", address=f"https://{uuid4().hex[:8]}.example.org"
        )
    return Console(deployment)


def log_slugs() -> list[str]:
    """What the operators' log holds, oldest first."""
    from core.audit.models import Event

    with shared():
        return list(Event.objects.order_by("at", "id").values_list("slug", flat=True))


def row(model, **wanted):
    """The row as it is now."""
    with shared():
        return model.objects.get(**wanted)
