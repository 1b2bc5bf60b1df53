"""What people ask, who asks, and what became of it; why deletion is held. Slugs are stored for ever."""

from django.db import models


class Wish(models.TextChoices):
    """What somebody asks of us. A pack's rights say which of these it has a clock for."""

    ACCESS = "access", "To see what is held about them"
    CORRECT = "correct", "To have details put right"
    ERASE = "erase", "To have it deleted"
    RESTRICT = "restrict", "To have its use restricted"
    OBJECT = "object", "To object to its being shared"
    COMPLAINT = "complaint", "To complain"


class AskedBy(models.TextChoices):
    """Who asks; `self`, `parent` and `attorney_or_deputy` are the packs' words for it."""

    SELF = "self", "The person themselves"
    PARENT = "parent", "A parent or carer"
    ATTORNEY = "attorney_or_deputy", "Someone who acts for them in law"
    AGENCY = "agency", "Another agency"
    OTHER = "other", "Someone else"


class RequestState(models.TextChoices):
    """Whether a request still waits for its answer."""

    OPEN = "open", "Open"
    ANSWERED = "answered", "Answered"
    WITHDRAWN = "withdrawn", "Taken back"


class PersonsView(models.TextChoices):
    """What the person said when somebody else asked for their record."""

    NOT_ASKED = "not_asked", "Not asked yet"
    AGREED = "agreed", "They agree, confidential services included"
    STANDARD_ONLY = "standard_only", "They agree, but not to confidential services"
    REFUSED = "refused", "They do not agree"
    NOT_SAFE = "not_safe", "It is not safe to ask them"
    NOT_POSSIBLE = "not_possible", "They cannot be asked"


class Answer(models.TextChoices):
    """How a request was answered."""

    GIVEN = "given", "Given in full"
    GIVEN_IN_PART = "given_in_part", "Given in part"
    DONE = "done", "Done as asked"
    DONE_IN_PART = "done_in_part", "Done in part"
    REFUSED = "refused", "Refused"
    UPHELD = "upheld", "Upheld"
    UPHELD_IN_PART = "upheld_in_part", "Upheld in part"
    NOT_UPHELD = "not_upheld", "Not upheld"


class AnswerReason(models.TextChoices):
    """Why something was not given or not done: from this list, and told to whoever asked."""

    THIRD_PARTY = "third_party", "It would tell about somebody else"
    PERSONS_WISH = "persons_wish", "The person does not agree"
    EXPECTATION = "expectation", "It was said in the expectation that it would not reach who asks"
    SERIOUS_HARM = "serious_harm", "It could cause serious harm"
    NO_AUTHORITY = "no_authority", "Who asks may not act for the person"
    NEEDED_BY_LAW = "needed_by_law", "The law needs it to be kept or shared"
    PUBLIC_TASK = "public_task", "It is needed for a public task, and this was weighed against the objection"
    ACCURATE = "accurate", "What is held is accurate"
    NOT_HELD = "not_held", "It is not held here"
    EXCESSIVE = "excessive", "The request is manifestly unfounded or excessive"


class ExtensionReason(models.TextChoices):
    """Why more time is taken. Who asked is told, and why, before the first time is over."""

    COMPLEX = "complex", "The request is complex"
    NUMEROUS = "numerous", "There are several requests"
    CONSULTATION = "consultation", "Somebody has to be consulted"
    AGREED = "agreed", "Who asked agreed to it"


class DeletionRule(models.TextChoices):
    """Which rule a deletion followed."""

    RECORD = "record", "The client's record, at the end of the archive"
    EVIDENCE = "evidence", "Evidence of consent and of sharing"
    AUDIT = "audit", "What was done and seen"


class FreezeReason(models.TextChoices):
    """Why an information-governance officer holds deletion."""

    COURT = "court", "A court case or a claim"
    INQUIRY = "inquiry", "An inquiry or a safeguarding review"
    DISPOSAL_FREEZE = "disposal_freeze", "A disposal freeze set by the state"
    POLICE = "police", "A police investigation"
    REGULATOR = "regulator", "A question from the regulator"
