"""Finance's first page: what waits, what is open, and what was billed and counted month by month."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.money import SIGNS
from console.doors import OperatorRequest
from console.pages.finance.doors import finance_page
from console.pages.finance.shown import money_page
from console.queries.finance.home import FinanceHome, finance_home
from ui.month_chart import MonthValue, month_chart


@require_safe
@finance_page
def index(request: OperatorRequest) -> HttpResponse:
    """What waits for finance, and the last twelve months as pictures with a table beside each."""
    page = finance_home()
    return money_page(
        request, "home", page=page, revenue=_revenue(page),
        usage=month_chart(
            title=_("Active practitioners by month"), first=page.first, last=page.last,
            values=[MonthValue(one.month, one.practitioners) for one in page.counted],
        ),
    )  # fmt: skip


def _revenue(page: FinanceHome) -> list[tuple[str, object, object]]:
    """A picture a currency: its code, the picture, and its months."""
    return [
        (currency, month_chart(
            title=_("Billed by month in %(currency)s, before tax") % {"currency": currency},
            first=page.first, last=page.last, prefix=SIGNS.get(currency, f"{currency} "),
            values=[MonthValue(one.month, one.net) for one in months],
        ), months)
        for currency, months in page.billed.items()
    ]  # fmt: skip
