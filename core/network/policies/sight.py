"""Who sees which line: the decision procedure's `view` as SQL. A property test holds the two against each other.

A line is seen by its own practitioner, by the manager of its service, and by people on the network whose agency it was
published to. A shielded client's lines are seen by those of them who are assigned. Limited sight shows what the network
sees, and nothing sensitive. Nobody else learns that a line is there, but where the pack masks: there they learn that
one is, and no more.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from core import clock
from core.consent.decision import RELATIONSHIP_ROLES
from core.consent.pack import NOT_SHIELDED, STANDARD_CLASS, OtherViewers
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.directory.viewers import Viewer
from core.network.choices import Answer, EndReason, PublicationEnd, Visibility
from core.network.models import Involvement, NetworkInvitation, Publication, PublicationRecipient
from core.network.policies.standing import Standing, standing_of
from tenants.base_model import TenantQuerySet

_SERVICE_TYPE = "service__service_type__"


def visible_to(viewer: Viewer) -> TenantQuerySet[Involvement]:
    """The open involvements this viewer may see, whoever the client."""
    standing, policy = standing_of(viewer), policy_in_force(clock.today())
    lines = _but_for(standing, Involvement.objects.filter(ended_on=None, client__removed_at=None))
    if not (viewer.is_cleared and viewer.has_agreement):
        return lines.filter(_answers_for(viewer))
    seen = _answers_for(viewer) | (_unshielded(standing) & is_related(viewer, "client_id") & _is_shown(viewer, policy))
    if standing.limited:
        shown = Exists(_live(policy).filter(involvement_id=OuterRef("pk")))
        seen |= Q(client_id__in=standing.limited) & is_standard(policy) & Q(shown)
    return lines.filter(seen)


def can_see(viewer: Viewer, involvement: Involvement) -> bool:
    """Whether this viewer may see this involvement. One query."""
    return visible_to(viewer).filter(id=involvement.id).exists()


def masked_to(viewer: Viewer) -> TenantQuerySet[Involvement]:
    """The lines of which this viewer may know that one is there, and nothing else: none, unless the policy masks.

    They are published, sensitive, and of a class that is not always hidden; the viewer is on the network and their
    agency was not named. How many there are is never told.
    """
    policy = policy_in_force(clock.today())
    sensitive = policy.rules.sensitive
    lines = Involvement.objects.filter(ended_on=None, client__removed_at=None)
    if sensitive.other_viewers is not OtherViewers.MASKED or not (viewer.is_cleared and viewer.has_agreement):
        return lines.none()
    standing = standing_of(viewer)
    live = _live(policy).filter(involvement_id=OuterRef("pk"))
    named = _reached(policy).filter(agency_id=viewer.agency_id, publication__involvement_id=OuterRef("pk"))
    return (
        _but_for(standing, lines)
        .exclude(_answers_for(viewer))
        .filter(_unshielded(standing) & is_related(viewer, "client_id") & ~is_standard(policy))
        .filter(Exists(live), ~Exists(named))
        .exclude(_of_a_class(policy, frozenset(sensitive.hidden_always)))
    )


def past_visible_to(viewer: Viewer) -> TenantQuerySet[Involvement]:
    """The ended involvements still shown to this viewer: those they saw when they ended, for as long as the pack says.

    What was recorded in error is shown to nobody.
    """
    today = clock.today()
    policy = policy_in_force(today)
    days = policy.pack.retention.get("visible_after_end_days", 0)
    lines = Involvement.objects.filter(
        ended_on__gte=today - timedelta(days=days), client__removed_at=None, client__closed_on=None
    ).exclude(end_reason=EndReason.RECORDED_IN_ERROR)
    standing = standing_of(viewer)
    lines = _but_for(standing, lines)
    if not (viewer.is_cleared and viewer.has_agreement):
        return lines.filter(_answers_for(viewer))
    reached = _to_agencies(
        policy,
        publication__end_reason=PublicationEnd.INVOLVEMENT_ENDED,
        **{f"publication__{name}": value for name, value in _today(policy, today).items()},
    ).filter(agency_id=viewer.agency_id, publication__involvement_id=OuterRef("pk"))
    return lines.filter(
        _answers_for(viewer) | (_unshielded(standing) & is_related(viewer, "client_id") & Exists(reached))
    )


def is_related(viewer: Viewer, client_field: str) -> Q:
    """As SQL: involved with the client of `client_field`, invited and accepted, or of a function that stands for it.

    `client_field` is the column that holds the client's id in the query this is put into.
    """
    if RELATIONSHIP_ROLES & (viewer.functions | viewer.roles):
        return Q(pk__isnull=False)
    of_client = {"client_id": OuterRef(client_field)}
    return Q(Exists(Involvement.objects.filter(practitioner_id=viewer.id, ended_on=None, **of_client))) | Q(
        Exists(NetworkInvitation.objects.filter(practitioner_id=viewer.id, answer=Answer.ACCEPTED, **of_client))
    )


def agencies_reached(involvement_id: UUID) -> TenantQuerySet[PublicationRecipient]:
    """For one line: the agencies to whose people on the network it is shown now, as recipients.

    Of a shielded client's line nobody is told, assigned or not.
    """
    return _reached(policy_in_force(clock.today())).filter(
        publication__involvement_id=involvement_id, publication__involvement__client__shield=NOT_SHIELDED
    )


def is_standard(policy: Policy, through: str = "") -> Q:
    """As SQL: a line whose service is not sensitive under this policy. `through` leads to the line."""
    service_type = through + _SERVICE_TYPE
    standard = Q(**{f"{service_type}sensitivity": STANDARD_CLASS})
    return standard & ~Q(**{f"{service_type}code__in": sorted(policy.kept_close)}) if policy.kept_close else standard


def _of_a_class(policy: Policy, classes: frozenset[str]) -> Q:
    """As SQL: a line whose service is of one of these classes under this policy."""
    own = Q(**{f"{_SERVICE_TYPE}sensitivity__in": sorted(classes)})
    kept = sorted(code for code, cls in policy.tightening.classes.items() if cls in classes)
    made = {f"{_SERVICE_TYPE}sensitivity": STANDARD_CLASS, f"{_SERVICE_TYPE}code__in": kept}
    return own | Q(**made) if kept else own


def _but_for(standing: Standing, lines: TenantQuerySet[Involvement]) -> TenantQuerySet[Involvement]:
    """A relative or friend of the client sees nothing of them here, not even a line of their own."""
    return lines.exclude(client_id__in=standing.conflicts) if standing.conflicts else lines


def _answers_for(viewer: Viewer) -> Q:
    return Q(practitioner_id=viewer.id) | Q(service_id__in=viewer.managed_service_ids)


def _unshielded(standing: Standing) -> Q:
    plain = Q(client__shield=NOT_SHIELDED)
    return plain | Q(client_id__in=standing.assigned) if standing.assigned else plain


def _live(policy: Policy) -> TenantQuerySet[Publication]:
    """Publications that show a line today: not ended, not past their day, on a basis this council uses today."""
    return Publication.objects.filter(ended_at=None, **_today(policy, clock.today()))


def _is_shown(viewer: Viewer, policy: Policy) -> Q:
    """As SQL: published to the viewer's agency today; a sensitive line only by a publication for named agencies.

    The line's own service says whether it is sensitive: the publications need not lead back to it, which is what made
    sight dear.
    """
    to_us = PublicationRecipient.objects.filter(
        agency_id=viewer.agency_id, publication__involvement_id=OuterRef("pk"), **_live_through_publication(policy)
    )
    by_name = to_us.filter(publication__visibility=Visibility.NAMED_ONLY)
    return (is_standard(policy) & Q(Exists(to_us))) | Q(Exists(by_name))


def _live_through_publication(policy: Policy) -> dict[str, object]:
    today = _today(policy, clock.today())
    return {"publication__ended_at": None, **{f"publication__{name}": value for name, value in today.items()}}


def _reached(policy: Policy) -> TenantQuerySet[PublicationRecipient]:
    return _to_agencies(policy, **_live_through_publication(policy))


def _to_agencies(policy: Policy, **publication: object) -> TenantQuerySet[PublicationRecipient]:
    """Recipients of such publications: of a sensitive line only where it was published to named agencies."""
    return PublicationRecipient.objects.filter(
        is_standard(policy, "publication__involvement__") | Q(publication__visibility=Visibility.NAMED_ONLY),
        **publication,
    )


def _today(policy: Policy, today: date) -> dict[str, object]:
    return {"review_by__gte": today, "basis__in": sorted(policy.in_force(today))}
