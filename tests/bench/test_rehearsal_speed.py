"""How long the rehearsal of a policy takes at a council's full size, when every line has to be looked at. Asserts no time."""

from __future__ import annotations

import json

import pytest

from tests.bench.test_speed import big

__all__ = ["big"]
pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

REHEARSE = """
import json, resource, sys, time
from core import clock
from core.accounts.models import User
from core.consent.models import PolicyDraft, PolicyRehearsal
from core.network.rehearsal import ask_rehearsal, work_off
from tenants.context import inside
from tenants.queries import council_named

council = council_named("Amber")
DRAFTS = {
    "a service kept close": {"classes": {"family.help": "mental_health"}},
    "a shorter review": {"review_days": {"en.family_help_agreement": 340}},
    "more evidence": {"more_fields": {"en.family_help_agreement": ["purpose"]}, "standard_consent_days": 350},
}
for name, tightening in DRAFTS.items():
    with inside(council):
        PolicyDraft.objects.all().delete()
        draft = PolicyDraft.objects.create(
            tightening={"bases_off": ["en.s16la"], **tightening}, created_at=clock.now(), updated_at=clock.now(),
            updated_by_id=(user := User.objects.get(id=sys.argv[1])).id,
        )
        ask_rehearsal(draft_id=draft.id, on=clock.today(), by=user)
    begun = time.perf_counter()
    work_off(council)
    spent = time.perf_counter() - begun
    with inside(council):
        done = PolicyRehearsal.objects.get()
        assert done.state == "done", done.state
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps([name, done.lines, spent, done.counts["lost"], done.counts["sooner"], peak]))
"""


def test_rehearsal_of_a_whole_council(big):
    own, _schema, filled, _cookies = big
    said = own.python(REHEARSE.replace("sys.argv[1]", f'"{filled.user_id}"')).stdout.splitlines()
    print("\nrehearsing a policy that touches every line:")
    rows = [json.loads(line) for line in said if line.startswith("[")]
    for name, lines, seconds, lost, sooner, peak in rows:
        print(
            f"  {name:22} {lines} lines in {seconds:6.1f} s, {lines / seconds:7.0f} a second;"
            f" {lost} lost, {sooner} sooner; {peak} MB at most"
        )
    assert len(rows) == 3
