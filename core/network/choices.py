"""Why an involvement ended, how far a publication reaches, what became of an invitation. Slugs are stored for ever."""

from django.db import models


class EndReason(models.TextChoices):
    """Reasons come from this list: no free text about a client."""

    NEED_MET = "need_met", "Our part is done"
    MOVED_AWAY = "moved_away", "The client moved away"
    HANDED_OVER = "handed_over", "Handed over to a colleague"
    DECLINED = "declined", "The client no longer wants our help"
    AGE = "age", "The client has grown out of our age range"
    RECORDED_IN_ERROR = "recorded_in_error", "Recorded in error"
    ENDED_ELSEWHERE = "ended_elsewhere", "It ended in the system it was imported from"

    @classmethod
    def offered(cls) -> list[tuple[str, str]]:
        """The reasons that people choose from; the last one is an import's alone."""
        return [(value, label) for value, label in cls.choices if value != cls.ENDED_ELSEWHERE]


class Visibility(models.TextChoices):
    """Whom a publication reaches: the pack's words."""

    NETWORK = "network", "The client's network"
    NAMED_ONLY = "named_only", "Named agencies only"


class PublicationEnd(models.TextChoices):
    """Why a publication is no longer live."""

    REPLACED = "replaced", "Replaced by a newer decision"
    WITHDRAWN = "withdrawn", "The client withdrew"
    INVOLVEMENT_ENDED = "involvement_ended", "The involvement ended"
    EXPIRED = "expired", "Its review day passed"
    AGE = "age", "The client is of an age at which they are asked anew"
    POLICY = "policy", "The council's policy changed"


class Answer(models.TextChoices):
    """What became of an invitation or an offer."""

    WAITING = "waiting", "Waiting"
    ACCEPTED = "accepted", "Accepted"
    JOINED = "joined", "Accepted, and has since joined"
    DECLINED = "declined", "Declined"
    TAKEN_BACK = "taken_back", "Taken back"


class Source(models.TextChoices):
    """Where an involvement came from."""

    PAGE = "page", "Entered by a practitioner"
    IMPORT = "import", "Imported from another system"


class DifferentPerson(models.TextChoices):
    """Why someone who looks like a listed client is another person: recorded with the adding, as a code."""

    NAMESAKE = "namesake", "The same name, another person"
    TWIN_OR_SIBLING = "twin_or_sibling", "A twin, brother or sister"
    PARENT_OR_CHILD = "parent_or_child", "A parent or child with the same name"
    KNOWN_APART = "known_apart", "I know both of them"


class ApprovalKind(models.TextChoices):
    """What a named approver is asked."""

    PUBLICATION = "publication", "Show a line to others"
    SHIELD = "shield", "Shield a client"
    UNSHIELD = "unshield", "Lift a shield"


class ApprovalState(models.TextChoices):
    """What became of it. Only `waiting` can still be decided; `asked_back` waits for who asked."""

    WAITING = "waiting", "Waiting"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"
    ASKED_BACK = "asked_back", "Asked back"
    LAPSED = "lapsed", "No longer needed"


class Voice(models.TextChoices):
    """What one approver said."""

    APPROVE = "approve", "Approve"
    REFUSE = "refuse", "Refuse"
    ASK_BACK = "ask_back", "Ask back"


class VoiceReason(models.TextChoices):
    """Why an approver refused or asked back: from this list, never free text."""

    GROUND_NOT_MET = "ground_not_met", "The ground is not met"
    TOO_MANY_NAMED = "too_many_named", "Fewer agencies would do"
    MORE_HARM = "more_harm", "Sharing would do more harm than good"
    ASK_THEM_FIRST = "ask_them_first", "It is safe to ask them first"
    EVIDENCE = "evidence", "What was recorded is not enough to decide"
    WRONG_PERSON = "wrong_person", "The wrong person was asked"


class ShieldReason(models.TextChoices):
    """Why a client is shielded."""

    DOMESTIC_ABUSE = "domestic_abuse", "Danger from someone in or around the family"
    WITNESS = "witness", "Witness or new identity"
    ADOPTION = "adoption", "Adoption or a placement that must not be found"
    STAFF_FAMILY = "staff_family", "Someone close works here"
    PUBLIC_FIGURE = "public_figure", "Publicly known"
    OWN_WISH = "own_wish", "Their own wish, for a reason accepted by the council"


class SightReason(models.TextChoices):
    """Why someone opens a closed or shielded record for a limited time."""

    IMMEDIATE_DANGER = "immediate_danger", "Someone is in danger now"
    ENQUIRY = "enquiry", "A child protection or adult safeguarding enquiry"
    MISSING = "missing", "The person is missing"
    OUT_OF_HOURS = "out_of_hours", "Out of hours, and nobody on the network can be reached"


class SightFinding(models.TextChoices):
    """What the information-governance officer found."""

    JUSTIFIED = "justified", "Justified"
    NOT_JUSTIFIED = "not_justified", "Not justified: taken further"
    MISTAKE = "mistake", "A mistake, explained to the person who opened it"


class BrokerAsk(models.TextChoices):
    """What a practitioner asks of a service that may or may not exist."""

    CALL_ME = "call_me", "Please call me"
    CALL_TODAY = "call_today", "Please call me today"
    MEETING = "meeting", "There is a meeting: please get in touch"


class WithdrawalScope(models.TextChoices):
    """What the client took back."""

    LINE = "line", "One service"
    AGENCY = "agency", "One agency no longer sees anything"
    EVERYTHING = "everything", "Everything that rests on a yes"
