"""Who pays, whom to write to there, and which of our companies bill."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.actions.finance import parties as actions
from console.doors import OperatorRequest
from console.pages.answers import page_number, pages_of
from console.pages.finance.doors import GET_AND_POST, carried_out, done_at_once, filled, finance_page
from console.pages.finance.parties_forms import (
    ContactForm,
    CustomerFilterForm,
    CustomerForm,
    EntityForm,
    accounts_text,
    days_text,
)
from console.pages.finance.shown import money_form, money_page
from console.queries.finance.parties import (
    contact_of,
    customer_list,
    customer_page,
    customer_values,
    entity_lines,
    entity_values,
)
from core import clock
from ui.filters import phone


@require_safe
@finance_page
def customers(request: OperatorRequest) -> HttpResponse:
    """Every customer by name, 50 a page; narrowed by name, town or tax number."""
    form = CustomerFilterForm(request.GET or None)
    fits = form.is_bound and form.is_valid()
    q = form.cleaned_data["q"].strip() if fits else ""
    found = customer_list(q, page=page_number(request))
    return money_page(
        request, "customers", form=form, page=found, is_narrowed=bool(q),
        pages=pages_of(reverse("console:finance_customers"), {"q": q}, found.page, has_next=found.page < found.pages),
        status=422 if form.is_bound and not fits else 200,
    )  # fmt: skip


@require_safe
@finance_page
def customer(request: OperatorRequest, customer_id: UUID) -> HttpResponse:
    """One customer: its address and numbers, its contacts, contracts, and what it owes."""
    return money_page(request, "customer", page=customer_page(customer_id, on=clock.today()))


@require_http_methods(GET_AND_POST)
@finance_page
def add_customer(request: OperatorRequest) -> HttpResponse:
    """Make a customer known."""
    form = CustomerForm(filled(request))
    made: list[UUID] = []
    if carried_out(form, lambda said: made.append(actions.save_customer(**said, by=request.operator).id)):
        messages.success(request, _("Added. Now say whom to write to there."))
        return redirect("console:finance_customer", made[0])
    back = (_("Back to customers"), reverse("console:finance_customers"))
    return money_form(request, "form", form, heading=_("Add a customer"), back=back)


@require_http_methods(GET_AND_POST)
@finance_page
def change_customer(request: OperatorRequest, customer_id: UUID) -> HttpResponse:
    """Change a customer. What was issued keeps what it said."""
    found = customer_values(customer_id)
    form = CustomerForm(filled(request), initial=found)
    if carried_out(form, lambda said: actions.save_customer(customer_id=customer_id, **said, by=request.operator)):
        messages.success(request, _("Changed. Invoices say it from the next one on."))
        return redirect("console:finance_customer", customer_id)
    back = (_("Back to the customer"), reverse("console:finance_customer", args=[customer_id]))
    return money_form(
        request, "form", form, heading=_("Change the customer"), caption=found["name"], back=back,
        intro=_("What was issued keeps what it said. Drafts have to be drafted again."),
    )  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def add_contact(request: OperatorRequest, customer_id: UUID) -> HttpResponse:
    """Add someone to write to."""
    found = customer_values(customer_id)
    form = ContactForm(
        filled(request), country=found["country"], initial={"gets_invoices": True, "gets_reminders": True}
    )
    if carried_out(form, lambda said: actions.add_contact(customer_id=customer_id, **said, by=request.operator)):
        messages.success(request, _("Added."))
        return redirect("console:finance_customer", customer_id)
    back = (_("Back to the customer"), reverse("console:finance_customer", args=[customer_id]))
    return money_form(request, "form", form, heading=_("Add a contact"), caption=found["name"], back=back)


@require_http_methods(GET_AND_POST)
@finance_page
def change_contact(request: OperatorRequest, contact_id: UUID) -> HttpResponse:
    """Change whom to write to."""
    found = contact_of(contact_id)
    names = ("name", "email", "gets_invoices", "gets_reminders")
    initial = {name: getattr(found, name) for name in names} | {"phone": phone(found.phone, found.country)}
    form = ContactForm(filled(request), country=found.country, initial=initial)
    if carried_out(form, lambda said: actions.change_contact(contact_id=contact_id, **said, by=request.operator)):
        messages.success(request, _("Changed."))
        return redirect("console:finance_customer", found.customer_id)
    return money_form(
        request, "form", form, heading=_("Change a contact"), caption=found.customer,
        back=(_("Back to the customer"), reverse("console:finance_customer", args=[found.customer_id])),
        more={"action": reverse("console:end_contact", args=[contact_id]), "text": _("No longer write to them"),
              "why": _("Someone who left gets nothing more. What was sent to them stays on record.")},
    )  # fmt: skip


@require_POST
@finance_page
def end_contact(request: OperatorRequest, contact_id: UUID) -> HttpResponse:
    """Write to someone no longer."""
    found = contact_of(contact_id)
    return done_at_once(
        request, lambda: actions.end_contact(contact_id=contact_id, by=request.operator),
        _("Nothing is sent to %(name)s any more.") % {"name": found.name}, "console:finance_customer",
        found.customer_id,
    )  # fmt: skip


@require_safe
@finance_page
def our_companies(request: OperatorRequest) -> HttpResponse:
    """Which companies of ours bill."""
    return money_page(request, "entities", lines=entity_lines())


@require_http_methods(GET_AND_POST)
@finance_page
def add_entity(request: OperatorRequest) -> HttpResponse:
    """Make a company of ours known that bills."""
    form = EntityForm(filled(request), initial={"payment_days": 30, "reminder_days": "7, 21, 45"})
    if carried_out(form, lambda said: actions.save_entity(**said, by=request.operator)):
        messages.success(request, _("Added."))
        return redirect("console:finance_entities")
    back = (_("Back to who bills"), reverse("console:finance_entities"))
    return money_form(request, "form", form, heading=_("Add a company that bills"), back=back)


@require_http_methods(GET_AND_POST)
@finance_page
def change_entity(request: OperatorRequest, entity_id: UUID) -> HttpResponse:
    """Change a company of ours. Its code and its currency stay."""
    found = entity_values(entity_id)
    initial = found | {
        "phone": phone(found["phone"], found["country"]),
        "reminder_days": days_text(found["reminder_days"]), "accounts": accounts_text(found["accounts"]),
    }  # fmt: skip
    form = EntityForm(filled(request), is_new=False, initial=initial)
    if carried_out(form, lambda said: actions.save_entity(entity_id=entity_id, **said, by=request.operator)):
        messages.success(request, _("Changed. Invoices say it from the next one on."))
        return redirect("console:finance_entities")
    back = (_("Back to who bills"), reverse("console:finance_entities"))
    return money_form(
        request, "form", form, heading=_("Change who bills"), caption=found["name"], back=back,
        intro=_("What was issued keeps what it said."),
    )  # fmt: skip
