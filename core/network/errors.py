"""What is said when something on a network can't be done. What may not be seen is not there: one error for both."""


class ClientNotFound(LookupError):
    """There is no such client here, or it is not one you can see."""


class InvolvementNotFound(LookupError):
    """There is no such line here, or it is not one you can change."""


class InvitationNotFound(LookupError):
    """There is no such invitation waiting for you."""


class PractitionerNotFound(LookupError):
    """There is no such colleague here."""


class AgencyNotFound(LookupError):
    """There is no such agency here."""


class NotPermitted(Exception):
    """This may not be done by this person. `sentence` is what they are told; `slug` is for the record."""

    slug = "not_permitted"
    sentence = "You cannot do that."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class NotCleared(NotPermitted):
    slug = "actor_not_cleared"
    sentence = "Your clearance or training has run out. Ask your council admin to record it; then you can join."


class AgreementMissing(NotPermitted):
    slug = "agency_agreement_missing"
    sentence = (
        "Your agency has no current sharing agreement, so it cannot join anyone's network. Ask your council admin."
    )


class NotYourService(NotPermitted):
    slug = "not_your_service"
    sentence = "Choose a service that you work in."


class AlreadyInvolved(NotPermitted):
    slug = "already_involved"
    sentence = "You are already on this client's network with this service."


class AlreadyEnded(NotPermitted):
    slug = "already_ended"
    sentence = "This has already ended."


class AlreadyShown(NotPermitted):
    slug = "already_shown"
    sentence = "Others can see this line already."


class EndBeforeStart(NotPermitted):
    slug = "end_before_start"
    sentence = "The end cannot be before the start, and not in the future."


class TooLateToUndo(NotPermitted):
    slug = "too_late_to_undo"
    sentence = "This can be undone for 10 minutes only. You can still change it on the client's page."


class NotShownYet(NotPermitted):
    slug = "not_shown_yet"
    sentence = "Your own line is not shown to others yet. Talk with the client and record it first."


class ConsentDoesNotReach(NotPermitted):
    slug = "consent_does_not_reach"
    sentence = "What the client agreed to does not reach this colleague's agency. Talk with the client about it first."


class LeadTaken(NotPermitted):
    slug = "lead_taken"
    sentence = "Someone else leads already. Ask them to hand the lead on to you."


class CannotLead(NotPermitted):
    slug = "cannot_lead"
    sentence = "Only someone whose line is shown to the whole network can lead."


class NotTheLead(NotPermitted):
    slug = "not_the_lead"
    sentence = "Only the lead practitioner can do that."


class MayNotSearch(NotPermitted):
    slug = "may_not_search"
    sentence = "You cannot look for clients. Ask your council admin."


class LooksListed(Exception):
    """Somebody who is listed looks like the person being added: it is for a person to say whether they are one."""


class ApprovalNotFound(LookupError):
    """There is nothing of that kind waiting for you."""


class AlreadyDecided(NotPermitted):
    slug = "already_decided"
    sentence = "Someone else has decided this in the meantime. Nothing you chose was saved."


class AlreadySaid(NotPermitted):
    slug = "already_said"
    sentence = "You have said yes already. Someone else must say it too."


class OwnRequest(NotPermitted):
    slug = "own_request"
    sentence = "You asked for this yourself, so someone else must decide it."


class CannotBeApproved(NotPermitted):
    slug = "cannot_be_approved"
    sentence = "As things stand today, the law does not let this be shown. Ask back, or refuse."


class StandInNotFound(LookupError):
    """There is no such stand-in here."""


class StandInDatesWrong(NotPermitted):
    slug = "stand_in_dates"
    sentence = "The last day cannot be before the first, and not before today."


class ClientIsShielded(NotPermitted):
    slug = "client_shielded"
    sentence = "This client is shielded: only the information-governance officer names more people."


class AlreadyShielded(NotPermitted):
    slug = "already_shielded"
    sentence = "This client is shielded already."


class KnowsThemPrivately(NotPermitted):
    slug = "knows_them_privately"
    sentence = "They know this client privately, so they cannot be named."


class ReviewInThePast(NotPermitted):
    slug = "review_in_the_past"
    sentence = "Choose today or a day to come."


class NotAnOfficer(LookupError):
    """There is no such page for somebody who does not hold the role."""


class ShieldNotFound(LookupError):
    """There is no such shield here."""


class SightNotFound(LookupError):
    """There is no such record here, or it is not one you may see for a limited time."""


class ReasonNotUsable(NotPermitted):
    slug = "reason_not_usable"
    sentence = "Say in a few words why you need it now."


class SessionNotListed(NotPermitted):
    slug = "session_not_listed"
    sentence = "Sign in again, and then ask once more."


class OwnSight(NotPermitted):
    slug = "own_sight"
    sentence = "This was you, so someone else must review it."


class TooManyMessages(NotPermitted):
    slug = "too_many_messages"
    sentence = "You have sent as many messages as one person may in a day. Ring the broker if it cannot wait."


class MessageNotFound(LookupError):
    """There is no such message waiting for you."""


class ConflictNotFound(LookupError):
    """There is no such record here."""
