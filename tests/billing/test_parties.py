"""Who bills, who is billed and whom to write to: their numbers are checked, their fields are named."""

from __future__ import annotations

from uuid import uuid4

import pytest

from billing.actions.delivery import queue_invoice
from billing.actions.parties import add_contact, change_contact, end_contact, save_customer, save_entity
from billing.errors import BadValue, NotPossible, NotThere
from billing.models import Contact, Customer, Delivery, LegalEntity
from tenants.context import shared
from tests.factories.billing import AT, AU_ABN, GB_VAT, make_customer, make_entity, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

CUSTOMER = {
    "name": "Westshire", "legal_name": "Westshire County Council", "street": "1 High Street", "city": "Lichfield",
    "postcode": "ws136xx", "country": "GB", "tax_id": "GB 980 7806 84", "endpoint_scheme": "0088",
    "endpoint_id": "506 012 345 0008", "buyer_reference": "CC-42",
}  # fmt: skip
ENTITY = {
    "name": "Patchwork UK", "legal_name": "Patchwork Example Ltd", "street": "1 Example Street", "city": "Lichfield",
    "postcode": "WS13 6XX", "country": "GB", "tax_id": GB_VAT, "code": "PWUK", "currency": "GBP",
    "time_zone": "Europe/London", "email": "accounts@patchwork.example", "phone": "020 7946 0018",
    "account_name": "Patchwork Example", "sort_code": "000000", "account_number": "0001 2345",
    "iban": "GB82 WEST 1234 5698 7654 32",
}  # fmt: skip


def gln() -> str:
    from stdnum import ean

    return "506012345000" + ean.calc_check_digit("506012345000")


def customer(**given):
    with shared():
        return save_customer(values={**CUSTOMER, "endpoint_id": gln(), **given}, at=AT)


def test_a_customer_is_kept_with_its_numbers_as_they_are_written_everywhere(db):
    kept = customer()
    assert (kept.postcode, kept.tax_id, kept.endpoint_id) == ("WS13 6XX", GB_VAT, gln())


def test_a_customer_s_change_leaves_what_is_not_named(db):
    kept = customer()
    with shared():
        save_customer(customer_id=kept.id, values={"city": "Stafford"}, at=AT)
        kept.refresh_from_db()
    assert (kept.city, kept.street) == ("Stafford", "1 High Street")


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"name": ""}, "name", "Enter a name"),
        ({"legal_name": " "}, "legal_name", "registered"),
        ({"street": "a\x00"}, "street", "printed"),
        ({"postcode": "12345"}, "postcode", "UK postcode"),
        ({"country": "AU", "tax_id": ""}, "postcode", "four figures"),
        ({"country": "FR"}, "country", "Choose a country"),
        ({"tax_id": "GB980780685"}, "tax_id", "UK VAT number"),
        ({"endpoint_scheme": ""}, "endpoint_scheme", "give both, or none"),
        ({"endpoint_id": ""}, "endpoint_id", "give both, or none"),
        ({"endpoint_id": "5060123450001"}, "endpoint_id", "GLN"),
        ({"endpoint_id": "96385074"}, "endpoint_id", "GLN"),
        ({"endpoint_scheme": "0151", "endpoint_id": "51824753557"}, "endpoint_id", "ABN"),
        ({"endpoint_scheme": "9999"}, "endpoint_scheme", "Choose a kind"),
        ({"takes_einvoices": True, "endpoint_scheme": "", "endpoint_id": ""}, "endpoint_id", "Peppol"),
        ({"created_at": AT}, "created_at", "no such field"),
        ({"buyer_reference": "x" * 61}, "buyer_reference", "at most 60"),
    ],
)
def test_a_customer_that_can_t_be_is_refused_at_its_field(db, given, field, says):
    with pytest.raises(BadValue, match=says) as refused:
        customer(**given)
    assert refused.value.field == field
    with shared():
        assert not Customer.objects.exists()


def test_the_same_customer_sent_twice_is_kept_once(db):
    customer()
    with pytest.raises(BadValue, match="already"):
        customer(name="WESTSHIRE")


def test_an_australian_customer_is_kept_with_its_abn(db):
    kept = customer(country="AU", postcode="3220", tax_id="51 824 753 556", endpoint_scheme="0151", endpoint_id=AU_ABN)
    assert (kept.tax_id, kept.postcode) == (AU_ABN, "3220")


def entity(entity_id=None, **given):
    with shared():
        return save_entity(entity_id=entity_id, values={**ENTITY, **given})


