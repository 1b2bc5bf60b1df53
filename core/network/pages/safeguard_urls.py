"""Addresses of the safeguards. None of them ever holds a name."""

from django.urls import path

from core.network.pages import approvals, broker, conflicts, limited_sight, shields

safeguard_urlpatterns = [
    path("approvals", approvals.queue, name="approvals"),
    path("approvals/<uuid:approval_id>", approvals.show, name="approval"),
    path("stand-ins", approvals.stand_ins, name="stand_ins"),
    path("stand-ins/<uuid:stand_in_id>/end", approvals.end_standing_in, name="end_stand_in"),
    path("clients/<uuid:client_id>/shield", shields.ask, name="ask_for_shield"),
    path("shields", shields.shields, name="shields"),
    path("shields/<uuid:shield_id>", shields.shield, name="shield"),
    path("shields/<uuid:shield_id>/people", shields.name_person, name="name_for_shield"),
    path("shields/<uuid:shield_id>/lift", shields.lift, name="lift_shield"),
    path("shields/asked/<uuid:approval_id>", shields.shield_request, name="shield_request"),
    path("clients/<uuid:client_id>/limited-sight", limited_sight.ask, name="limited_sight"),
    path("limited-sights", limited_sight.reviews, name="limited_sights"),
    path("limited-sights/<uuid:sight_id>", limited_sight.review, name="limited_sight_review"),
    path("limited-sights/<uuid:sight_id>/end", limited_sight.end, name="end_limited_sight"),
    path("clients/<uuid:client_id>/confidential-message", broker.ask, name="broker_ask"),
    path("confidential-messages", broker.queue, name="broker_queue"),
    path("confidential-messages/<uuid:message_id>", broker.message, name="broker_message"),
    path("confidential-messages/passed/<uuid:pass_id>/done", broker.done, name="passed_message_done"),
    path("clients/<uuid:client_id>/known-privately", conflicts.declare, name="declare_conflict"),
    path("known-privately", conflicts.listed, name="conflicts"),
    path("known-privately/<uuid:conflict_id>/undo", conflicts.take_back, name="undo_conflict"),
    path("known-privately/<uuid:conflict_id>/lift", conflicts.lift, name="lift_conflict"),
]
