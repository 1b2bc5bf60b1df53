"""The same thing sent several times at once, each over a connection of its own: it is done once, without a fault."""

from __future__ import annotations

import json

AT_ONCE = """
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from django.db import connections
from core import clock
from core.consent.conversation import ConversationAnswers
from core.network.actions import invite_colleague, join_network, offer_lead, take_lead
from core.network.models import Involvement, LeadOffer, NetworkInvitation
from core.visits.actions import log_contact, plan_visit
from core.visits.choices import ContactKind
from core.visits.models import Contact, Visit
from tenants.context import inside
from tenants.queries import council_at
from tests.factories import make_client, make_involvement, make_publication, make_viewer

amber = council_at("amber.localhost")
with inside(amber):
    amy, first, second, third, guest = make_client(), make_viewer(), make_viewer(), make_viewer(), make_viewer()
    one, other = make_involvement(amy, first), make_involvement(amy, second)
    make_publication(one)
    make_publication(other)
    take_lead(involvement_id=one.id, by=first)

def several(deed):
    together = Barrier(4)
    def send(_number):
        together.wait(20)
        try:
            with inside(amber):
                deed()
        except Exception as error:
            return type(error).__name__
        finally:
            connections.close_all()
        return "done"
    with ThreadPoolExecutor(4) as pool:
        return sorted(pool.map(send, range(4)))

today = clock.today()
said = {
    "contact": several(lambda: log_contact(involvement_id=one.id, kind=ContactKind.PHONE, on=today, by=first)),
    "visit": several(lambda: plan_visit(involvement_id=one.id, on=today, by=first)),
    "offer": several(lambda: offer_lead(to_involvement_id=other.id, by=first)),
    "invitation": several(lambda: invite_colleague(client_id=amy.id, practitioner_id=guest.id, by=first)),
    "join": several(
        lambda: join_network(
            client_id=amy.id, service_id=third.service_ids[0], answers=ConversationAnswers(), by=third
        )
    ),
}
with inside(amber):
    said["rows"] = [
        Contact.objects.count(), Visit.objects.count(), LeadOffer.objects.filter(answer="waiting").count(),
        NetworkInvitation.objects.count(), Involvement.objects.filter(practitioner_id=third.id).count(),
    ]
print(json.dumps(said))
"""


def test_what_is_sent_four_times_at_once_is_done_once(own_database):
    said = json.loads(own_database.python(AT_ONCE).stdout.splitlines()[-1])
    assert said.pop("rows") == [1, 1, 1, 1, 1]
    assert said.pop("join") == ["AlreadyInvolved", "AlreadyInvolved", "AlreadyInvolved", "done"]
    assert all(outcomes == ["done"] * 4 for outcomes in said.values())
