"""The two shipped packs, read once, as policies without tightening."""

from pathlib import Path

import pytest

from core.consent.pack_loading import load_packs
from core.consent.policy import Policy

CASES = Path(__file__).with_name("cases")


@pytest.fixture(scope="session")
def packs():
    return load_packs()


@pytest.fixture(scope="session")
def england(packs):
    return Policy(packs["gb-eng"])


@pytest.fixture(scope="session")
def victoria(packs):
    return Policy(packs["au-vic"])
