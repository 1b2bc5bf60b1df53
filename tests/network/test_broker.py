"""Brokered contact: the sender learns nothing, the broker passes on, the hidden service decides. And who knows a client."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from core.accounts.models import User
from core.audit.models import Event
from core.network import errors
from core.network.actions.broker import MOST_A_DAY, answer_passed_message, pass_message_on, send_broker_message
from core.network.actions.conflicts import declare_conflict, lift_conflict, undo_conflict
from core.network.choices import BrokerAsk
from core.network.models import BrokeredPass, BrokerMessage, Conflict
from core.network.officers import officer_of
from core.network.policies import openable_by, visible_to
from core.network.policies.standing import forget_standing
from core.network.queries.broker import message_for, messages_waiting, passed_to
from core.network.queries.conflicts import conflicts_for
from core.notices.models import Notice
from tenants.context import inside
from tests.factories import make_client, make_involvement, make_publication, make_service, make_user, make_viewer
from tests.factories.counting import own_statements
from tests.isolation.test_every_address import masked


def make_clinic(*, cls="sexual_health"):
    return make_service(code=f"sensitive.{cls}", sensitivity=cls)


def make_broker():
    return make_viewer(roles=("practitioner", "broker"))


def make_client_with(sender, *, hidden=0, named=0):
    """A client with a line of the sender's, and confidential lines: not shown to them, or named to their agency."""
    from core.directory.models import Agency

    amy = make_client(born=clock.today() - timedelta(days=15 * 366))
    make_publication(make_involvement(amy, sender))
    lines = []
    for number in range(hidden + named):
        clinic = make_clinic(cls="mental_health" if number % 2 else "sexual_health")
        nurse = make_viewer(clinic)
        line = make_involvement(amy, nurse, service=clinic)
        if number >= hidden:
            agency = Agency.objects.get(id=sender.agency_id)
            make_publication(line, agency, visibility="named_only", basis="en.consent_explicit")
        lines.append((line, nurse))
    return amy, lines


def send(client, sender, ask=BrokerAsk.CALL_ME):
    send_broker_message(client_id=client.id, ask=ask, by=sender)


def test_a_message_waits_for_the_broker_once_a_day(in_amber):
    sender, broker = make_viewer(), make_broker()
    amy, _lines = make_client_with(sender)
    send(amy, sender)
    send(amy, sender, BrokerAsk.MEETING)
    assert [one.ask for one in messages_waiting(broker)] == [BrokerAsk.CALL_ME.label]
    assert Notice.objects.filter(user_id=broker.user_id, slug="network.broker.asked", client_id=None).count() == 1
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        send(amy, sender)
        assert BrokerMessage.objects.count() == 1, "one that still waits is enough"
        pass_message_on(message_id=BrokerMessage.objects.get().id, involvement_ids=(), by=broker)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        send(amy, sender)
        assert BrokerMessage.objects.count() == 2


def test_only_somebody_on_the_network_sends_and_only_so_many_a_day(in_amber):
    sender = make_viewer()
    amy, _lines = make_client_with(make_viewer())
    with pytest.raises(errors.ClientNotFound):
        send(amy, sender)
    for _number in range(MOST_A_DAY):
        send(make_client_with(sender)[0], sender)
    with pytest.raises(errors.TooManyMessages):
        send(make_client_with(sender)[0], sender)
    assert BrokerMessage.objects.filter(asked_by_id=sender.id).count() == MOST_A_DAY


def test_the_broker_sees_the_hidden_lines_and_passes_on_to_those_chosen(in_amber):
    sender, broker = make_viewer(), make_broker()
    amy, lines = make_client_with(sender, hidden=2, named=1)
    (first, nurse), (second, _other), (named, _third) = lines
    send(amy, sender, BrokerAsk.CALL_TODAY)
    message = BrokerMessage.objects.get()
    page = message_for(broker, message.id)
    assert {line.id for line in page.hidden} == {first.id, second.id}
    seen = Event.objects.get(slug="network.broker.opened")
    assert (seen.actor_id, seen.client_id, set(seen.detail["lines"])) == (
        broker.id, amy.id, {str(first.id), str(second.id)},
    )  # fmt: skip
    pass_message_on(message_id=message.id, involvement_ids=[first.id, named.id], by=broker)
    assert set(BrokeredPass.objects.values_list("involvement_id", flat=True)) == {first.id}, (
        "a line they see is not hidden"
    )
    waiting = passed_to(nurse)
    assert [(one.asked_by, one.client_id) for one in waiting] == [(sender.name, amy.id)]
    assert waiting[0].phone
    notice = Notice.objects.get(slug="network.broker.passed")
    assert (notice.user_id, notice.by_name) == (nurse.user_id, sender.name)
    with pytest.raises(errors.AlreadyDecided):
        pass_message_on(message_id=message.id, involvement_ids=[second.id], by=broker)
    answer_passed_message(pass_id=waiting[0].id, by=nurse)
    assert passed_to(nurse) == ()
    assert not Notice.objects.filter(user_id=sender.user_id).exists(), "nothing goes back to the sender"


