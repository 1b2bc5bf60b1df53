"""What a council calls things comes from its pack."""

from __future__ import annotations

import pytest

from tenants.context import inside
from tests.factories import make_client, make_involvement, make_service, make_viewer
from tests.factories.site import Site


@pytest.mark.parametrize(
    ("council", "word", "status"), [("amber", "lead practitioner", "s11"), ("coral", "key worker", "ise")]
)
def test_whoever_coordinates_is_called_as_the_pack_says(amber, coral, council, word, status):
    here = {"amber": amber, "coral": coral}[council]
    with inside(here):
        viewer = make_viewer(make_service(statuses=[status]))
        led, unled = make_client(), make_client()
        make_involvement(led, viewer, is_lead=True)
        make_involvement(unled, viewer)
    site = Site(here).sign_in(viewer)
    assert f">{word}<" in site.get(f"/clients/{led.id}").content.decode().replace("\n", "").replace("  ", "")
    assert f"No {word}" in site.get(f"/clients/{unled.id}").content.decode()
