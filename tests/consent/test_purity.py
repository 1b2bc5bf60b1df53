"""The procedure depends on its arguments alone: no framework is loaded to decide, offer routes or read a pack."""

import subprocess
import sys

import pytest

PURE = [
    "decision",
    "pack",
    "pack_changes",
    "pack_loading",
    "policy",
    "policy_moving",
    "request",
    "routes",
    "conversation",
    "evidence",
    "cases",
    "verdict",
]


@pytest.mark.parametrize("module", PURE)
def test_no_framework_is_loaded_by_the_rules_of_consent(module):
    code = (
        f"import sys, core.consent.{module};"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'django', 'tenants', 'psycopg', 'celery'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
