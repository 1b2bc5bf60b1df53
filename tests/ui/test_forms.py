"""From a bound field to a GOV.UK component: the same answer for every kind of widget, and nothing marked as HTML."""

from django import forms
from django.core.exceptions import ValidationError
from django.template import engines

from ui.fields import DatePartsField
from ui.forms import error_summary, field


class EveryKind(forms.Form):
    name = forms.CharField(
        label="First names",
        help_text="As they are called",
        widget=forms.TextInput({"autocomplete": "given-name", "data-x": 1}),
    )
    email = forms.EmailField(label="E-mail")
    notes = forms.CharField(label="Best time", widget=forms.Textarea({"rows": 3}))
    password = forms.CharField(label="Password", widget=forms.PasswordInput({"autocomplete": "current-password"}))
    agency = forms.ChoiceField(
        label="Agency", choices=[("", "Choose"), ("Health", [("hv", "Visiting")]), ("sc", "School")]
    )
    shared = forms.ChoiceField(label="Talked?", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect)
    reach = forms.MultipleChoiceField(
        label="Reach by", choices=[("p", "Phone"), ("e", "E-mail")], widget=forms.CheckboxSelectMultiple
    )
    agree = forms.BooleanField(label="I agree")
    born_on = DatePartsField(label="Birth date")
    file = forms.FileField(label="Roster")

    def clean(self):
        if self.data.get("name") == "clash":
            raise ValidationError("The form as a whole is wrong")
        return super().clean()


TYPED = {
    "name": "Amy", "email": "no", "notes": "Mornings", "password": "secret", "agency": "hv", "shared": "no",
    "reach": ["e"], "agree": "on", "born_on_day": "3", "born_on_month": "4", "born_on_year": "2015",
}  # fmt: skip


def render(bound, **options):
    template = engines["jinja2"].from_string(
        '{% from "ui/macros/fields.html" import form_field %}{{ form_field(bound, **options) }}'
    )
    return template.render({"bound": bound, "options": options})


def test_each_widget_has_its_component():
    form = EveryKind()
    assert [field(form[name])["component"] for name in form.fields] == [
        "input", "input", "textarea", "password-input", "select", "radios", "checkboxes", "checkboxes",
        "date-input", "file-upload",
    ]  # fmt: skip


def test_an_input_carries_id_name_label_hint_value_and_its_own_attributes():
    params = field(EveryKind(TYPED)["name"], width=20)
    assert (params["id"], params["name"], params["value"]) == ("id_name", "name", "Amy")
    assert params["label"]["text"] == "First names"
    assert params["hint"] == {"text": "As they are called"}
    assert params["autocomplete"] == "given-name"
    assert params["attributes"] == {"data-x": "1"}
    assert "govuk-input--width-20" in params["classes"]


def test_choices_are_chosen_as_typed_and_groups_are_flattened():
    form = EveryKind(TYPED)
    chosen = [item["value"] for item in field(form["agency"])["items"] if item["selected"]]
    assert chosen == ["hv"]
    assert [item["value"] for item in field(form["shared"])["items"] if item["checked"]] == ["no"]
    assert [item["value"] for item in field(form["reach"])["items"] if item["checked"]] == ["e"]
    assert field(form["agree"])["items"][0]["checked"] is True


def test_a_password_is_never_put_back_into_the_page():
    assert "secret" not in render(EveryKind(TYPED)["password"])


def test_every_component_renders_its_name_and_its_error():
    form = EveryKind({})
    assert not form.is_valid()
    for name in form.fields:
        html = render(form[name])
        assert f'name="{name}' in html
        assert "govuk-error-message" in html


def test_a_missing_answer_is_told_as_what_to_do():
    form = EveryKind({})
    summary = error_summary(form)
    assert summary is not None
    assert [error["text"] for error in summary["errorList"]] == [
        "Enter first names", "Enter e-mail", "Enter best time", "Enter password", "Choose agency",
        "Choose an answer: Talked?", "Choose an answer: Reach by", "Tick the box: I agree",
        "Enter the birth date", "Enter roster",
    ]  # fmt: skip


def test_each_error_links_to_a_box_that_is_in_the_page():
    form = EveryKind({})
    page = "".join(render(form[name]) for name in form.fields)
    summary = error_summary(form)
    assert summary is not None
    for error in summary["errorList"]:
        assert f'id="{error["href"].removeprefix("#")}"' in page


def test_an_error_of_the_whole_form_comes_first_and_links_nowhere():
    summary = error_summary(None, EveryKind({**TYPED, "name": "clash"}))
    assert summary is not None
    assert summary["errorList"][0] == {"text": "The form as a whole is wrong"}


def test_nothing_wrong_means_no_summary():
    assert error_summary(EveryKind()) is None


def test_what_was_typed_is_text_in_every_component():
    nasty = '"><script>alert(1)</script>'
    form = EveryKind(dict.fromkeys((*EveryKind.base_fields, "born_on_day", "born_on_month", "born_on_year"), nasty))
    form.is_valid()
    for name in form.fields:
        assert "<script>" not in render(form[name])


def test_labels_may_be_headings_hidden_or_small():
    html = render(
        EveryKind()["shared"],
        label_size="l",
        is_page_heading=True,
        inline=True,
        item_hints={"no": "A reminder follows"},
    )
    assert "govuk-fieldset__legend--l" in html
    assert "<h1" in html
    assert "govuk-radios--inline" in html
    assert "A reminder follows" in html
    assert "govuk-visually-hidden" in render(EveryKind()["name"], hide_label=True)
