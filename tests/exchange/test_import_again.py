"""The next export of the same systems: what it changes in a council, and what it leaves as people made it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.consent.errors import PolicyUnusable
from core.exchange.actions import import_roster
from core.exchange.roster.mapping import MappingMistake, parse_mapping
from core.exchange.roster.planning import RowOutcome
from tenants.context import inside
from tests.exchange.rosters import CLIENTS, GOOD, TODAY, lines
from tests.exchange.test_planning import AGENCIES, STAFF

KINDS = '[kinds]\n"drop-in" = "voluntary"\n'
ROLES = '[roles]\n"team lead" = ["practitioner", "manager"]\n'
AGENCIES_WITH_KIND = AGENCIES + '[[columns]]\nname = "kind"\nfield = "kind"\n' + KINDS
STAFF_WITH_ROLE = (
    STAFF + "".join(f'[[columns]]\nname = "{name}"\nfield = "{name}"\n' for name in ("role", "leaving_on")) + ROLES
)
SIGNED, LEAVES = "2025-01-01", ""


@pytest.fixture
def take(amber, tmp_path):
    def run(
        *rows, signed=SIGNED, leaves=LEAVES, role="team lead", today=TODAY, clients=CLIENTS, staff="", council=amber
    ):
        (tmp_path / "agencies.csv").write_text(
            f"agency,service_types,signed_on,expires_on,kind\nHub,family.help,{signed},,drop-in\n"
        )
        (tmp_path / "staff.csv").write_text(
            "given,family,email,agency,service_type,role,leaving_on\n"
            f"Ann,Lee,ann.lee@hub.example,Hub,family.help,{role},{leaves}\n{staff}"
        )
        (tmp_path / "clients.csv").write_bytes(lines(*rows))
        mappings = [parse_mapping(text, name="x.toml") for text in (AGENCIES_WITH_KIND, STAFF_WITH_ROLE, clients)]
        return import_roster(
            council=council, folder=tmp_path, mappings=mappings, today=today, report=lambda _line: None
        )

    return run


def outcomes(result, file="clients.csv"):
    return [row.outcome for row in result.rows if row.file == file]


def only_line():
    from core.network.models import Involvement

    return Involvement.objects.get()


def test_the_files_own_words_become_kinds_roles_and_kinds_of_contact(amber, take):
    from core.accounts.models import User
    from core.directory.models import Agency, Membership
    from core.visits.models import Contact

    take(GOOD, clients=CLIENTS.replace('agency = "Hub"', 'agency = "Hub"\ncontact_kind = "office"'))
    with inside(amber, actor="test"):
        assert Agency.objects.get().kind == "voluntary"
        assert User.objects.get().roles == ["practitioner", "manager"]
        assert Membership.objects.get().is_manager
        assert Contact.objects.get().kind == "office"


def test_a_role_or_kind_that_there_is_not_stops_the_import_before_anything_is_written(amber, take):
    with pytest.raises(MappingMistake, match="must be one of"):
        take(GOOD, clients=CLIENTS.replace('agency = "Hub"', 'agency = "Hub"\ncontact_kind = "owl"'))
    with inside(amber, actor="test"):
        from core.directory.models import Agency

        assert not Agency.objects.exists()


def test_a_line_that_the_source_has_ended_since_ends_here_too(amber, take):
    take(GOOD)
    result = take(GOOD.replace("01/02/2026,,", "01/02/2026,10/10/2026,"))
    assert outcomes(result) == [RowOutcome.MATCHED]
    with inside(amber, actor="test"):
        line = only_line()
        assert (line.ended_on, line.end_reason, line.version) == (date(2026, 10, 10), "ended_elsewhere", 2)


def test_a_newer_contact_is_added_to_the_line_and_keeps_it_fresh(amber, take):
    from core.visits.models import Contact

    take(GOOD)
    take(GOOD.replace("03/03/2026", "11/11/2026"))
    with inside(amber, actor="test"):
        assert only_line().confirmed_on == date(2026, 11, 11)
        assert Contact.objects.count() == 2


def test_a_line_that_somebody_ended_here_stays_ended(amber, take):
    from core.network.choices import EndReason
    from core.network.models import Involvement

    take(GOOD)
    with inside(amber, actor="test"):
        Involvement.objects.update(ended_on=date(2026, 6, 1), end_reason=EndReason.NEED_MET)
    take(GOOD.replace("03/03/2026", "11/11/2026"))
    with inside(amber, actor="test"):
        assert only_line().end_reason == EndReason.NEED_MET


def test_a_leaver_loses_their_account_and_a_card_keeps_what_its_owner_wrote(amber, take):
    from core.accounts.models import User
    from core.directory.models import Practitioner

    take(GOOD)
    with inside(amber, actor="test"):
        Practitioner.objects.update(mobile="+447700900999", job_title="Own words")
    take(GOOD, leaves="2026-11-01")
    with inside(amber, actor="test"):
        card = Practitioner.objects.get()
        assert (card.left_on, card.mobile, card.job_title) == (date(2026, 11, 1), "+447700900999", "Own words")
        assert not User.objects.get().is_active
        assert only_line().ended_on is None


def test_somebody_who_leaves_later_still_works_here(amber, take):
    from core.directory.models import Practitioner

    take(GOOD, leaves="2026-12-24")
    with inside(amber, actor="test"):
        assert Practitioner.objects.get().left_on is None
    take(GOOD, leaves="2026-12-24", today=date(2026, 12, 25))
    with inside(amber, actor="test"):
        assert Practitioner.objects.get().left_on == date(2026, 12, 24)


def test_a_newer_agreement_is_taken_over_and_an_older_one_is_not(amber, take):
    from core.directory.models import Agency

    take(GOOD)
    take(GOOD, signed="2026-02-02")
    with inside(amber, actor="test"):
        assert Agency.objects.get().agreement_signed_on == date(2026, 2, 2)
    take(GOOD, signed="2025-06-06")
    with inside(amber, actor="test"):
        assert Agency.objects.get().agreement_signed_on == date(2026, 2, 2)


def test_somebody_listed_by_hand_is_matched_and_not_listed_twice(amber, take):
    from core.people.models import Client
    from tests.factories import make_client

    with inside(amber, actor="test"):
        mine = make_client("Jo", "Fair", born=date(2011, 3, 14), address="12 Tansy Lane, Anytown", postcode="WS13 8PJ")
    result = take(GOOD)
    assert outcomes(result) == [RowOutcome.MATCHED]
    with inside(amber, actor="test"):
        assert [client.id for client in Client.objects.all()] == [mine.id]
        assert Client.objects.get().version == 1
        assert only_line().client_id == mine.id


def test_a_row_of_a_practitioner_whose_own_row_is_no_use_is_an_error_and_makes_nobody(amber, take):
    from core.people.models import Client

    staff = "Bo,Moon,bo.moon@hub.example,Hub,no.such_service,practitioner,\n"
    result = take(GOOD.replace("Ann Lee", "Bo Moon"), staff=staff)
    assert outcomes(result) == [RowOutcome.ERROR]
    assert outcomes(result, "staff.csv") == [RowOutcome.CREATED, RowOutcome.ERROR]
    with inside(amber, actor="test"):
        assert not Client.objects.exists()


def test_a_repeated_row_of_the_staff_file_is_told_and_counts_once(amber, take):
    from core.directory.models import Practitioner

    result = take(GOOD, staff="Ann,LEE,ann.lee@hub.example,Hub,family.help,team lead,\n")
    assert outcomes(result, "staff.csv") == [RowOutcome.CREATED, RowOutcome.MATCHED]
    with inside(amber, actor="test"):
        assert Practitioner.objects.count() == 1


def test_a_coming_visit_is_planned_once_and_a_past_one_is_not(amber, take):
    from core import clock
    from core.visits.models import Visit

    clients = CLIENTS.replace('never_keep = "free text"', 'field = "next_visit"')
    soon = (clock.today() + timedelta(days=5)).strftime("%d/%m/%Y")
    past = (clock.today() - timedelta(days=5)).strftime("%d/%m/%Y")
    for _twice in range(2):
        take(GOOD.replace("secret", f"{soon} 14:30"), GOOD.replace("secret", past), clients=clients)
    with inside(amber, actor="test"):
        visit = Visit.objects.get()
        assert (visit.on.strftime("%d/%m/%Y"), f"{visit.starts_at:%H:%M}") == (soon, "14:30")


def test_a_live_council_gets_no_status_in_law_from_a_suggestion(amber, take):
    from core import clock
    from core.consent.models import PolicyVersion
    from core.consent.packs_in_use import pack_of
    from core.directory.models import Service

    live = replace(amber, state="live", signed_packs=(pack_of(amber).checksum,))
    with pytest.raises(PolicyUnusable):
        take(GOOD, council=live)
    with inside(amber, actor="test"):
        assert not Service.objects.exists()
        pack = pack_of(amber)
        PolicyVersion.objects.create(
            pack_id=pack.id, pack_version=pack.version, pack_checksum=pack.checksum,
            effective_from=clock.today(), created_at=clock.now(),
        )  # fmt: skip
    take(GOOD, council=live)
    with inside(amber, actor="test"):
        assert Service.objects.get().statuses == []


def test_a_training_council_takes_the_suggested_statuses(amber, take):
    from core.directory.models import Service

    take(GOOD)
    with inside(amber, actor="test"):
        assert Service.objects.get().statuses == Service.objects.get().service_type.suggested_statuses != []
