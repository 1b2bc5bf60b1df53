"""What each event is called in the log: one table. A test fails for a slug that is written and has no words here."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.audit.choices import Outcome

WORDS: Final[dict[str, str | Promise]] = {
    # sign-in
    "accounts.account.closed": _("Closed an account"),
    "accounts.account.made": _("Made an account"),
    "accounts.account.opened": _("Reopened an account"),
    "accounts.code.refused": _("Gave a wrong code"),
    "accounts.factor.added": _("Added a second factor"),
    "accounts.factor.removed": _("Removed a second factor"),
    "accounts.factor.renamed": _("Renamed a second factor"),
    "accounts.invitation.accepted": _("Accepted an invitation"),
    "accounts.invitation.made": _("Sent an invitation"),
    "accounts.invitation.withdrawn": _("Took an invitation back"),
    "accounts.page.refused": _("Asked for a page that their roles do not open"),
    "accounts.password.changed": _("Changed their password"),
    "accounts.password.reset_mailed": _("Was sent a link to choose a new password"),
    "accounts.recovery_code.used": _("Used a recovery code"),
    "accounts.recovery_codes.made": _("Made new recovery codes"),
    "accounts.session.ended": _("Ended a session of theirs"),
    "accounts.session.timed_out": _("Was signed out after a while"),
    "accounts.sign_in.refused": _("Could not sign in"),
    "accounts.sign_in.reset": _("Had somebody set up their sign-in anew"),
    "accounts.signed_in": _("Signed in"),
    "accounts.signed_out": _("Signed out"),
    # operators
    "console.operator.changed": _("Tried to change an operator"),
    "console.operator.closed": _("Closed an operator's account"),
    "console.operator.demo_opened": _("Opened an invented operator's account"),
    "console.operator.invited": _("Invited an operator"),
    "console.operator.invited_again": _("Invited an operator to set up their sign-in anew"),
    "console.operator.reopened": _("Reopened an operator's account"),
    "console.operator.roles_changed": _("Changed an operator's roles"),
    "console.log.exported": _("Exported the log"),
    # two people
    "console.proposal.approved": _("Approved a proposal"),
    "console.proposal.decided": _("Tried to decide a proposal"),
    "console.proposal.expired": _("A proposal ran out undecided"),
    "console.proposal.made": _("Made a proposal"),
    "console.proposal.refused": _("Refused a proposal"),
    "console.proposal.withdrawn": _("Withdrew a proposal"),
    # councils
    "console.certificate.seen": _("Opened the certificate of a deletion"),
    "console.council.created": _("Asked for a new council"),
    "console.council.deleted": _("A council was deleted"),
    "console.council.deletion_begun": _("Began the wait before a deletion"),
    "console.council.deletion_ordered": _("Asked for a deletion whose wait is over"),
    "console.council.exit_copy_ordered": _("Ordered an exit copy"),
    "console.council.live_asked": _("Asked for a council to go live"),
    "console.council.numbers_seen": _("Looked at a council's numbers"),
    "console.council.kept": _("Called a deletion off"),
    "console.council.renamed": _("Changed a council's hosts"),
    "console.council.resumed": _("Let a suspended council work again"),
    "console.council.seen": _("Opened a council's page"),
    "console.council.suspended": _("Suspended a council"),
    "console.council.template_marked": _("Marked a council as a template"),
    "console.council.template_unmarked": _("Took a council off the templates"),
    "console.council.tried_again": _("Tried again to make a council"),
    "console.order.placed": _("Asked its deployment for something"),
    "console.order.placed_again": _("Asked again for what had failed"),
    "console.support.asked": _("Asked for support access"),
    "console.support.sent": _("Passed a request for support access on to the council"),
    # deployments and onboarding
    "console.deployment.added": _("Added a deployment"),
    "console.deployment.changed": _("Changed a deployment"),
    "console.deployment.closed": _("Closed a deployment to new councils"),
    "console.deployment.opened": _("Opened a deployment to new councils"),
    "console.deployment.tested": _("Tested the connection to a deployment"),
    "console.fleet.asked": _("Asked a deployment to bring its councils to its release"),
    "console.fleet.not_asked": _("A deployment could not be asked to bring its councils to its release"),
    "console.onboarding.answered": _("Answered a task of a new council"),
    "console.onboarding.copied": _("Copied a template into a new council"),
    "console.onboarding.discarded": _("Discarded a new council's preparation"),
    "console.onboarding.started": _("Began to prepare a new council"),
    # law packs and releases
    "console.agreement.recorded": _("Recorded a council's agreement"),
    "console.pack.sent": _("Sent a law pack's sign-off to deployments"),
    "console.pack.signed": _("Recorded a law pack's sign-off"),
    "console.delivery.sent_again": _("Sent an invoice or statement again"),
    "console.delivery.stopped": _("Gave up on sending an invoice or statement"),
    "console.invoice.sent": _("Sent an invoice or credit note"),
    "console.statement.sent": _("Sent a customer its statement"),
    "console.release.offered": _("Offered a release"),
    "console.release.offered_again": _("Offered a release again"),
    "console.release.prepared": _("Prepared a release"),
    # runs, drafts and what is issued
    "console.credit_note.drafted": _("Drafted a credit note"),
    "console.draft.allowed": _("Let an invoice be issued although its purchase order is short or missing"),
    "console.draft.discarded": _("Threw a draft away"),
    "console.draft.made_again": _("Drafted an invoice again"),
    "console.draft.noted": _("Changed the note on a draft"),
    "console.draft.reviewed": _("Reviewed a draft"),
    "console.invoice.bills_again": _("Had what an invoice billed be billed again"),
    "console.invoice.issued": _("Issued an invoice or credit note"),
    "console.invoice_run.issued": _("Had a run's drafts issued"),
    "console.invoice_run.reviewed": _("Reviewed a run's drafts"),
    "console.invoice_run.started": _("Started an invoice run"),
    "console.invoice_run.stopped": _("Stopped issuing a run's drafts"),
}


def words_for(slug: str, outcome: str) -> str | Promise:
    """What the log calls this event; a slug without words stands for itself."""
    words = WORDS.get(slug, slug)
    if outcome == Outcome.REFUSED and not slug.endswith(".refused"):
        return _("Refused: %(what)s") % {"what": words}
    return words
