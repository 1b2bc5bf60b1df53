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


def error_words(status: int, cause: str = "") -> ErrorWords:
    """The words for an HTTP status; an unknown one is told as a fault of ours.

    `cause` is "csrf" for a form that came without its token, "pdf" for a page this server can't make a PDF of,
    "policy" where a council's policy can't be applied, "files" where the store of files does not answer.
    """
    if status == 403 and cause == "csrf":
        return _stale_form()
    if status == 503 and cause == "pdf":
        return _no_pdf()
    if status == 503 and cause == "policy":
        return _no_policy()
    if status == 503 and cause == "files":
        return _no_files()
    known = {400: _unreadable, 403: _not_allowed, 404: _not_there, 503: _not_available}
    return known.get(status, _our_fault)()


def _home() -> str:
    return gettext("Go to the home page")


def _unreadable() -> ErrorWords:
    said = gettext("Nothing was changed. Go back, check what you typed, and send it again.")
    return ErrorWords(gettext("We could not read that request"), (said,), _home())


def _not_allowed() -> ErrorWords:
    said = (
        gettext("Nothing was changed. Your role does not reach this page."),
        gettext("If you think it should, ask your council admin."),
    )
    return ErrorWords(gettext("You cannot do that"), said, _home())


def _stale_form() -> ErrorWords:
    said = (
        gettext("Nothing was changed. The page was open for too long, or you signed in again in another window."),
        gettext("Go back: what you typed should still be there. Load the page again and send it once more."),
    )
    return ErrorWords(gettext("That page was out of date"), said, _home())


def _not_there() -> ErrorWords:
    said = (
        gettext("There is no such page here, or it is not one you can see."),
        gettext("If you typed the address, check it. If you followed a link, search for what you need."),
    )
    return ErrorWords(gettext("Page not found"), said, _home())


def _not_available() -> ErrorWords:
    said = gettext("Nothing that was saved is lost. Wait a minute, then load this page again.")
    return ErrorWords(gettext("Patchwork is not available just now"), (said,), gettext("Try again"))


def _no_pdf() -> ErrorWords:
    said = (
        gettext("This server lacks a part that is needed to make PDF files. Nothing was changed."),
        gettext("Go back and print the page from your browser instead, and tell your council admin."),
    )
    return ErrorWords(gettext("A PDF cannot be made here"), said, _home())


def _no_policy() -> ErrorWords:
    said = (
        gettext("Nothing is lost. This council has no policy that can be applied now, so nothing is shown or shared."),
        gettext("Ask your information-governance officer: they can see why, and put it right."),
    )
    return ErrorWords(gettext("This council's policy can't be applied just now"), said, gettext("Try again"))


def _no_files() -> ErrorWords:
    said = (
        gettext("The place where files are kept does not answer just now. Nothing is lost."),
        gettext("Wait a minute, then go back and fetch the file again."),
    )
    return ErrorWords(gettext("The file cannot be fetched just now"), said, _home())


def _our_fault() -> ErrorWords:
    said = gettext("What you sent may not be saved. Go back and try again in a minute; we have been told.")
    return ErrorWords(gettext("Something went wrong on our side"), (said,), _home())