def test_nobody_but_a_broker_reads_messages_and_nobody_answers_for_another_line(in_amber):
    sender, broker = make_viewer(), make_broker()
    amy, ((line, _nurse),) = make_client_with(sender, hidden=1)
    send(amy, sender)
    message = BrokerMessage.objects.get()
    for stranger in (sender, make_viewer(roles=("practitioner", "safeguarding_lead"))):
        with pytest.raises(errors.MessageNotFound):
            messages_waiting(stranger)
        with pytest.raises(errors.MessageNotFound):
            message_for(stranger, message.id)
        with pytest.raises(errors.MessageNotFound):
            pass_message_on(message_id=message.id, involvement_ids=[line.id], by=stranger)
    pass_message_on(message_id=message.id, involvement_ids=[line.id], by=broker)
    with pytest.raises(errors.MessageNotFound):
        answer_passed_message(pass_id=BrokeredPass.objects.get().id, by=sender)


def test_a_broker_who_knows_the_client_has_no_such_message(in_amber):
    sender, broker = make_viewer(), make_broker()
    amy, _lines = make_client_with(sender, hidden=1)
    send(amy, sender)
    declare_conflict(client_id=amy.id, by=broker)
    assert messages_waiting(broker) == ()
    with pytest.raises(errors.MessageNotFound):
        message_for(broker, BrokerMessage.objects.get().id)


ANY_ID = r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
ANY_MOMENT = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*(\+00:00)?"


def plain(own):
    """Statements without the ids and moments in them."""
    return [re.sub(ANY_MOMENT, "NOW", re.sub(ANY_ID, "ID", sql)) for sql in own]


def test_whether_a_service_is_there_or_not_the_answer_is_the_same_bytes_and_statements(amber, site):
    """The form, the answer, the page after it and a second message: alike for 0, 1 and 3 hidden services."""
    with inside(amber):
        sender = make_viewer()
        make_broker()
        clients = [make_client_with(sender, hidden=number)[0] for number in (0, 1, 3)]
        for one in clients:
            type(one).objects.filter(id=one.id).update(given_name="Amy", family_name="Lane")
    site.sign_in(sender)
    site.get("/notices")
    told = []
    for one in clients:
        where = f"/clients/{one.id}/confidential-message"
        steps = []
        for ask in (
            lambda where=where: site.get(where),
            lambda where=where: site.post(where, {}),
            lambda where=where: site.post(where, {"ask": "call_me"}),
            lambda one=one: site.get(f"/clients/{one.id}"),
            lambda where=where: site.post(where, {"ask": "call_me"}),
            lambda one=one: site.get(f"/clients/{one.id}"),
        ):
            with own_statements() as own:
                answer = ask()
            content = re.sub(ANY_ID.encode(), b"ID", masked(answer.content))
            nonceless = re.sub(rb'nonce="[^"]+"', b"", content)
            steps.append((answer.status_code, re.sub(ANY_ID, "ID", answer.get("Location", "")), nonceless, plain(own)))
        told.append(steps)
    assert [step[0] for step in told[0]] == [200, 422, 302, 200, 302, 200]
    assert b"The broker has your message" in told[0][3][2]
    for other in told[1:]:
        for number, (one, same) in enumerate(zip(other, told[0], strict=True)):
            assert one[3] == same[3], f"other statements at step {number}"
            assert one[:3] == same[:3], f"other bytes at step {number}"


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hidden=st.integers(0, 3), named=st.integers(0, 2), times=st.integers(1, 3))
def test_what_the_broker_is_offered_is_what_the_sender_does_not_see(in_amber, hidden, named, times):
    sender, broker = make_viewer(), make_broker()
    amy, lines = make_client_with(sender, hidden=hidden, named=named)
    for _number in range(times):
        send(amy, sender)
    message = BrokerMessage.objects.get(client=amy)
    offered = {line.id for line in message_for(broker, message.id).hidden}
    seen = set(visible_to(sender).filter(client=amy).values_list("id", flat=True))
    assert offered == {line.id for line, _nurse in lines} - seen
    assert len(offered) == hidden


