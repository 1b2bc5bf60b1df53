"""Who helped before: ended lines, for those who saw them when they ended, for as long as the pack says."""

from __future__ import annotations

from datetime import timedelta

from core import clock
from core.audit.models import Event
from core.consent.wording import Consenter
from core.network.actions import end_involvement, take_back
from core.network.choices import EndReason, WithdrawalScope
from core.network.models import Involvement, Publication
from core.network.policies import past_visible_to
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_publication, make_service, make_viewer


def ended_line(client, *readers, sensitivity="standard", reason=EndReason.NEED_MET):
    """A line that was shown to the readers' agencies, ended today."""
    worker = make_viewer(make_service(code=f"made.{sensitivity}", sensitivity=sensitivity))
    line = make_involvement(client, worker)
    make_publication(line, *(Agency(reader.agency_id) for reader in readers))
    end_involvement(involvement_id=line.id, on=clock.today(), reason=reason, by=worker)
    return line


class Agency:
    """What `make_publication` needs of an agency."""

    def __init__(self, agency_id):
        self.id = agency_id


def test_a_member_sees_a_line_that_ended_and_a_stranger_does_not(in_amber):
    amy, member, stranger = make_client(), make_viewer(), make_viewer()
    make_involvement(amy, member)
    line = ended_line(amy, member, stranger)
    assert list(past_visible_to(member)) == [line]
    assert not past_visible_to(stranger).exists()


def test_a_line_that_was_not_shown_to_ones_agency_stays_unseen(in_amber):
    amy, member, other = make_client(), make_viewer(), make_viewer()
    make_involvement(amy, member)
    ended_line(amy, other)
    ended_line(amy, member, sensitivity="mental_health")
    assert not past_visible_to(member).exists()


def test_a_line_recorded_in_error_is_shown_to_nobody(in_amber):
    amy, member = make_client(), make_viewer()
    make_involvement(amy, member)
    ended_line(amy, member, reason=EndReason.RECORDED_IN_ERROR)
    assert not past_visible_to(member).exists()


def test_it_is_gone_once_the_packs_days_have_passed(in_amber):
    amy, member = make_client(), make_viewer()
    make_involvement(amy, member)
    line = ended_line(amy, member)
    for days, seen in ((90, True), (91, False)):
        Involvement.objects.filter(id=line.id).update(
            started_on=clock.today() - timedelta(days=200), ended_on=clock.today() - timedelta(days=days)
        )
        assert past_visible_to(member).exists() is seen, days


def test_the_page_names_them_without_the_reason_and_the_sight_is_recorded(amber, site):
    with inside(amber):
        amy, member = make_client(), make_viewer()
        make_involvement(amy, member)
        line = ended_line(amy, member, reason=EndReason.DECLINED)
        name = Involvement.objects.select_related("practitioner").get(id=line.id).practitioner.full_name
    body = site.sign_in(member).get(f"/clients/{amy.id}/before").content.decode()
    assert name in body
    assert "no longer wants" not in body
    with inside(amber):
        assert Event.objects.get(slug="network.client.past_listed").detail == {"lines": [str(line.id)]}


def take(client, member, scope, **which):
    take_back(client_id=client.id, scope=scope, said_by=Consenter.PARENT, by=member, **which)


def test_what_ended_before_everything_was_taken_back_is_shown_no_more(in_amber):
    amy, member = make_client(), make_viewer()
    make_involvement(amy, member)
    ended_line(amy, member)
    assert past_visible_to(member).exists()
    take(amy, member, WithdrawalScope.EVERYTHING)
    assert not past_visible_to(member).exists()


def test_an_agency_that_was_taken_off_sees_nothing_of_before_and_the_others_do(in_amber):
    amy, member, other = make_client(), make_viewer(), make_viewer()
    for one in (member, other):
        make_involvement(amy, one)
    ended_line(amy, member, other)
    take(amy, member, WithdrawalScope.AGENCY, agency_id=other.agency_id)
    assert past_visible_to(member).exists()
    assert not past_visible_to(other).exists()


def test_what_ended_on_a_ground_that_is_not_used_any_more_is_shown_no_more(in_amber):
    amy, member = make_client(), make_viewer()
    make_involvement(amy, member)
    line = ended_line(amy, member)
    Publication.objects.filter(involvement=line).update(basis="en.used_no_more")
    assert not past_visible_to(member).exists()
