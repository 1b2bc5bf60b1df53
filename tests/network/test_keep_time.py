"""Time: what runs out ends on its day, what soon will is said before, and never does anyone come to see more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core import clock
from core.consent.conversation import ConversationAnswers
from core.consent.models import DecisionRecord, PolicyVersion
from core.consent.packs_in_use import forget_policy, packs, policy_in_force
from core.consent.request import Recipient
from core.consent.wording import Consenter, Outcome, Talked
from core.network.actions import join_network, keep_time, record_conversation_for, send_reminders, take_lead
from core.network.actions.again import decide_again, still_stands
from core.network.actions.keep_time import begin_day, finish_day, keep_lot
from core.network.choices import PublicationEnd
from core.network.last_day import birthday, last_day_of_sight
from core.network.models import DayKept, Involvement, Publication, PublicationRecipient, Reminder
from core.network.policies import can_see, forget_standing, visible_to
from core.network.queries.show import network_for
from core.notices.models import Notice
from tenants.context import inside
from tests.factories import make_agency, make_client, make_involvement, make_publication, make_service, make_viewer

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOON.date()
AGREED = ConversationAnswers(talked=Talked.YES, with_whom=Consenter.PARENT, outcome=Outcome.AGREED)


@pytest.fixture(autouse=True)
def noon():
    """Every test begins on one Monday at noon."""
    with time_machine.travel(NOON, tick=True) as traveller:
        yield traveller


def join(client, viewer, answers=AGREED):
    return join_network(client_id=client.id, service_id=viewer.service_ids[0], answers=answers, by=viewer)


def keep_today():
    """Keep the day inside the present scope, as the job does in scopes of its own."""
    forget_policy()
    forget_standing()
    day = begin_day()
    if day is not None:
        while keep_lot(day, most=3):
            pass
        send_reminders()
        finish_day(day)
    return day


def on_day(noon, day):
    noon.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    forget_policy()
    forget_standing()


def live(line):
    return Publication.objects.filter(involvement=line, ended_at=None).first()


def end_of(line):
    return Publication.objects.filter(involvement=line).latest("published_at").end_reason


def slugs(viewer):
    return list(Notice.objects.filter(user_id=viewer.user_id).order_by("at", "id").values_list("slug", flat=True))


@pytest.fixture
def pair(in_amber):
    """A client of eight, two people on the network who see each other, and their lines."""
    amy, first, second = make_client(born=date(2018, 4, 3)), make_viewer(), make_viewer()
    return amy, first, second, join(amy, first), join(amy, second)


# The last day, worked out when the line is published


def named(*viewers, **more):
    return ConversationAnswers(
        talked=Talked.YES, with_whom=more.pop("with_whom", Consenter.PARENT), outcome=Outcome.AGREED,
        named=tuple(Recipient(agency=str(one.agency_id)) for one in viewers),
        picked={"withdrawal_explained": "yes"}, **more,
    )  # fmt: skip


def test_an_ordinary_agreement_is_looked_at_again_after_a_year(pair):
    assert live(pair[3]).review_by == TODAY + timedelta(days=365)


def test_a_yes_given_a_month_ago_runs_out_a_month_earlier(in_amber):
    line = join(make_client(), make_viewer(), replace(AGREED, given_on=TODAY - timedelta(days=30)))
    assert live(line).review_by == TODAY + timedelta(days=335)


def test_a_sensitive_services_consent_runs_out_after_half_a_year_from_the_day_it_was_given(in_amber):
    amy, helper = make_client(), make_viewer()
    clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"))
    line = join(amy, clinic, named(helper, given_on=TODAY - timedelta(days=10)))
    assert live(line).review_by == TODAY + timedelta(days=173)


@pytest.mark.parametrize(
    ("born", "last"),
    [
        (date(2014, 3, 9), date(2027, 3, 8)),  # 12 now: asked anew on the thirteenth birthday
        (date(2011, 6, 1), date(2027, 5, 31)),  # 15 now: on the sixteenth
        (date(2016, 2, 29), TODAY + timedelta(days=365)),  # 10 now: no birthday that counts within the year
        (date(2013, 11, 24), TODAY),  # the thirteenth birthday is tomorrow
    ],
)
def test_sight_ends_on_the_eve_of_a_birthday_at_which_people_are_asked_anew(in_amber, born, last):
    line = join(make_client(born=born), make_viewer())
    assert live(line).review_by == last


def test_who_was_born_on_29_february_is_asked_anew_on_1_march_in_other_years():
    assert birthday(date(2012, 2, 29), 16) == date(2028, 2, 29)
    assert birthday(date(2012, 2, 29), 13) == date(2025, 3, 1)
    assert birthday(date(1900, 12, 31), 18) == date(1918, 12, 31)


@pytest.mark.parametrize(
    ("noted", "youngest", "oldest", "last"),
    [
        (date(2026, 5, 10), 10, 10, date(2027, 11, 23)),  # eleven at most within the year
        (date(2026, 11, 20), 12, 12, date(2027, 11, 19)),  # might be thirteen any day; surely by then
        (
            date(2026, 11, 23),
            11,
            11,
            date(2027, 11, 23),
        ),  # twelve today at the earliest: not asked before a year is over
        (date(2025, 12, 1), 11, 11, date(2026, 12, 1)),  # might be thirteen from 2 December on
    ],
)
def test_a_guessed_age_is_asked_anew_on_the_first_day_on_which_it_may_be_time(in_amber, noted, youngest, oldest, last):
    client = make_client(born=None, age_from=youngest, age_to=oldest, age_noted_on=noted)
    line = join(client, make_viewer())
    found = live(line)
    if found is None:  # from twelve on, a guess that straddles the pack's limits is asked for first
        assert DecisionRecord.objects.filter(involvement_id=line.id).latest("at").obligations == ["missing:client_age"]
    else:
        assert found.review_by == last


@pytest.mark.parametrize("born", [date(1886, 1, 1), date(2031, 1, 1), None])
def test_a_birth_date_of_140_years_or_in_the_future_or_none_breaks_nothing(in_amber, born):
    client = make_client(born=born)
    line = join(client, make_viewer())
    keep_today()
    assert Involvement.objects.filter(id=line.id, ended_on=None).exists()


def test_the_end_of_a_law_is_the_end_of_what_rests_on_it(in_amber):
    policy = policy_in_force(TODAY)
    until = TODAY + timedelta(days=20)
    bases = tuple(
        replace(basis, effective_to=until) if basis.code == "en.family_help_agreement" else basis
        for basis in policy.pack.bases
    )
    ends = replace(policy, pack=replace(policy.pack, bases=bases))
    line = join(make_client(), make_viewer())
    from core.consent.case_form import request_from_case

    asked = request_from_case(live(line).decision.request)
    assert last_day_of_sight(asked, policy=ends, client=line.client, review_days=365) == until


# On the day


def test_sight_ends_on_its_day_whether_the_job_runs_or_not_and_the_job_writes_it_down(pair, noon):
    _amy, first, second, one, _other = pair
    on_day(noon, live(one).review_by)
    assert can_see(second, one)
    on_day(noon, live(one).review_by + timedelta(days=1))
    assert not can_see(second, one)
    keep_today()
    assert end_of(one) == PublicationEnd.EXPIRED
    waiting = Reminder.objects.get(involvement=one)
    assert (waiting.due_on, waiting.done_at) == (clock.today(), None)
    assert slugs(first)[-1] == "network.line.over"
    own = next(line for line in network_for(first, one.client_id).members if line.is_own)
    assert "it is time to talk about it again" in own.state.text


def test_it_is_said_four_weeks_a_week_and_a_day_before_once_each(pair, noon):
    _amy, first, _second, one, _other = pair
    last = live(one).review_by
    told = []
    for left in range(31, -2, -1):
        on_day(noon, last - timedelta(days=left))
        before = Notice.objects.filter(user_id=first.user_id, slug="network.line.ends_soon").count()
        for _again in range(2):
            keep_today()
        if Notice.objects.filter(user_id=first.user_id, slug="network.line.ends_soon").count() > before:
            told.append(left)
    assert told == [28, 7, 1]


def test_a_warning_that_was_missed_is_given_once_when_the_job_runs_again(pair, noon):
    _amy, first, _second, one, _other = pair
    on_day(noon, live(one).review_by - timedelta(days=5))
    keep_today()
    assert slugs(first).count("network.line.ends_soon") == 1
    assert Notice.objects.filter(slug="network.line.ends_soon", user_id=first.user_id).get().detail["on"] == (
        live(one).review_by.isoformat()
    )


def test_what_is_shown_for_a_short_time_from_the_start_is_not_warned_of_at_once(in_amber, noon):
    amy, guard, helper = make_client(), make_viewer(), make_viewer()
    make_involvement(amy, helper)
    threat = ConversationAnswers(
        talked=Talked.CANNOT, outcome=Outcome.NOT_REASONABLY_POSSIBLE, why_anyway="en.vital",
        facts=frozenset({"life_threatening"}), picked={"reason": "protect_this_person"},
    )  # fmt: skip
    line = join(amy, guard, threat)
    assert live(line).review_by == TODAY + timedelta(days=1)
    keep_today()
    assert slugs(guard) == []


def test_nobody_with_an_account_answers_for_the_line_so_its_services_manager_is_told(in_amber, noon):
    service = make_service()
    manager = make_viewer(service, roles=("practitioner", "manager"))
    guest = make_viewer(service)
    amy = make_client()
    line = join(amy, guest)
    from core.directory.models import Practitioner

    Practitioner.objects.filter(id=guest.id).update(left_on=TODAY)
    on_day(noon, live(line).review_by - timedelta(days=28))
    keep_today()
    assert slugs(manager) == ["network.line.ends_soon"]
    assert slugs(guest) == []


def test_a_lead_whose_line_ends_leads_no_more(pair, noon):
    _amy, first, _second, one, _other = pair
    take_lead(involvement_id=one.id, by=first)
    on_day(noon, live(one).review_by + timedelta(days=1))
    keep_today()
    assert not Involvement.objects.filter(is_lead=True).exists()


# Ages


def test_on_the_thirteenth_birthday_a_parents_yes_is_asked_for_anew(in_amber, noon):
    amy, first, second = make_client(born=date(2014, 3, 9)), make_viewer(), make_viewer()
    one, _other = join(amy, first), join(amy, second)
    on_day(noon, date(2027, 3, 8))
    keep_today()
    assert can_see(second, one)
    on_day(noon, date(2027, 3, 9))
    assert not can_see(second, one)
    keep_today()
    assert end_of(one) == PublicationEnd.AGE
    own = next(line for line in network_for(first, amy.id).members if line.is_own)
    assert "asked anew" in own.state.text


def test_on_the_eighteenth_birthday_a_parents_yes_lapses_and_the_record_says_so(in_amber, noon):
    grown = make_client(born=date(2008, 12, 1))
    line = make_involvement(grown, make_viewer())
    make_publication(line, days=365)
    on_day(noon, date(2026, 12, 1))
    keep_today()
    assert end_of(line) == PublicationEnd.AGE
    record = DecisionRecord.objects.filter(involvement_id=line.id).latest("at")
    assert (record.action, record.outcome, record.reason, record.visibility) == (
        "age_transition", "REVIEW", "consent_lapsed_on_majority", "suspended",
    )  # fmt: skip


def test_in_victoria_people_are_asked_anew_at_twelve_fifteen_and_eighteen(coral, noon):
    with inside(coral):
        service = make_service(code="youth.open", statuses=("ipp_org",))
        for born, last in (
            (date(2015, 2, 1), date(2027, 1, 31)),
            (date(2012, 2, 1), date(2027, 1, 31)),
            (date(2014, 2, 1), None),
        ):
            client, viewer, other = make_client(born=born), make_viewer(service), make_viewer(service)
            make_involvement(client, other)
            line = join(client, viewer, named(viewer))
            found = live(line)
            assert found is not None, DecisionRecord.objects.filter(involvement_id=line.id).latest("at").reason
            assert found.review_by == (last or clock.today() + timedelta(days=365))


def test_a_birth_date_put_right_later_shortens_what_was_published_before(pair, noon):
    amy, _first, second, one, _other = pair
    amy.birth_date = TODAY.replace(year=TODAY.year - 13) + timedelta(days=10)
    amy.save()
    keep_today()
    assert live(one).review_by == TODAY + timedelta(days=9)
    assert can_see(second, one)


def test_the_hour_at_which_a_day_begins_is_the_councils_own_across_the_clocks_changing(amber, coral, noon):
    from tenants.tasks import its_own_time

    for council, moment, day in (
        (amber, datetime(2027, 3, 28, 23, 5, tzinfo=UTC), date(2027, 3, 29)),
        (coral, datetime(2027, 4, 3, 13, 5, tzinfo=UTC), date(2027, 4, 4)),
        (coral, datetime(2027, 4, 4, 13, 5, tzinfo=UTC), date(2027, 4, 4)),
        (coral, datetime(2027, 4, 4, 14, 5, tzinfo=UTC), date(2027, 4, 5)),
    ):
        noon.move_to(moment)
        with its_own_time(council):
            keep_time(council)
        with inside(council):
            assert DayKept.objects.latest("day").day == day
            assert DayKept.objects.latest("day").finished_at is not None


# Policies


def tightened(effective_from, **tighter):
    pack = packs()["gb-eng"]
    PolicyVersion.objects.create(
        pack_id=pack.id, pack_version=pack.version, pack_checksum=pack.checksum, tightening=tighter,
        effective_from=effective_from, created_at=clock.now(),
    )  # fmt: skip
    forget_policy()


def test_a_policy_that_comes_into_force_ends_what_it_does_not_allow_and_shortens_the_rest(pair, noon):
    amy, _first, second, one, other = pair
    tightened(TODAY + timedelta(days=3), review_days={"en.family_help_agreement": 60})
    keep_today()
    assert live(one).review_by == TODAY + timedelta(days=365)
    on_day(noon, TODAY + timedelta(days=3))
    keep_today()
    assert live(one).review_by == TODAY + timedelta(days=60)
    tightened(TODAY + timedelta(days=5), bases_off=["en.family_help_agreement"])
    on_day(noon, TODAY + timedelta(days=5))
    keep_today()
    assert end_of(one) == PublicationEnd.POLICY
    assert not can_see(second, one)
    assert Reminder.objects.filter(involvement__client=amy, done_at=None).count() == 2
    assert end_of(other) == PublicationEnd.POLICY


def test_a_policy_published_for_today_after_the_job_ran_is_obeyed_at_its_next_hour(pair):
    assert keep_today() == TODAY
    assert keep_today() is None
    tightened(TODAY, bases_off=["en.family_help_agreement"])
    assert keep_today() == TODAY
    assert end_of(pair[3]) == PublicationEnd.POLICY


def test_a_policy_that_allows_more_again_gives_nothing_back(pair, noon):
    _amy, _first, _second, one, _other = pair
    tightened(TODAY, review_days={"en.family_help_agreement": 30})
    keep_today()
    tightened(TODAY + timedelta(days=1))
    on_day(noon, TODAY + timedelta(days=1))
    keep_today()
    assert live(one).review_by == TODAY + timedelta(days=30)


def test_a_service_that_a_policy_keeps_closer_is_shown_no_more_on_an_ordinary_agreement(pair):
    _amy, _first, second, one, _other = pair
    tightened(TODAY, classes={"family.help": "mental_health"})
    keep_today()
    assert end_of(one) == PublicationEnd.POLICY
    assert not can_see(second, one)


# Agencies and people


def test_an_agency_that_is_no_longer_what_the_law_asks_is_taken_off(in_amber):
    from core.directory.models import Service

    amy, first, second = make_client(), make_viewer(), make_viewer(make_service(code="education.school"))
    one, other = join(amy, first), join(amy, second)
    Service.objects.filter(id=second.service_ids[0]).update(statuses=["cda_ra"])
    keep_today()
    assert not can_see(second, one)
    assert not PublicationRecipient.objects.filter(publication__involvement=one, agency_id=second.agency_id).exists()
    assert end_of(other) == PublicationEnd.POLICY, "its own line rests on what it was, too"


def test_an_agreement_renewed_late_costs_no_client_a_new_conversation_and_one_that_lapsed_for_good_does(pair, noon):
    from core.directory.models import Agency

    _amy, _first, second, one, other = pair
    Agency.objects.filter(id=second.agency_id).update(agreement_expires_on=TODAY)
    on_day(noon, TODAY + timedelta(days=20))
    keep_today()
    assert not can_see(replace(second, has_agreement=False), one), "meanwhile its people see nothing"
    assert live(other) is not None
    on_day(noon, TODAY + timedelta(days=29))
    keep_today()
    assert live(other) is None
    assert not PublicationRecipient.objects.filter(publication__involvement=one, agency_id=second.agency_id).exists()
    assert live(one) is not None


# Run twice, stopped half-way


def everything():
    """All that the job writes, but for the note of how far it came."""
    return [
        list(model.objects.order_by("id").values())
        for model in (Publication, PublicationRecipient, Reminder, Notice, DecisionRecord)
    ]


def test_run_twice_it_changes_nothing_more(pair, noon):
    on_day(noon, live(pair[3]).review_by + timedelta(days=1))
    keep_today()
    once = everything()
    assert keep_today() is None
    DayKept.objects.all().delete()
    keep_today()
    assert everything() == once


def test_stopped_half_way_it_goes_on_from_there_and_the_end_is_the_same(in_amber, noon):
    lines = []
    for _number in range(7):
        client, viewer = make_client(), make_viewer()
        lines.append(join(client, viewer))
    on_day(noon, live(lines[0]).review_by + timedelta(days=1))
    day = begin_day()
    assert keep_lot(day, most=3)
    ended = Publication.objects.filter(end_reason=PublicationEnd.EXPIRED)
    assert ended.count() == 3
    assert DayKept.objects.get(day=day).finished_at is None
    keep_today()
    assert ended.count() == 7
    assert Notice.objects.filter(slug="network.line.over").count() == 7
    assert keep_today() is None


def test_a_council_whose_policy_cannot_be_applied_is_left_as_it_is(amber, noon):
    with inside(amber):
        line = join(make_client(), make_viewer())
        PolicyVersion.objects.create(
            pack_id="gb-eng", pack_version="1.0", pack_checksum="another", effective_from=TODAY,
            created_at=clock.now(),
        )  # fmt: skip
    keep_time(amber)
    with inside(amber):
        assert live(line) is not None
        assert not DayKept.objects.exists()


def test_the_same_work_takes_the_same_statements_however_many_lines_there_are(
    in_amber, noon, django_assert_max_num_queries
):
    for _number in range(12):
        join(make_client(), make_viewer())
    on_day(noon, TODAY + timedelta(days=400))
    day = begin_day()
    with django_assert_max_num_queries(25):
        assert not keep_lot(day, most=100)
    assert Publication.objects.filter(ended_at=None).count() == 0


# Reminders


def test_a_conversation_that_is_due_is_reminded_of_each_week_and_after_four_weeks_each_fourth(in_amber, noon):
    viewer = make_viewer()
    join(make_client(), viewer, ConversationAnswers())
    due = Reminder.objects.get().due_on
    told = []
    for days in range(100):
        on_day(noon, due + timedelta(days=days))
        if send_reminders():
            told.append(days)
    assert told == [0, 7, 14, 21, 49, 77]


# Asking anew before the day


def test_before_the_day_a_line_is_asked_about_anew_and_shown_on_for_another_year(pair, noon):
    from core.network.errors import AlreadyShown

    _amy, first, second, one, _other = pair
    with pytest.raises(AlreadyShown):
        record_conversation_for(involvement_id=one.id, answers=AGREED, by=first)
    on_day(noon, live(one).review_by - timedelta(days=10))
    assert record_conversation_for(involvement_id=one.id, answers=AGREED, by=first)
    assert live(one).review_by == clock.today() + timedelta(days=365)
    assert can_see(second, one)
    assert list(
        Publication.objects.filter(involvement=one, ended_at__isnull=False).values_list("end_reason", flat=True)
    ) == [PublicationEnd.REPLACED]


def test_asked_anew_and_not_decided_it_is_shown_until_its_day_and_a_no_ends_it_at_once(pair, noon):
    _amy, first, second, one, _other = pair
    on_day(noon, live(one).review_by - timedelta(days=10))
    assert not record_conversation_for(involvement_id=one.id, answers=ConversationAnswers(), by=first)
    assert can_see(second, one)
    assert not record_conversation_for(
        involvement_id=one.id, answers=replace(AGREED, outcome=Outcome.REFUSED), by=first
    )
    assert not can_see(second, one)
    assert end_of(one) == PublicationEnd.WITHDRAWN


# For any world


BASES = (
    "en.family_help_agreement", "en.family_help_agreement", "en.consent_explicit", "en.s16la", "en.direct_care_251b",
)  # fmt: skip


@st.composite
def lives(draw):
    """A client with a few lines, and what happens to all of it before some day."""
    return {
        "born": draw(
            st.one_of(
                st.none(),
                st.dates(date(2005, 1, 1), date(2024, 1, 1)),
                st.dates(date(2016, 1, 1), date(2024, 1, 1)),
                st.sampled_from([date(2008, 2, 29), date(2012, 2, 29), date(2008, 11, 24), date(2013, 11, 23)]),
            )
        ),
        "ages": draw(st.tuples(st.integers(9, 18), st.integers(0, 3))),
        "lines": draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["standard", "standard", "standard", "mental_health"]),
                    st.sampled_from(BASES),
                    st.sampled_from(["parent", "parent", "parent", "self", None]),
                    st.sampled_from((0, 1, 7, 30, 365, 400)),
                    st.sampled_from((False, False, True)),
                ),
                min_size=1,
                max_size=4,
            )
        ),
        "later": draw(st.one_of(st.integers(0, 30), st.integers(0, 800))),
        "cleared": draw(st.one_of(st.none(), st.none(), st.integers(-60, 400))),
        "expires": draw(st.one_of(st.none(), st.none(), st.integers(-60, 400))),
        "statuses": draw(st.sampled_from([("s11",), ("health_asc", "s11"), ("cda_ra",), ("voluntary",)])),
        "tighter": draw(
            st.sampled_from(
                [
                    None,
                    None,
                    None,
                    {"bases_off": ["en.s16la"]},
                    {"review_days": {"en.family_help_agreement": 30}},
                    {"classes": {"made.standard": "mental_health"}},
                    {"standard_consent_days": 20, "sensitive_consent_days": 20},
                    {"more_fields": {"en.s16la": ["purpose"]}},
                ]
            )
        ),
    }


def build(life, noon):
    """The world as it was published on the first day, and the viewers who look at it."""
    from core.consent.case_form import case_from_request, request_from_case
    from core.directory.models import Agency, Practitioner, Service

    on_day(noon, TODAY)
    young, more = life["ages"]
    ages = {} if life["born"] else {"age_from": young, "age_to": young + more, "age_noted_on": TODAY}
    client = make_client(born=life["born"], **ages)
    mine = make_agency()
    viewers = [make_viewer(make_service(mine, code="made.own", statuses=life["statuses"])), make_viewer()]
    for viewer in viewers:
        make_involvement(client, viewer)
    for cls, basis, by, days, is_named in life["lines"]:
        service = make_service(code=f"made.{cls}", sensitivity=cls, statuses=("s11", "health_asc"))
        line = make_involvement(client, make_viewer(service), service=service)
        publication = make_publication(line, basis=basis, visibility="named_only" if is_named else "network", days=days)
        asked = request_from_case(publication.decision.request)
        rules = policy_in_force(TODAY).pack.basis(basis)
        question = replace(
            asked,
            facts=frozenset(rules.facts_all), fields=frozenset(rules.fields), consent=replace(asked.consent, by=by),
        )  # fmt: skip
        made = DecisionRecord(
            at=clock.now(), action="publish", client_id=client.id, involvement_id=line.id,
            request=case_from_request(question), outcome="PERMIT", reason="ok", visibility=publication.visibility,
            obligations=[], pack="gb-eng", pack_checksum="",
        )  # fmt: skip
        made.save(force_insert=True)
        publication.decision = made
        publication.save()
    day = TODAY + timedelta(days=life["later"])
    Practitioner.objects.exclude(id__in=[one.id for one in viewers]).update(
        cleared_until=None if life["cleared"] is None else TODAY + timedelta(days=life["cleared"])
    )
    Agency.objects.filter(id=mine.id).update(
        agreement_expires_on=None if life["expires"] is None else TODAY + timedelta(days=life["expires"])
    )
    Service.objects.filter(agency=mine).update(statuses=list(reversed(life["statuses"]))[:1])
    if life["tighter"] is not None:
        tightened(TODAY, **life["tighter"])
    return viewers, day


def seen(viewers):
    forget_standing()
    return [set(visible_to(viewer).values_list("id", flat=True)) for viewer in viewers]


def time_passes(life, noon):
    from django.db import transaction

    with transaction.atomic():
        DayKept.objects.all().delete()
        viewers, day = build(life, noon)
        on_day(noon, day)
        before = seen(viewers)
        on_days = dict(Publication.objects.values_list("id", "review_by"))
        keep_today()
        after = seen(viewers)
        assert all(now <= then for now, then in zip(after, before, strict=True)), "somebody came to see more"
        policy = policy_in_force(day)
        for publication in Publication.objects.filter(ended_at=None):
            assert publication.review_by <= on_days[publication.id]
            assert publication.review_by >= day
            decision = decide_again(publication, policy=policy, on=day)
            assert still_stands(publication, decision), decision
        once = everything()
        DayKept.objects.all().delete()
        keep_today()
        assert everything() == once
        transaction.set_rollback(True)


SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.slow
@given(life=lives())
@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
def test_time_shows_nobody_more_and_leaves_nothing_standing_that_would_not_be_permitted_today(in_amber, noon, life):
    time_passes(life, noon)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@given(life=lives())
@settings(max_examples=600, deadline=None, suppress_health_check=SLOW)
def test_time_shows_nobody_more_in_hundreds_of_worlds(in_amber, noon, life):
    time_passes(life, noon)


def test_control_a_job_that_looks_at_nothing_is_found_out(in_amber, noon, monkeypatch):
    """The control: with the looking left out, the very property above must fail."""
    monkeypatch.setattr("tests.network.test_keep_time.keep_lot", lambda _day, most: False)

    @given(life=lives())
    @settings(
        max_examples=30, deadline=None, suppress_health_check=SLOW, phases=[Phase.generate], report_multiple_bugs=False
    )
    def looks_at_nothing(life):
        time_passes(life, noon)

    with pytest.raises(AssertionError):
        looks_at_nothing()


def test_the_second_of_two_at_it_leaves_the_day_to_the_first(in_amber):
    for _number in range(4):
        join(make_client(), make_viewer())
    day = begin_day()
    assert keep_lot(day, most=3)
    finish_day(day)
    assert DayKept.objects.get(day=day).finished_at is None
    assert not keep_lot(day, most=3)
    finish_day(day)
    assert DayKept.objects.get(day=day).finished_at is not None
