"""How long what is held about a client is kept, by the pack's `[retention]`. Pure; nothing ends early.

A client nobody supports any more is closed; with that the archive begins. The record is deleted `archive_years` later,
and not before the client would be `archive_min_age`; evidence of consent and the audit have years of their own from the
same day. The record is the last to go, since evidence and audit are found by it (regimes, sections 3.5 and 4.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.rights.choices import DeletionRule
from core.rights.clocks import years_after


@dataclass(frozen=True)
class Periods:
    """The periods of one pack, in days and years."""

    visible_after_end_days: int
    closed_client_after_days: int
    archive_years: int
    archive_min_age: int
    audit_years: int
    consent_evidence_years: int

    def closes_on(self, last_supported_on: date) -> date:
        """The day on which a client whom nobody has supported since is closed."""
        return last_supported_on + timedelta(days=self.closed_client_after_days)

    def due_on(self, rule: DeletionRule, archived_on: date, latest_birth: date) -> date:
        """The first day on which `rule` lets rows go. `latest_birth` is the latest day the client can be born."""
        audit = years_after(archived_on, self.audit_years)
        evidence = years_after(archived_on, self.consent_evidence_years)
        if rule == DeletionRule.AUDIT:
            return audit
        if rule == DeletionRule.EVIDENCE:
            return evidence
        of_age = years_after(latest_birth, self.archive_min_age)
        return max(years_after(archived_on, self.archive_years), of_age, evidence, audit)

    def shortest(self) -> int:
        """The years after which the first of it all may go: the record itself is always the last."""
        return min(self.audit_years, self.consent_evidence_years)


def periods_of(retention: Mapping[str, int]) -> Periods:
    """A pack's `[retention]`; evidence is kept as long as the audit where the pack does not say."""
    return Periods(
        visible_after_end_days=retention["visible_after_end_days"],
        closed_client_after_days=retention["closed_client_after_days"],
        archive_years=retention["archive_years"],
        archive_min_age=retention.get("archive_min_age", 0),
        audit_years=retention["audit_years"],
        consent_evidence_years=retention.get("consent_evidence_years", retention["audit_years"]),
    )


def latest_birth(*, birth_date: date | None, age_from: int | None, noted_on: date | None, listed_on: date) -> date:
    """The latest day on which a client can have been born: not after an age noted then, nor after they were listed."""
    if birth_date is not None:
        return birth_date
    if age_from is None or noted_on is None:
        return listed_on
    return _years_before(noted_on, age_from)


def _years_before(day: date, number: int) -> date:
    try:
        return day.replace(year=day.year - number)
    except ValueError:
        return date(day.year - number, 3, 1)