def test_a_company_of_ours_is_kept_with_its_account(db):
    kept = entity()
    assert (kept.sort_code, kept.account_number, kept.iban) == ("00-00-00", "00012345", "GB82WEST12345698765432")
    assert kept.reminder_days == [7, 21, 45]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"tax_id": ""}, "tax_id"),
        ({"code": "pw uk"}, "code"),
        ({"currency": "EUR"}, "currency"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"email": "nobody"}, "email"),
        ({"phone": ""}, "phone"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "() -"}, "phone"),
        ({"sort_code": "12-34"}, "sort_code"),
        ({"account_number": "1234"}, "account_number"),
        ({"iban": "GB82WEST12345698765433"}, "iban"),
        ({"payment_days": -1}, "payment_days"),
        ({"payment_days": 9999}, "payment_days"),
        ({"reminder_days": [21, 7]}, "reminder_days"),
        ({"reminder_days": []}, "reminder_days"),
        ({"accounts": {"bank": ""}}, "accounts"),
    ],
)
def test_a_company_that_can_t_be_is_refused_at_its_field(db, given, field):
    with pytest.raises(BadValue) as refused:
        entity(**given)
    assert refused.value.field == field


def test_a_company_s_code_and_currency_are_chosen_once(db):
    kept = entity()
    for given in ({"code": "PWGB"}, {"currency": "AUD"}):
        with pytest.raises(BadValue, match="chosen once"):
            entity(kept.id, **given)


def test_a_company_that_has_billed_keeps_its_country(db):
    with shared():
        ours = make_entity()
        make_invoice()
        with pytest.raises(BadValue, match="chosen once") as refused:
            save_entity(entity_id=ours.id, values={"country": "AU"})
    assert refused.value.field == "country"


def test_two_companies_never_share_a_code(db):
    entity()
    with pytest.raises(BadValue, match="has this code") as refused:
        entity(name="Another")
    assert refused.value.field == "code"


def test_a_contact_is_added_changed_and_ended_once(db):
    with shared():
        payer = make_customer()
        one = add_contact(customer_id=payer.id, name="Ada", email="ada@council.example", phone="+441632960123")
        with pytest.raises(BadValue, match="already"):
            add_contact(customer_id=payer.id, name="Ada", email="ADA@council.example")
        change_contact(
            contact_id=one.id, name="Ada A", email="ada@council.example", gets_invoices=False, gets_reminders=True
        )
        assert end_contact(contact_id=one.id, at=AT).ended_at == AT
        assert end_contact(contact_id=one.id, at=AT.replace(year=2027)).ended_at == AT
        with pytest.raises(NotPossible):
            change_contact(contact_id=one.id, name="A", email="a@c.example", gets_invoices=True, gets_reminders=True)
        assert Contact.objects.get(id=one.id).gets_invoices is False


def test_what_is_not_there_can_t_be_changed(db):
    with shared():
        for act in (
            lambda: save_customer(customer_id=uuid4(), values={}, at=AT),
            lambda: save_entity(entity_id=uuid4(), values={}),
            lambda: add_contact(customer_id=uuid4(), name="A", email="a@c.example"),
            lambda: end_contact(contact_id=uuid4(), at=AT),
        ):
            with pytest.raises(NotThere):
                act()


def test_a_code_leaves_room_for_a_number_in_a_bank_s_reference():
    with shared():
        with pytest.raises(BadValue, match="2 to 6") as refused:
            save_entity(values={**ENTITY, "code": "PWUKXYZ"})
        assert refused.value.field == "code"
        kept = save_entity(values={**ENTITY, "code": "PWUKXY"})
        LegalEntity.objects.filter(id=kept.id).update(code="PWUKXYZ")  # chosen before that was so
        assert save_entity(entity_id=kept.id, values={"city": "Stafford"}).code == "PWUKXYZ"


def test_nothing_goes_out_to_a_contact_who_was_ended_meanwhile():
    with shared():
        invoice, other = make_invoice(), make_invoice()
        contact = Contact.objects.get(customer=invoice.customer)
        Contact.objects.create(customer=invoice.customer, name="Stays", email="stays@council.example")
        Contact.objects.create(customer=other.customer, name="There too", email=contact.email)
        queue_invoice(invoice_id=invoice.id, by=None, at=AT)
        queue_invoice(invoice_id=other.id, by=None, at=AT)
        Delivery.objects.filter(to=contact.email, invoice=invoice).update(state="failing")
        sent = Delivery.objects.create(kind="invoice", way="mail", customer=invoice.customer, invoice=invoice,
                                       to=contact.email, state="sent", queued_at=AT)  # fmt: skip
        end_contact(contact_id=contact.id, at=AT)
        states = {(one.customer_id, one.to, one.id == sent.id): one.state for one in Delivery.objects.all()}
        assert states == {
            (invoice.customer_id, contact.email, False): "stopped",
            (invoice.customer_id, contact.email, True): "sent",
            (invoice.customer_id, "stays@council.example", False): "waiting",
            (other.customer_id, contact.email, False): "waiting",
            (other.customer_id, Contact.objects.get(customer=other.customer, name__startswith="Pat").email, False):
                "waiting",
        }  # fmt: skip
        assert "no contact" in Delivery.objects.get(state="stopped").error
