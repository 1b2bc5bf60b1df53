"""Who may ask for which address: one table. An address without a line is refused to everyone.

It answers for the door alone; what someone may see or do behind it is the policies' business.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.accounts.access import EVERYONE, PASSWORD_GIVEN, SIGNED_IN, Access
from core.accounts.choices import Role
from core.directory.viewers import SEE_CLIENTS

CLIENT_ROLES: Final = Access.roles(*SEE_CLIENTS)
ADMINS: Final = Access.roles(Role.COUNCIL_ADMIN)
OFFICERS: Final = Access.roles(Role.IG_OFFICER)

POLICY_MAKERS: Final = Access.roles(Role.IG_OFFICER, Role.COUNCIL_ADMIN)
FINANCE: Final = Access.roles(Role.FINANCE_CONTACT, Role.COUNCIL_ADMIN)

SUPPORT_SEES: Final = frozenset({
    "accounts:second_factor", "accounts:recovery_code", "accounts:set_up", "accounts:enrol_authenticator",
    "accounts:enrol_passkey_begin", "accounts:enrol_passkey_complete", "accounts:recovery_codes",
    "accounts:recovery_codes_file", "accounts:sign_out", "accounts:extend", "accounts:confirm",
    "council:home", "council:policy", "council:support_agencies", "council:support_log",
})  # fmt: skip
"""All that an operator whom the council let in for support may open: their own sign-in, and pages about nobody.

