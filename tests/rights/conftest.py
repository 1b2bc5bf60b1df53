"""The shipped packs, read once."""

import pytest

from core.consent.pack_loading import load_packs


@pytest.fixture(scope="session")
def packs():
    return load_packs()
