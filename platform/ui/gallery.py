"""Made-up people and a made-up form for the gallery page, so that every part of the look can be seen and tested."""

from typing import Any

from django import forms

from ui.fields import DatePartsField
from ui.network_picture import PictureMember, Recency
from ui.shell import HelpContact, Language, NavItem, Shell


class GalleryForm(forms.Form):
    """One field of each kind."""

    first_names = forms.CharField(label="First names", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    born_on = DatePartsField(label="Birth date", help_text="For example, 3 4 2015", not_in_future=True)
    agency = forms.ChoiceField(
        label="Agency", choices=[("", "Choose an agency"), ("hv", "Amber Health Visiting"), ("sch", "Hillside School")]
    )
    talked = forms.ChoiceField(
        label="Have you talked with the client about sharing?",
        choices=[("yes", "Yes, and they agree"), ("no", "Not yet discussed")],
        widget=forms.RadioSelect,
    )
    reach_by = forms.MultipleChoiceField(
        label="How can they be reached?",
        choices=[("phone", "Phone"), ("email", "E-mail")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    best_time = forms.CharField(label="Best time to ring", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    password = forms.CharField(label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    agree = forms.BooleanField(label="I have read the terms of use")


def gallery_shell() -> Shell:
    """The frame around the gallery, as a signed-in practitioner would see it."""
    return Shell(
        council_name="Amberley Council",
        signed_in_name="Priya Shah",
        notice_count=3,
        search_url="#main-content",
        sign_out_url="#main-content",
        banner="Demonstration. Every person here is made up.",
        help_url="#main-content",
        help_contact=HelpContact("Sam Okafor, council admin", "patchwork@amberley.example", "01632 960123"),
        nav=(
            NavItem("Home", "#home"),
            NavItem("My clients", "#clients", is_current=True),
            NavItem("Notices", "#notices", shows_notices=True),
            NavItem("My card", "#card"),
        ),
        languages=(Language("en", "English", "#en", is_current=True), Language("cy", "Cymraeg", "#cy")),
        shortcuts_on=True,
    )


def gallery_people() -> list[dict[str, Any]]:
    """A network as the client page lists it, grouped by agency."""
    return [
        {
            "agency": "Amber Health Visiting",
            "members": [
                {
                    "name": "Priya Shah", "role": "Health visitor", "phone": "07700 900123",
                    "email": "priya.shah@amberhealth.example", "last_contact": "yesterday, visit",
                    "next_visit": "Thursday 5 June, 2:30pm", "last_confirmed": "3 March", "is_lead": True,
                },
                {
                    "name": "Tomasz Wójcik", "role": "Community nursery nurse", "phone": "01632960456",
                    "last_contact": "9 days ago, phone", "last_confirmed": "12 May", "best_time": "Mornings",
                },
            ],
        },
        {
            "agency": "Hillside School",
            "members": [
                {
                    "name": "Gwen Llewellyn-Fotheringay", "role": "Special educational needs coordinator",
                    "phone": "020 7946 0958", "email": "gwen@hillside.example", "has_account": False,
                    "last_confirmed": "14 November 2024", "is_stale": True,
                    "badges": [{"text": "not confirmed for 200 days", "colour": "grey"}],
                },
            ],
        },
        {
            "agency": "Amberley Housing",
            "members": [
                {
                    "name": "Dwayne Ellis", "role": "Tenancy officer", "phone": "07700 900789",
                    "email": "d.ellis@amberley.example", "is_shown": False, "last_confirmed": "today",
                },
            ],
        },
    ]  # fmt: skip


def gallery_picture() -> list[PictureMember]:
    """The same network, for the picture."""
    return [
        PictureMember(
            "Priya Shah", "Health visitor", "Amber Health Visiting", Recency.RECENT, "seen yesterday", is_lead=True
        ),
        PictureMember("Tomasz Wójcik", "Nursery nurse", "Amber Health Visiting", Recency.RECENT, "9 days ago"),
        PictureMember("Gwen Llewellyn-Fotheringay", "SEN coordinator", "Hillside School", Recency.EARLIER, "4 January"),
        PictureMember("Dwayne Ellis", "Tenancy officer", "Amberley Housing", Recency.NOT_KNOWN, "not known"),
        PictureMember("Ana Reyes", "Family worker", "Bridge Family Centre", Recency.RECENT, "6 days ago"),
    ]


def gallery_context() -> dict[str, Any]:
    """Everything the gallery's template reads."""
    typed = {
        "first_names": "",
        "born_on_day": "31",
        "born_on_month": "2",
        "born_on_year": "2015",
        "talked": "no",
        "reach_by": ["phone"],
        "password": "never shown again",
        "agency": "hv",
    }
    return {
        "sample_shell": gallery_shell(),
        "client": {
            "surname": "Evans", "first_names": "Amy", "known_as": "Mimi", "born": "3 April 2015", "age": "11 years",
            "identifiers": [{"label": "NHS number", "value": "943 476 5919"}],
        },
        "groups": gallery_people(),
        "picture": gallery_picture(),
        "form": GalleryForm(typed),
        "fresh_form": GalleryForm(prefix="fresh"),
    }  # fmt: skip
