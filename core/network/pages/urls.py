"""Addresses of the network's pages. None of them ever holds a name."""

from django.urls import path

from core.network.pages import coach, inviting, joining, lines, past, withdrawing
from core.network.pages.find_urls import find_urlpatterns
from core.network.pages.safeguard_urls import safeguard_urlpatterns

app_name = "network"
urlpatterns = [
    *find_urlpatterns,
    *safeguard_urlpatterns,
    path("clients/<uuid:client_id>/talk", coach.talk, name="talk"),
    path("materials", coach.materials, name="materials"),
    path("materials/<str:code>.pdf", coach.material_pdf, name="material_pdf"),
    path("clients/<uuid:client_id>/join", joining.join, name="join"),
    path("clients/<uuid:client_id>/before", past.past, name="past"),
    path("clients/<uuid:client_id>/withdraw", withdrawing.withdraw, name="withdraw"),
    path("clients/<uuid:client_id>/invite", inviting.invite, name="invite"),
    path("lines/<uuid:involvement_id>/conversation", joining.conversation, name="conversation"),
    path("lines/<uuid:involvement_id>/join/undo", joining.undo_join, name="undo_join"),
    path("lines/<uuid:involvement_id>/end", lines.end, name="end"),
    path("lines/<uuid:involvement_id>/end/undo", lines.undo_end, name="undo_end"),
    path("lines/<uuid:involvement_id>/confirm", lines.confirm, name="confirm"),
    path("lines/<uuid:involvement_id>/lead", lines.take_lead, name="take_lead"),
    path("lines/<uuid:involvement_id>/lead/offer", lines.offer_lead, name="offer_lead"),
    path("lead-offers/<uuid:offer_id>", lines.answer_lead, name="answer_lead"),
    path("invitations/<uuid:invitation_id>", inviting.answer, name="answer_invitation"),
]
