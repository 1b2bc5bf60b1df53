"""Before a council goes live: a sign-off by the file's checksum, an agreement, an administrator, a policy; then one click."""

from __future__ import annotations

import pytest

from tenants.context import shared
from tests.factories.console import ConsoleSite, make_operator
from tests.factories.deployments import SAID, SIGNED, UNSIGNED, make_deployment, make_listed_council, make_onboarding

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

FACTS = {"has_administrator_with_second_factor": True, "has_policy": True}
AGREED = {
    "record": "agreement",
    "signed_on_day": "1",
    "signed_on_month": "10",
    "signed_on_year": "2026",
    "reference": "A-17",
}


class Waiting:
    """A training council on an unsigned pack, of which its deployment said facts."""

    def __init__(self, facts=FACTS) -> None:
        packs = [{**pack} for pack in SAID["packs"] if pack["checksum"] == UNSIGNED]
        with shared():
            self.operator = make_operator()
            self.deployment = make_deployment(said={**SAID, "packs": packs})
            self.council = make_listed_council("Tamworth", self.deployment, said={"facts": facts, "state": "training"})
        self.site = ConsoleSite().sign_in(self.operator)
        self.path = f"/councils/{self.council.id}/go-live"

    def page(self) -> str:
        return " ".join(self.site.get(self.path).content.decode().split())

    def signed(self) -> None:
        """As the deployment says once it was told."""
        from console.models import Order

        with shared():
            Order.objects.update(state="done")
            self.deployment.said["packs"][0]["is_signed"] = True
            self.deployment.save()

    def orders(self) -> list[str]:
        from console.models import Order

        with shared():
            return list(Order.objects.order_by("placed_at").values_list("kind", flat=True))


def test_each_check_says_what_to_do_when_it_is_not_met(db):
    page = Waiting(facts={}).page()
    for said in ("Record who signed it off, by the checksum of its file.", "Record its date and reference",
                 "set up a second factor", "publishes it in the policy editor"):  # fmt: skip
        assert said in page
    assert page.count("Not met") == 4


def test_everything_recorded_and_said_brings_a_council_live_with_one_click(db):
    waiting = Waiting()
    answer = waiting.site.post(
        waiting.path, {"record": "review", "checksum": UNSIGNED, "signed_by": "Mo Law, monitoring officer"}
    )
    assert answer.status_code == 302
    assert waiting.orders() == ["sign_pack"]
    assert "Signed off by Mo Law, monitoring officer" in waiting.page()
    refused = waiting.site.post(f"{waiting.path}/go", follow=True)
    assert "It can&#39;t go live yet" in refused.content.decode() or "under way" in refused.content.decode()
    waiting.signed()
    assert waiting.site.post(waiting.path, AGREED).status_code == 302
    assert "Signed on 1 October 2026, reference A-17" in waiting.page()
    assert waiting.site.post(f"{waiting.path}/go").status_code == 302
    assert waiting.orders() == ["sign_pack", "go_live"]
    assert waiting.site.post(f"{waiting.path}/go").status_code == 302
    assert waiting.orders() == ["sign_pack", "go_live"]
    assert "It is going live: its deployment was asked." in waiting.page()


def test_a_sign_off_counts_for_the_file_that_was_shown_alone(db):
    from console.models import PackReview

    waiting = Waiting()
    answer = waiting.site.post(waiting.path, {"record": "review", "checksum": SIGNED, "signed_by": "Mo Law"})
    assert answer.status_code == 422
    assert "another file of this law pack now" in answer.content.decode()
    assert 'value="Mo Law"' in answer.content.decode()
    with shared():
        assert not PackReview.objects.exists()


def test_nobody_signs_without_a_name_and_no_agreement_is_of_a_day_to_come(db):
    waiting = Waiting()
    assert (
        waiting.site.post(waiting.path, {"record": "review", "checksum": UNSIGNED, "signed_by": " "}).status_code == 422
    )
    assert waiting.site.post(waiting.path, {**AGREED, "signed_on_year": "2099"}).status_code == 422
    assert waiting.orders() == []


def test_a_sign_off_that_stands_is_sent_to_another_deployment(db):
    from console.models import PackReview
    from core import clock

    waiting = Waiting()
    with shared():
        PackReview.objects.create(
            pack_id="gb-eng", pack_version="2026.12.0", pack_checksum=UNSIGNED, signed_by="Mo Law",
            recorded_by=waiting.operator, recorded_at=clock.now(),
        )  # fmt: skip
    assert "Send the sign-off to the deployment" in waiting.page()
    assert waiting.site.post(f"{waiting.path}/send").status_code == 302
    assert waiting.orders() == ["sign_pack"]


def test_a_training_council_beside_another_never_goes_live(db):
    waiting = Waiting()
    with shared():
        onboarding = make_onboarding(waiting.operator, waiting.deployment)
        onboarding.answers["made"] = {"training": str(waiting.council.id)}
        onboarding.save()
        waiting.deployment.said["packs"][0]["is_signed"] = True
        waiting.deployment.save()
    waiting.site.post(waiting.path, AGREED)
    assert "stays a training council" in waiting.page()
    waiting.site.post(f"{waiting.path}/go")
    assert waiting.orders() == []
