"""Addresses of agencies, people and their sign-in, for the council admin."""

from django.urls import path

from core.council.pages import agencies, staff

app_name = "staff"
urlpatterns = [
    path("staff", staff.people, name="people"),
    path("staff/add", staff.add, name="add"),
    path("staff/accounts", staff.accounts, name="accounts"),
    path("staff/accounts/<uuid:user_id>", staff.close_bare, name="close_account"),
    path("staff/accounts/<uuid:user_id>/open", staff.reopen_bare, name="open_account"),
    path("staff/invitations/<uuid:invitation_id>/withdraw", staff.withdraw_invitation, name="withdraw_invitation"),
    path("staff/<uuid:practitioner_id>", staff.show, name="person"),
    path("staff/<uuid:practitioner_id>/change", staff.change, name="change"),
    path("staff/<uuid:practitioner_id>/invite", staff.invite, name="invite"),
    path("staff/<uuid:practitioner_id>/roles", staff.roles, name="roles"),
    path("staff/<uuid:practitioner_id>/left", staff.leave, name="left"),
    path("staff/<uuid:practitioner_id>/back", staff.come_back, name="back"),
    path("staff/<uuid:practitioner_id>/close", staff.close, name="close"),
    path("staff/<uuid:practitioner_id>/open", staff.reopen, name="open"),
    path("agencies", agencies.show, name="agencies"),
    path("agencies/add", agencies.add, name="add_agency"),
    path("agencies/<uuid:agency_id>", agencies.change, name="agency"),
]
