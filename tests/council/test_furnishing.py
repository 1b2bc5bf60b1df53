"""A council's furnishing: read with a sentence for every mistake, applied once, collected without anybody in it."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.accounts.models import Invitation, User
from core.consent.models import PolicyVersion
from core.consent.packs_in_use import packs, policy_in_force
from core.council.actions.furnish import furnish, invite_administrator
from core.council.actions.furnishing import apply
from core.council.furnishing import FurnishingInvalid, collect, parse_furnishing
from core.directory.models import Agency, Practitioner, Service, ServiceType
from core.notices.models import OutboxItem
from core.people.models import Client
from tenants.context import inside
from tenants.orders.work import OrderWork, StepRefused
from tests.factories import make_client, make_practitioner, make_service, make_user

ENGLAND = packs()["gb-eng"]
GOOD = {
    "service_types": ["universal.maternity", "youth.justice", "health.sexual"],
    "agencies": [
        {"name": "Harbour Midwives", "kind": "health", "phone": "01632 960123", "services": ["universal.maternity"]},
        {"name": "Quay Youth Justice", "kind": "council", "phone": "", "services": ["youth.justice", "health.sexual"]},
    ],
    "roles": {"youth.justice": ["youth justice officer", "mentor"]},
    "words": {"conversation.if_no": "That is fine: we go on helping you."},
    "tightening": {"hides_masked": True, "review_days": {"en.s47": 30}},
    "help_contact": "Patchwork help, 01632 960001",
    "theme": {"brand": "#123456"},
}


def codes(number: int = 3) -> list[str]:
    from core.council.furnishing import entries_offered

    return list(entries_offered(ENGLAND))[:number]


@pytest.fixture(autouse=True)
def _real_codes():
    offered = codes(3)
    GOOD["service_types"] = offered
    GOOD["agencies"][0]["services"] = offered[:1]
    GOOD["agencies"][1]["services"] = offered[1:]
    GOOD["roles"] = {offered[1]: ["youth justice officer", "mentor"]}


def order(council, **payload) -> OrderWork:
    whole = {"pack_id": "gb-eng", "pack_checksum": ENGLAND.checksum, "furnishing": GOOD, **payload}
    return OrderWork(uuid4(), council.id, "create", whole, {}, "Olive Operator")


def test_a_furnishing_is_applied_once_however_often_it_is_run(amber):
    assert furnish(order(amber))["furnished"]["agencies"] == 2
    assert furnish(order(amber))["furnished"] == {}
    with inside(amber):
        assert list(
            ServiceType.objects.filter(is_offered=True).order_by("code").values_list("code", flat=True)
        ) == sorted(codes())
        assert Agency.objects.get(name="Harbour Midwives").phone == "+441632960123"
        assert Service.objects.count() == 3
        version = PolicyVersion.objects.get()
        assert (version.pack_checksum, version.effective_from) == (ENGLAND.checksum, clock.today())
        policy = policy_in_force(clock.today())
        assert policy.tightening.hides_masked
        assert policy.rules.conversation.if_no == "That is fine: we go on helping you."
        assert policy.rules.basis("en.s16la") is None, "It stays off until the council's own officer signs it."
        assert ServiceType.objects.get(code=codes()[1]).typical_roles == ["youth justice officer", "mentor"]


def test_what_was_collected_makes_an_equal_council(amber, birch):
    with inside(amber):
        apply(parse_furnishing(GOOD, ENGLAND), pack=ENGLAND, by=None)
        collected = collect()
    with inside(birch):
        apply(parse_furnishing(collected, ENGLAND), pack=ENGLAND, by=None)
        again = collect()
    assert {**again, "theme": {}} == {**collected, "theme": {}}
    assert collected["words"] == GOOD["words"]
    assert collected["tightening"]["review_days"] == {"en.s47": 30}
    assert [one["name"] for one in collected["agencies"]] == ["Harbour Midwives", "Quay Youth Justice"]
    assert json.loads(json.dumps(collected)) == collected


def test_nobodys_name_mail_or_number_is_ever_collected(in_amber):
    furnishing = {
        **GOOD,
        "agencies": [
            *GOOD["agencies"],
            {"name": "Cedric Zzyzxcanary Childminding", "kind": "other", "phone": "", "services": []},
            {"name": "Own Mobile", "kind": "other", "phone": "07700 900456", "services": []},
        ],
        "words": {
            "conversation.if_no": "Ask Petra Zzyzxclient about it.",
            "conversation.name": "a talk, ring 01632 960777",
        },
    }
    apply(parse_furnishing(furnishing, ENGLAND), pack=ENGLAND, by=None)
    service = Service.objects.first()
    make_practitioner(service, given_name="Cedric", family_name="Zzyzxcanary", desk_phone="+441632960999")
    Practitioner.objects.update(email="zzyzx@canary.example", mobile="+447700900456")
    make_user("zzyzxadmin@canary.example", roles=("council_admin",))
    make_client("Petra", "Zzyzxclient")
    collected = collect()
    told = json.dumps(collected).casefold()
    for canary in ("zzyzx", "cedric", "petra", "@", "900456", "960999", "960777"):
        assert canary not in told
    names = {one["name"]: one["phone"] for one in collected["agencies"]}
    assert names["Own Mobile"] == ""
    assert names["Harbour Midwives"] == "+441632960123"
    assert collected["words"] == {}
    parse_furnishing(collected, ENGLAND)


def test_a_council_with_people_is_collected_in_as_many_statements_as_an_empty_one(in_amber):
    from tests.factories.counting import own_statements

    def statements() -> int:
        with own_statements() as captured:
            collect()
        return len(captured)

    service = make_service()
    before = statements()
    for _number in range(5):
        make_client()
        make_practitioner(make_service(service.agency, code=f"family.other{_number}"))
    assert statements() == before


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"service_types": ["space.travel"]}, "has no service type “space.travel”"),
        ({"service_types": []}, "at least one type"),
        ({"service_types": "all"}, "have to be a list"),
        ({"agencies": {}}, "a list of at most 500"),
        ({"agencies": [{"name": "", "kind": "other"}]}, "needs the name of an organisation"),
        ({"agencies": [{"name": "Same", "kind": "other"}, {"name": "SAME", "kind": "other"}]}, "twice"),
        ({"agencies": [{"name": "A", "kind": "circus"}]}, "is no kind of agency"),
        ({"agencies": [{"name": "A", "kind": "other", "phone": "call me"}]}, "is not a phone number"),
        ({"agencies": [{"name": "A", "kind": "other", "services": ["not.offered"]}]}, "which this council does not"),
        ({"agencies": [{"name": "A", "people": ["Jo"]}]}, "no more"),
        ({"agencies": [{"name": "x" * 121, "kind": "other"}]}, "longer than 120"),
        ({"roles": {"space.travel": ["pilot"]}}, "which this council does not offer"),
        ({"roles": []}, "job titles by service type"),
        ({"words": {"conversation.nothing": "x"}}, "The law pack says nothing at"),
        ({"words": {"conversation.if_no": "Nobody will ever be told."}}, "can't be used"),
        ({"tightening": {"review_days": {"en.s47": 9999}}}, "can be shortened, not lengthened"),
        ({"tightening": {"bases_signed": ["en.s16la"]}}, "signed by the council's own officer"),
        ({"tightening": {"wording": {}}}, "under “words”"),
        ({"tightening": {"loosened": True}}, "what this release does not know"),
        ({"tightening": []}, "are tables"),
        ({"theme": {"brand": "red"}}, "#"),
        ({"help_contact": "x" * 201}, "longer than 200"),
        ({"practitioners": []}, "has no “practitioners”"),
    ],
)
def test_every_mistake_of_a_furnishing_gets_a_sentence(change, sentence):
    with pytest.raises(FurnishingInvalid, match=".") as invalid:
        parse_furnishing({**GOOD, **change}, ENGLAND)
    assert any(sentence in problem for problem in invalid.value.problems), invalid.value.problems


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=12) | st.sampled_from(["gb-eng", "en.s47"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["service_types", "agencies", "roles", "words", "tightening", "theme", "name", "kind", "services", "bases_off",
         "review_days", "classes", "hides_masked", "freshness_days"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(_JSON)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # it builds much; a busy machine is no fault
def test_nonsense_is_refused_with_sentences_and_never_fails_otherwise(data):
    try:
        found = parse_furnishing(data, ENGLAND)
    except FurnishingInvalid as invalid:
        assert invalid.problems
        assert all(problem.strip() for problem in invalid.problems)
    else:
        assert found.service_types


def test_a_fault_that_no_repetition_mends_refuses_the_order_with_its_sentences(amber):
    with pytest.raises(StepRefused, match="space.travel"):
        furnish(order(amber, furnishing={"service_types": ["space.travel"]}))
    with pytest.raises(StepRefused, match="does not hold the law pack"):
        furnish(order(amber, pack_checksum="0" * 64))
    with inside(amber):
        assert not PolicyVersion.objects.exists()


def test_the_first_administrator_is_mailed_once_however_often_the_step_is_repeated(amber):
    wanted = order(amber, administrator={"email": "First.Admin@council.example"})
    assert invite_administrator(wanted) == {"administrator": "invited"}
    assert invite_administrator(wanted) == {"administrator": "invited"}
    with inside(amber):
        invitation = Invitation.objects.get()
        assert (invitation.email, invitation.roles) == ("first.admin@council.example", ["council_admin"])
        mails = list(OutboxItem.objects.filter(kind="mail"))
        assert len(mails) == 1
        assert mails[0].payload["to"] == "first.admin@council.example"
        assert not User.objects.exists()
    with pytest.raises(StepRefused, match="names no administrator"):
        invite_administrator(order(amber))


def test_only_a_training_council_is_filled_with_made_up_people(amber, monkeypatch):
    from dataclasses import replace

    from core.council.actions.furnish import fill_training

    live = replace(amber, state="live")
    monkeypatch.setattr(OrderWork, "council", lambda self: live)
    with pytest.raises(StepRefused, match="for a training council alone"):
        fill_training(order(amber))
    with inside(amber):
        assert not Client.objects.exists()


def test_a_training_council_is_filled_with_people_of_whom_nobody_can_sign_in(coral):
    from core.council.actions.furnish import fill_training
    from core.council.furnishing import entries_offered

    victoria = packs()["au-vic"]
    few = list(entries_offered(victoria))[:2]
    wanted = order(coral, pack_id="au-vic", pack_checksum=victoria.checksum, furnishing={"service_types": few})
    furnish(wanted)
    assert fill_training(wanted)["made_up"]["clients"] > 50
    assert fill_training(wanted)["made_up"].get("clients", 0) == 0
    with inside(coral):
        assert Practitioner.objects.filter(user__isnull=False).exists()
        assert not any(user.has_usable_password() for user in User.objects.all())
        assert not OutboxItem.objects.filter(kind="mail").exists()
        assert set(ServiceType.objects.filter(is_offered=True).values_list("code", flat=True)) == set(few)
