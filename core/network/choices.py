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
