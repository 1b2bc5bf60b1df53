"""What is issued can't be changed: PostgreSQL refuses the service's own role."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connections, transaction

from tenants.context import shared
from tests.billing.runs import billed, read
from tests.factories.billing import make_book, make_contract

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

TABLES = ("invoice", "invoiceline", "invoicedocument", "allocation", "payment", "writeoff", "usagereading", "pricebook")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE shared.billing_{} SET id = id", "DELETE FROM shared.billing_{}"])
def test_the_service_s_role_can_neither_change_nor_delete(db, table, statement):
    with shared():
        with connections["console"].cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("pw_console",)
        refused = pytest.raises(DatabaseError, match="permission denied")
        with refused, transaction.atomic(using="console"), connections["console"].cursor() as cursor:
            cursor.execute(statement.format(table))


def test_an_issued_invoice_is_neither_saved_again_nor_deleted(db):
    with shared():
        make_book()
        contract = make_contract()
        read(contract, date(2026, 1, 1))
        invoice = billed(contract, date(2026, 1, 1))
        invoice.net += 1
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(using="console"):
            invoice.save()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(using="console"):
            invoice.lines.all().delete()
        invoice.refresh_from_db()
        assert invoice.lines.count() == 2
        assert invoice.net == sum(line.net for line in invoice.lines.all())