Never a client, a search, a notice, a colleague. A name is added here by a decision of its own, not with a new page.
"""

_RULES: Final[dict[str, Access]] = {
    "theme": EVERYONE,
    "gallery": EVERYONE,
    # accounts
    "accounts:sign_in": EVERYONE,
    "accounts:passkey_begin": EVERYONE,
    "accounts:passkey_complete": EVERYONE,
    "accounts:join": EVERYONE,
    "accounts:reset_password": EVERYONE,
    "accounts:choose_password": EVERYONE,
    "accounts:second_factor": PASSWORD_GIVEN,
    "accounts:recovery_code": PASSWORD_GIVEN,
    "accounts:set_up": PASSWORD_GIVEN,
    "accounts:enrol_authenticator": PASSWORD_GIVEN,
    "accounts:enrol_passkey_begin": PASSWORD_GIVEN,
    "accounts:enrol_passkey_complete": PASSWORD_GIVEN,
    "accounts:sign_out": PASSWORD_GIVEN,
    "accounts:recovery_codes": SIGNED_IN,
    "accounts:recovery_codes_file": SIGNED_IN,
    "accounts:extend": SIGNED_IN,
    "accounts:draft": SIGNED_IN,
    "accounts:my_sign_in": SIGNED_IN,
    "accounts:confirm": SIGNED_IN,
    "accounts:change_password": SIGNED_IN,
    "accounts:rename_factor": SIGNED_IN,
    "accounts:remove_factor": SIGNED_IN,
    "accounts:end_session": SIGNED_IN,
    # finding and adding a client
    "network:search": CLIENT_ROLES,
    "network:suggest": CLIENT_ROLES,
    "network:results": CLIENT_ROLES,
    "network:add": CLIENT_ROLES,
    "network:duplicates": CLIENT_ROLES,
    "network:undo_add": CLIENT_ROLES,
    "network:edit_details": CLIENT_ROLES,
    # the client page, visits and contacts
    "visits:client": CLIENT_ROLES,
    "visits:log": CLIENT_ROLES,
    "visits:undo_contact": CLIENT_ROLES,
    "visits:plan": CLIENT_ROLES,
    "visits:change": CLIENT_ROLES,
    "visits:cancel": CLIENT_ROLES,
    "visits:undo_cancel": CLIENT_ROLES,
    # the network
    "network:past": CLIENT_ROLES,
    "network:talk": CLIENT_ROLES,
    "network:materials": CLIENT_ROLES,
    "network:material_pdf": CLIENT_ROLES,
    "network:join": CLIENT_ROLES,
    "network:undo_join": CLIENT_ROLES,
    "network:conversation": CLIENT_ROLES,
    "network:invite": CLIENT_ROLES,
    "network:withdraw": CLIENT_ROLES,
    "network:answer_invitation": CLIENT_ROLES,
    "network:end": CLIENT_ROLES,
    "network:undo_end": CLIENT_ROLES,
    "network:confirm": CLIENT_ROLES,
    "network:take_lead": CLIENT_ROLES,
    "network:offer_lead": CLIENT_ROLES,
    "network:answer_lead": CLIENT_ROLES,
    # the safeguards: who decides what is behind the doors
    "network:approvals": CLIENT_ROLES,
    "network:approval": CLIENT_ROLES,
    "network:stand_ins": CLIENT_ROLES,
    "network:end_stand_in": CLIENT_ROLES,
    "network:ask_for_shield": CLIENT_ROLES,
    "network:limited_sight": CLIENT_ROLES,
    "network:end_limited_sight": CLIENT_ROLES,
    "network:broker_ask": CLIENT_ROLES,
    "network:broker_queue": CLIENT_ROLES,
    "network:broker_message": CLIENT_ROLES,
    "network:passed_message_done": CLIENT_ROLES,
    "network:declare_conflict": CLIENT_ROLES,
    "network:undo_conflict": CLIENT_ROLES,
    "network:shields": OFFICERS,
    "network:shield": OFFICERS,
    "network:name_for_shield": OFFICERS,
    "network:lift_shield": OFFICERS,
    "network:shield_request": OFFICERS,
    "network:limited_sights": OFFICERS,
    "network:limited_sight_review": OFFICERS,
    "network:conflicts": OFFICERS,
    "network:lift_conflict": OFFICERS,
    # rights, duties to record and retention
    "rights:call": CLIENT_ROLES,
    "rights:records": CLIENT_ROLES,
    "rights:record": CLIENT_ROLES,
    "rights:take_in": CLIENT_ROLES,
    "rights:queue": OFFICERS,
    "rights:find": OFFICERS,
    "rights:register": OFFICERS,
    "rights:take_in_letter": OFFICERS,
    "rights:client_records": OFFICERS,
    "rights:request": OFFICERS,
    "rights:correct": OFFICERS,
    "rights:hold": OFFICERS,
    "rights:pack_pdf": OFFICERS,
    "rights:pack_json": OFFICERS,
    "rights:step": OFFICERS,
    "rights:retention": OFFICERS,
    "rights:end_hold": OFFICERS,
    # notices
    "council:notices": SIGNED_IN,
    "council:read_notices": SIGNED_IN,
    # the home page
    "council:home": SIGNED_IN,
    # the council's policy
    "council:policy": POLICY_MAKERS,
    "council:cancel_policy": POLICY_MAKERS,
    "council:start_policy_draft": POLICY_MAKERS,
    "council:policy_draft": POLICY_MAKERS,
    "council:policy_section": POLICY_MAKERS,
    "council:sign_policy_route": Access.roles(Role.IG_OFFICER),
    "council:discard_policy_draft": POLICY_MAKERS,
    "council:rehearse_policy": POLICY_MAKERS,
    "council:rehearse_client": Access.roles(Role.IG_OFFICER),
    "council:publish_policy": POLICY_MAKERS,
    # what is billed: for the council's finance contact, and its administrators
    "council:account": FINANCE,
    "council:account_document": FINANCE,
    # support access: granted by the council, and what the operator then sees
    "council:support": POLICY_MAKERS,
    "council:support_request": POLICY_MAKERS,
    "council:support_agencies": Access.roles(Role.SUPPORT),
    "council:support_log": Access.roles(Role.SUPPORT),
    # releases that the operators offer
    "council:offers": POLICY_MAKERS,
    "council:offer": POLICY_MAKERS,
    # agencies, people and their sign-in
    "staff:people": ADMINS,
    "staff:add": ADMINS,
    "staff:accounts": ADMINS,
    "staff:close_account": ADMINS,
    "staff:open_account": ADMINS,
    "staff:withdraw_invitation": ADMINS,
    "staff:person": ADMINS,
    "staff:change": ADMINS,
    "staff:invite": ADMINS,
    "staff:roles": ADMINS,
    "staff:left": ADMINS,
    "staff:back": ADMINS,
    "staff:close": ADMINS,
    "staff:open": ADMINS,
    "staff:agencies": ADMINS,
    "staff:add_agency": ADMINS,
    "staff:agency": ADMINS,
    # the council's exit copies
    "exchange:exit_copies": POLICY_MAKERS,
    "exchange:ask_for_exit_copy": POLICY_MAKERS,
    "exchange:fetch_exit_copy": POLICY_MAKERS,
    # directory
    "directory:card": CLIENT_ROLES,
    "directory:people": CLIENT_ROLES,
    "directory:practitioner": CLIENT_ROLES,
}

RULES: Final[dict[str, Access]] = {
    name: replace(rule, opens_to_support=name in SUPPORT_SEES) for name, rule in _RULES.items()
}
