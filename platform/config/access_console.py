"""Who may ask for which address on the console's host: one table. An address without a line is refused to everyone."""

from __future__ import annotations

from typing import Final

from config import access
from console.choices import Permission
from core.accounts.access import Access

SEE: Final = Access.operators(Permission.SEE)
LOG: Final = Access.operators(Permission.SEE_LOG)
MANAGE: Final = Access.operators(Permission.MANAGE_OPERATORS)
CHANGE: Final = Access.operators(Permission.CHANGE_COUNCILS)
ONBOARD: Final = Access.operators(Permission.ONBOARD)
DEPLOYMENTS: Final = Access.operators(Permission.MANAGE_DEPLOYMENTS)
RELEASE: Final = Access.operators(Permission.RELEASE)
SEE_FINANCE: Final = Access.operators(Permission.SEE_FINANCE)
FINANCE: Final = Access.operators(Permission.FINANCE)

RULES: Final[dict[str, Access]] = {
    **{name: rule for name, rule in access.RULES.items() if name.startswith("accounts:")},
    "console:home": SEE,
    "console:operators": LOG,
    "console:operator": LOG,
    "console:invite_operator": MANAGE,
    "console:operator_roles": MANAGE,
    "console:close_operator": MANAGE,
    "console:reopen_operator": MANAGE,
    "console:invite_operator_again": MANAGE,
    "console:log": LOG,
    "console:log_csv": LOG,
    "console:proposals": SEE,
    "console:proposal": SEE,
    "console:decide_proposal": SEE,  # which role decides which kind: console.policies.MAY_DECIDE
    "console:withdraw_proposal": SEE,
    "console:councils": SEE,
    "console:council": SEE,
    "console:council_progress": SEE,
    "console:rename_council": CHANGE,
    "console:suspend_council": CHANGE,
    "console:resume_council": CHANGE,
    "console:export_council": CHANGE,
    "console:delete_council": CHANGE,
    "console:keep_council": CHANGE,
    "console:mark_template": CHANGE,
    "console:order_again": CHANGE,
    "console:ask_support": Access.operators(Permission.ASK_SUPPORT),
    "console:certificate": SEE,
    "console:certificate_pdf": SEE,
    "console:certificate_json": SEE,
    "console:deployments": SEE,
    "console:deployment": SEE,
    "console:add_deployment": DEPLOYMENTS,
    "console:change_deployment": DEPLOYMENTS,
    "console:test_deployment": DEPLOYMENTS,
    "console:open_deployment": DEPLOYMENTS,
    "console:onboardings": ONBOARD,
    "console:start_onboarding": ONBOARD,
    "console:onboarding": ONBOARD,
    "console:add_agency": ONBOARD,
    "console:change_agency": ONBOARD,
    "console:onboarding_task": ONBOARD,
    "console:copy_onboarding": ONBOARD,
    "console:discard_onboarding": ONBOARD,
    "console:onboarding_check": ONBOARD,
    "console:onboarding_progress": ONBOARD,
    "console:create_again": ONBOARD,
    "console:go_live": ONBOARD,
    "console:send_review": ONBOARD,
    "console:make_live": ONBOARD,
    "console:releases": SEE,
    "console:release": SEE,
    "console:releases_where": SEE,
    "console:releases_where_csv": SEE,
    "console:add_pack_release": RELEASE,
    "console:add_template_release": RELEASE,
    "console:offer_again": RELEASE,
    "console:fleet": SEE,
    "console:run_fleet": Access.operators(Permission.RUN_FLEET),
    "console:health": SEE,
    "console:health_csv": SEE,
    "console:council_health": SEE,
    "console:council_health_csv": SEE,
    "console:finance": SEE_FINANCE,
    "console:finance_books": SEE_FINANCE,
    "console:finance_book": SEE_FINANCE,
    "console:finance_customers": SEE_FINANCE,
    "console:finance_customer": SEE_FINANCE,
    "console:finance_entities": SEE_FINANCE,
    "console:finance_contracts": SEE_FINANCE,
    "console:finance_contract": SEE_FINANCE,
    "console:finance_usage": SEE_FINANCE,
    "console:usage_csv": SEE_FINANCE,
    "console:add_book": FINANCE,
    "console:add_customer": FINANCE,
    "console:change_customer": FINANCE,
    "console:add_contact": FINANCE,
    "console:change_contact": FINANCE,
    "console:end_contact": FINANCE,
    "console:add_entity": FINANCE,
    "console:change_entity": FINANCE,
    "console:add_contract": FINANCE,
    "console:change_contract": FINANCE,
    "console:end_contract": FINANCE,
    "console:contract_notice": FINANCE,
    "console:take_notice_back": FINANCE,
    "console:add_contract_council": FINANCE,
    "console:remove_contract_council": FINANCE,
    "console:add_discount": FINANCE,
    "console:end_discount": FINANCE,
    "console:add_charge": FINANCE,
    "console:cancel_charge": FINANCE,
    "console:add_order": FINANCE,
    "console:close_order": FINANCE,
    "console:add_reading": FINANCE,
    "console:correct_reading": FINANCE,
}
"""Sign-in is the same as in a council; every other page of the console asks for a permission."""
