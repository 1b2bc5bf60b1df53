"""What the frame around every page needs to know. A middleware or context processor makes it; templates print it.

A page without one (an error page, say) renders all the same, with the product's name alone.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the main navigation. `shows_notices` puts the number of unread notices beside it."""

    text: str
    href: str
    is_current: bool = False
    shows_notices: bool = False


@dataclass(frozen=True, slots=True)
class HelpContact:
    """Whom to ask, at the same place on each page: the council's own admin."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """A language the page can be read in; `code` is its BCP 47 tag, `name` its own name for itself."""

    code: str
    name: str
    href: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of one page, for one viewer.

    `theme_url` is the council's own colours; `banner` a sentence such as "Demonstration: made-up people". Addresses
    left empty leave their part out; `suggest_url` answers a POST of what is being typed with a list. `idle_seconds` is
    the session's idle time-out, `warn_seconds` how long before it the warning comes; GET on `extend_url` answers
    `{"csrf_token": "…"}` while signed in and counts as activity. `region` is the council's country for phone numbers,
    `language` the page's BCP 47 tag.
    """

    council_name: str
    theme_url: str = ""
    theme_colour: str = "#12565a"
    home_url: str = "/"
    signed_in_name: str = ""
    notice_count: int = 0
    search_url: str = ""
    suggest_url: str = ""
    search_text: str = ""
    sign_in_url: str = ""
    sign_out_url: str = ""
    banner: str = ""
    help_url: str = ""
    help_contact: HelpContact | None = None
    nav: tuple[NavItem, ...] = ()
    languages: tuple[Language, ...] = ()
    idle_seconds: int = 0
    warn_seconds: int = 120
    extend_url: str = ""
    shortcuts_on: bool = True
    language: str = "en-GB"
    region: str = "GB"
