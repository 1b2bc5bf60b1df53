"""What is signed off before a council goes live is the file that it decides by, whatever was chosen when it was made."""

from __future__ import annotations

import pytest

from tenants.context import shared
from tests.console.test_go_live import AGREED, FACTS
from tests.factories.console import ConsoleSite, make_operator
from tests.factories.deployments import (
    SIGNED,
    UNSIGNED,
    make_deployment,
    make_listed_council,
    make_onboarding,
)

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

OLD, NEW = "gb-eng@2026.11.0", "gb-eng@2026.12.0"


class World:
    """A training council whose deployment holds a signed and an unsigned file; the signed one was chosen for it."""

    def __init__(self, **facts) -> None:
        with shared():
            operator = make_operator()
            deployment = make_deployment()
            self.council = make_listed_council(
                "Tamworth", deployment, said={"facts": {**FACTS, **facts}, "state": "training"}
            )
            onboarding = make_onboarding(operator, deployment)
            onboarding.council = self.council
            onboarding.save()
        self.site = ConsoleSite().sign_in(operator)
        self.path = f"/councils/{self.council.id}/go-live"
        self.site.post(self.path, AGREED)

    def page(self) -> str:
        return " ".join(self.site.get(self.path).content.decode().split())

    def go(self):
        from console.models import Order

        self.site.post(f"{self.path}/go")
        with shared():
            return list(Order.objects.values_list("kind", "payload"))


def test_an_unsigned_file_that_the_council_decides_by_keeps_it_from_going_live():
    world = World(policy_pack_version=NEW, policy_pack_checksum=UNSIGNED)
    assert f"{NEW} is not signed off as its file stands" in world.page()
    assert f"{OLD} is signed off" not in world.page()
    assert world.go() == []


def test_the_file_that_the_council_decides_by_is_the_one_it_goes_live_on():
    world = World(policy_pack_version=OLD, policy_pack_checksum=SIGNED)
    assert f"{OLD} is signed off" in world.page()
    assert world.go() == [("go_live", {"pack_checksum": SIGNED})]


@pytest.mark.parametrize(("ref", "said"), [(OLD, f"{OLD} is signed off"), (NEW, f"{NEW} is not signed off")])
def test_a_deployment_that_tells_the_version_alone_is_gone_by_that(ref, said):
    assert said in World(policy_pack_version=ref).page()


def test_before_it_has_a_policy_the_file_that_was_chosen_is_looked_at():
    assert f"{OLD} is signed off" in World(policy_pack_version="", policy_pack_checksum="").page()


def test_a_file_that_the_deployment_does_not_hold_is_said_so_and_no_other_stands_in_for_it():
    world = World(policy_pack_version="gb-eng@2025.1.0", policy_pack_checksum="e" * 64)
    assert "The council decides by a file of gb-eng@2025.1.0 that its deployment does not hold" in world.page()
    assert world.go() == []
