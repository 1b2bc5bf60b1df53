"""The words of the error pages. What happened and what to do next, no more than the person may know."""

from dataclasses import dataclass

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """What an error page says: a heading, sentences, and one next step."""

    heading: str
    sentences: tuple[str, ...]
    next_text: str
    next_href: str = "/"


def error_words(status: int) -> ErrorWords:
    """The words for an HTTP status; an unknown one is told as a fault of ours."""
    home = gettext("Go to the home page")
    if status == 400:
        return ErrorWords(
            gettext("We could not read that request"),
            (gettext("Nothing was changed. Go back, check what you typed, and send it again."),),
            home,
        )
    if status == 403:
        return ErrorWords(
            gettext("You cannot do that"),
            (
                gettext(
                    "Nothing was changed. The page may have been open for too long, or your role does not allow it."
                ),
                gettext(
                    "Go back, load the page again and try once more. If that does not help, ask your council admin."
                ),
            ),
            home,
        )
    if status == 404:
        return ErrorWords(
            gettext("Page not found"),
            (
                gettext("There is no such page here, or it is not one you can see."),
                gettext("If you typed the address, check it. If you followed a link, search for what you need."),
            ),
            home,
        )
    if status == 503:
        return ErrorWords(
            gettext("Patchwork is not available just now"),
            (gettext("Nothing is lost. Wait a minute, then load this page again."),),
            gettext("Try again"),
        )
    return ErrorWords(
        gettext("Something went wrong on our side"),
        (gettext("What you sent may not be saved. Go back and try again in a minute; we have been told."),),
        home,
    )
