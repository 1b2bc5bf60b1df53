"""Tax numbers: their check digits are checked, and a wrong one is refused with a sentence at its field."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.errors import BadValue
from billing.identifiers import tax_id

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure


@pytest.mark.parametrize("typed", ["GB 980 7806 84", "gb980780684", "980780684", " GB980 780 684 "])
def test_a_vat_number_is_kept_with_its_country_and_without_spaces(typed):
    assert tax_id(typed, country="GB") == "GB980780684"


def test_an_abn_is_kept_without_spaces():
    assert tax_id("51 824 753 556", country="AU") == "51824753556"


def test_no_number_stays_none():
    assert tax_id("  ", country="GB") == ""


@pytest.mark.parametrize(
    ("typed", "country", "says"),
    [
        ("GB980780685", "GB", "UK VAT number"),
        ("51824753556", "GB", "UK VAT number"),
        ("51824753557", "AU", "ABN"),
        ("GB980780684", "AU", "ABN"),
        ("12", "AU", "ABN"),
        ("GB98078068४", "GB", "UK VAT number"),
    ],
)
def test_a_number_whose_digits_do_not_fit_is_refused(typed, country, says):
    with pytest.raises(BadValue) as refused:
        tax_id(typed, country=country, field="tax_id")
    assert says in str(refused.value)
    assert refused.value.field == "tax_id"


@UNHURRIED
@given(st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_figure_of_an_abn_is_always_found(place, off):
    digits = [int(one) for one in "51824753556"]
    digits[place] = (digits[place] + off) % 10
    with pytest.raises(BadValue):
        tax_id("".join(map(str, digits)), country="AU")
