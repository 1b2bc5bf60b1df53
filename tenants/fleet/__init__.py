"""Every council of a deployment: which are behind, bringing them forward, and jobs over all of them.

Asked first, compiled once, replayed in each council's own transaction, with a ledger that tells what was done: a run
can be killed at any point and gone on with, and one council that fails stops no other. `schemas` knows one schema;
this knows all of them.
"""

from __future__ import annotations

from tenants.fleet.jobs import run_job
from tenants.fleet.running import FleetResult, migrate_councils, migrate_shared
from tenants.fleet.standing import behind

__all__ = ["FleetResult", "behind", "migrate_councils", "migrate_shared", "run_job"]
