"""Only routes that can apply are offered, the likeliest first."""

from dataclasses import replace
from datetime import date

import pytest

from core.consent.pack import Employment
from core.consent.policy import starting_policy
from core.consent.request import Actor, ClientFacts, Recipient, ServiceFacts
from core.consent.routes import reached_by, routes_for, routes_without_agreement

DAY = date(2026, 11, 21)
S11 = frozenset({"s11"})
ISE = frozenset({"ise"})
IPP = frozenset({"ipp_org"})
STANDARD = ServiceFacts()
CAMHS = ServiceFacts(cls="mental_health")


def codes(policy, *, status, age, service=STANDARD, reach=(), employment=Employment.STAFF, on=DAY):
    actor = Actor(agency="own", status=status, employment=employment)
    recipients = tuple(Recipient(agency=str(number), status=status) for number, status in enumerate(reach))
    routes = routes_for(policy, actor=actor, client=ClientFacts(age=age), service=service, recipients=recipients, on=on)
    return [basis.code for basis in routes]


def test_a_child_s_default_is_the_family_s_agreement_and_an_adult_s_explicit_consent(england):
    child = codes(england, status=S11, age=8, reach=[S11])
    assert child[:2] == ["en.family_help_agreement", "en.consent_explicit"]
    assert "en.adult_safeguarding" not in child
    assert "en.cda115" not in child
    adult = codes(england, status=S11, age=34, reach=[S11])
    assert adult == ["en.consent_explicit", "en.mca_best_interests", "en.adult_safeguarding", "en.vital"]


def test_a_sensitive_service_starts_from_explicit_consent(england):
    routes = codes(england, status=S11, age=15, service=CAMHS, reach=[S11])
    assert routes[0] == "en.consent_explicit"
    assert "en.family_help_agreement" not in routes


def test_the_duty_to_share_is_offered_once_it_is_in_force_and_signed(england, packs):
    assert "en.s16la" in codes(england, status=S11, age=8)
    assert "en.s16la" not in codes(england, status=S11, age=8, on=date(2026, 9, 29))
    assert "en.s16la" not in codes(starting_policy(packs["gb-eng"]), status=S11, age=8)


def test_a_nurse_uses_the_scheme_among_entities_and_a_youth_worker_consent(victoria):
    assert codes(victoria, status=ISE | IPP, age=0, reach=[ISE])[:2] == ["vic.ciss", "vic.consent"]
    assert codes(victoria, status=IPP, age=16, reach=[ISE])[0] == "vic.consent"
    assert codes(victoria, status=ISE | IPP, age=0, reach=[IPP])[0] == "vic.consent"
    assert codes(victoria, status=ISE, age=45, reach=[ISE])[0] == "vic.consent"
    assert codes(victoria, status=ISE, age=7, reach=[ISE], employment=Employment.VOLUNTEER)[0] == "vic.consent"
    assert codes(victoria, status=ISE, age=17, service=CAMHS, reach=[ISE])[0] == "vic.consent"


def test_a_route_that_reaches_everybody_comes_before_one_that_reaches_some(victoria):
    assert codes(victoria, status=ISE, age=8, reach=[ISE, IPP])[:2] == ["vic.consent", "vic.ciss"]


def test_a_route_that_reaches_nobody_is_not_offered(victoria):
    assert "vic.ciss" not in codes(victoria, status=ISE, age=8, reach=[IPP])
    assert "vic.ciss" in codes(victoria, status=ISE, age=8)


def test_an_unknown_age_leaves_only_routes_for_anybody(england):
    assert codes(england, status=S11, age=None) == ["en.consent_explicit", "en.cda115", "en.vital"]


def test_an_agency_without_a_status_has_no_route(england):
    assert codes(england, status=frozenset(), age=8) == []


@pytest.mark.parametrize("refused", [True, False])
def test_a_reason_for_sharing_anyway_never_rests_on_a_yes_and_overrides_a_no(england, refused):
    actor = Actor(agency="own", status=S11 | {"cda_ra"})
    routes = routes_for(england, actor=actor, client=ClientFacts(age=8), service=STANDARD, recipients=(), on=DAY)
    offered = [basis.code for basis in routes_without_agreement(routes, refused=refused)]
    assert ("en.cda115" in offered) is not refused
    assert "en.significant_harm" in offered
    assert not {"en.family_help_agreement", "en.consent_explicit"} & set(offered)


def test_the_network_of_a_basis_is_the_agencies_it_may_reach(victoria):
    nurse, youth = Recipient(agency="mch", status=ISE), Recipient(agency="youth", status=IPP)
    assert reached_by(victoria.rules.basis("vic.ciss"), (nurse, youth)) == (nurse,)
    assert reached_by(victoria.rules.basis("vic.consent"), (nurse, replace(youth, status=frozenset()))) == (nurse,)