def test_the_whole_way_through_the_pages(amber, site):
    with inside(amber):
        sender, broker = make_viewer(), make_broker()
        amy, ((line, nurse),) = make_client_with(sender, hidden=1)
    site.sign_in(sender)
    assert "Send a message to a confidential service" in site.get(f"/clients/{amy.id}").content.decode()
    site.post(f"/clients/{amy.id}/confidential-message", {"ask": "meeting"})
    assert site.get("/confidential-messages").status_code == 404
    site.sign_in(broker)
    assert amy.family_name.upper() in site.get("/confidential-messages").content.decode()
    with inside(amber):
        message = BrokerMessage.objects.get()
    where = f"/confidential-messages/{message.id}"
    assert nurse.name in site.get(where).content.decode()
    assert site.post(where, {"lines": [str(line.id)]}).status_code == 302
    assert site.post(where, {"lines": [str(line.id)]}).status_code == 409
    site.sign_in(nurse)
    home = site.get("/").content.decode()
    assert sender.name in home
    assert "It is your choice whether to contact them" in home
    with inside(amber):
        passed = BrokeredPass.objects.get()
    assert site.post(f"/confidential-messages/passed/{passed.id}/done").status_code == 302
    assert sender.name not in site.get("/").content.decode()


# Known privately


def make_team():
    """A client, somebody on their network, that person's manager, and somebody else on it."""
    service = make_service()
    worker, manager = make_viewer(service), make_viewer(service, roles=("practitioner", "manager"))
    amy, other = make_client(), make_viewer()
    lines = [make_involvement(amy, one, service=service if one is worker else None) for one in (worker, other)]
    for line in lines:
        make_publication(line)
    return amy, worker, manager, lines


def test_whoever_knows_a_client_sees_nothing_of_them_and_the_manager_is_asked_to_end_the_line(in_amber):
    amy, worker, manager, lines = make_team()
    assert visible_to(worker).filter(client=amy).count() == 2
    declare_conflict(client_id=amy.id, by=worker)
    declare_conflict_again(amy, worker)
    assert visible_to(worker).filter(client=amy).count() == 0
    assert not openable_by(worker).filter(id=amy.id).exists()
    told = Notice.objects.get(slug="network.conflict.declared")
    assert (told.user_id, told.detail["involvement"]) == (manager.user_id, str(lines[0].id))
    assert visible_to(manager).filter(id=lines[0].id).exists()


def declare_conflict_again(client, worker):
    with pytest.raises(errors.ClientNotFound):
        declare_conflict(client_id=client.id, by=worker)


def test_without_a_manager_the_officers_are_told_without_a_name(in_amber):
    officer = make_user(roles=("ig_officer",))
    worker = make_viewer()
    amy, _lines = make_client_with(worker)
    declare_conflict(client_id=amy.id, by=worker)
    assert Notice.objects.get(slug="network.conflict.declared").client_id is None
    assert Notice.objects.get(slug="network.conflict.declared").user_id == officer.id


def test_it_can_be_taken_back_for_ten_minutes_and_lifted_by_another_officer(in_amber):
    amy, worker, _manager, _lines = make_team()
    made = declare_conflict(client_id=amy.id, by=worker)
    undo_conflict(conflict_id=made.id, by=worker)
    assert visible_to(worker).filter(client=amy).count() == 2
    made = declare_conflict(client_id=amy.id, by=worker)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False), pytest.raises(errors.TooLateToUndo):
        undo_conflict(conflict_id=made.id, by=worker)
    User.objects.filter(id=worker.user_id).update(roles=["practitioner", "ig_officer"])
    own = officer_of(User.objects.get(id=worker.user_id))
    assert conflicts_for(own) == (), "nobody lifts their own"
    with pytest.raises(errors.ConflictNotFound):
        lift_conflict(conflict_id=made.id, by=own)
    officer = officer_of(make_user(roles=("ig_officer",)))
    assert [one.id for one in conflicts_for(officer)] == [made.id]
    lift_conflict(conflict_id=made.id, by=officer)
    forget_standing()
    assert visible_to(worker).filter(client=amy).count() == 2
    assert Conflict.objects.filter(ended_at=None).count() == 0


def test_no_page_of_theirs_names_somebody_they_know(amber, site):
    with inside(amber):
        amy, worker, manager, lines = make_team()
        make_visit(amy, lines[0])
    site.sign_in(worker)
    assert amy.family_name.upper() in site.get("/").content.decode()
    assert "I know this person privately" in site.get(f"/clients/{amy.id}").content.decode()
    assert site.get(f"/clients/{amy.id}/known-privately").status_code == 200
    assert site.post(f"/clients/{amy.id}/known-privately").status_code == 302
    home = site.get("/").content.decode()
    assert amy.family_name not in home
    assert amy.family_name.upper() not in home
    assert "Undo" in home
    for path in (
        f"/clients/{amy.id}",
        f"/lines/{lines[0].id}/end",
        f"/clients/{amy.id}/details",
        f"/clients/{amy.id}/join",
    ):
        assert site.get(path).status_code == 404, path
    assert amy.family_name not in site.get("/notices").content.decode()
    site.sign_in(manager)
    assert site.get(f"/lines/{lines[0].id}/end").status_code == 200
    assert "please end their line" in site.get("/notices").content.decode()


def make_visit(client, line):
    from core.visits.models import Visit

    Visit.objects.create(client=client, involvement=line, on=clock.today() + timedelta(days=2), created_at=clock.now())
