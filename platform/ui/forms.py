"""From a Django form to GOV.UK components: one function for any bound field, one for the error summary.

Django's own form renderer is left alone, because third-party pages need it. Data goes to the components as text,
never as HTML; a password is never put back into a page.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext

from ui.fields import PARTS, DatePartsInput, boxes_of

Params = dict[str, Any]

LEGEND_SIZES = {"s": "--s", "m": "--m", "l": "--l", "xl": "--xl"}
OWN_ATTRIBUTES = frozenset(
    {"autocomplete", "autocapitalize", "spellcheck", "inputmode", "pattern", "rows", "class", "required", "maxlength",
     "minlength", "id", "cols", "aria-describedby", "aria-invalid", "type"}
)  # fmt: skip


def field(
    bound: BoundField,
    *,
    label: str | None = None,
    hint: str | None = None,
    label_size: str = "",
    is_page_heading: bool = False,
    hide_label: bool = False,
    width: int | None = None,
    inline: bool = False,
    small: bool = False,
    item_hints: Mapping[str, str] | None = None,
    prefix: str | None = None,
    suffix: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Params:
    """The parameters of the GOV.UK macro for one bound field, with what was typed and its first error.

    `label_size` is "s", "m", "l" or "xl"; `width` the input's width in characters (2, 3, 4, 5, 10, 20 or 30);
    `inline` and `small` are for radios and checkboxes; `item_hints` gives a hint by an option's value.
    The key `component` names the macro meant, for `form_field`; the macros themselves ignore it.
    """
    caption = str(bound.label if label is None else label)
    widget = bound.field.widget
    params: Params = {"component": component_of(bound), "name": bound.html_name}
    if said := (bound.help_text if hint is None else hint):
        params["hint"] = {"text": str(said)}
    if sentence := error_sentence(bound, caption):
        params["errorMessage"] = {"text": sentence, "visuallyHiddenText": gettext("Error")}
    extra = {name: _text(given) for name, given in widget.attrs.items() if name not in OWN_ATTRIBUTES}
    extra.update(attributes or {})

    if params["component"] in {"radios", "checkboxes", "date-input"}:
        params["fieldset"] = {
            "legend": _caption(
                caption, "govuk-fieldset__legend", label_size, is_page_heading=is_page_heading, hide=hide_label
            )
        }
        classes = " ".join(_group_classes(params["component"], inline=inline, small=small))
        params.update(_group_params(bound, params["component"], caption, item_hints or {}, extra), classes=classes)
        return params

    params.update(
        id=bound.auto_id or bound.html_name,
        label=_caption(caption, "govuk-label", label_size, is_page_heading=is_page_heading, hide=hide_label),
        classes=f"govuk-input--width-{width}" if width else "",
        attributes=extra,
    )
    params.update(_single_params(bound, params["component"]))
    if prefix:
        params["prefix"] = {"text": prefix}
    if suffix:
        params["suffix"] = {"text": suffix}
    return params


def component_of(bound: BoundField) -> str:
    """The GOV.UK component that shows this field's widget."""
    widget = bound.field.widget
    kinds: tuple[tuple[type[forms.Widget], str], ...] = (
        (DatePartsInput, "date-input"),
        (forms.CheckboxSelectMultiple, "checkboxes"),
        (forms.CheckboxInput, "checkboxes"),
        (forms.RadioSelect, "radios"),
        (forms.Select, "select"),
        (forms.Textarea, "textarea"),
        (forms.PasswordInput, "password-input"),
        (forms.FileInput, "file-upload"),
    )
    return next((name for kind, name in kinds if isinstance(widget, kind)), "input")


def error_summary(*bound_forms: forms.BaseForm | None, title: str | None = None) -> Params | None:
    """The parameters of GOV.UK's error summary for one or more forms, or None when nothing is wrong.

    Each error links to the first box at fault; an error of the whole form links to nothing.
    """
    listed: list[Params] = []
    for form in bound_forms:
        if form is None:
            continue
        listed.extend({"text": sentence} for sentence in form.non_field_errors())
        for name in form.fields:
            if name in form.errors:
                bound = form[name]
                listed.append({"text": error_sentence(bound), "href": f"#{first_id(bound)}"})
    if not listed:
        return None
    return {"titleText": title or gettext("There is a problem"), "errorList": listed}


def error_sentence(bound: BoundField, caption: str | None = None) -> str:
    """The first thing wrong with a field, or an empty text. "This field is required" becomes what to do about it."""
    said = list(bound.errors)
    if not said:
        return ""
    first = bound.errors.as_data()[0]
    if first.code != "required" or str(first.message) != str(forms.Field.default_error_messages["required"]):
        return str(said[0])
    label = str(bound.label if caption is None else caption)
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return gettext("Tick the box: %(label)s") % {"label": label}
    if component_of(bound) in {"radios", "checkboxes"}:
        return gettext("Choose an answer: %(label)s") % {"label": label}
    in_sentence = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    if component_of(bound) == "select":
        return gettext("Choose %(label)s") % {"label": in_sentence}
    return gettext("Enter %(label)s") % {"label": in_sentence}


def first_id(bound: BoundField) -> str:
    """The id of the box an error of this field is about, for the link of the error summary."""
    base = bound.auto_id or bound.html_name
    if component_of(bound) == "date-input":
        at_fault = date_parts_at_fault(bound)
        return f"{base}_{next((part for part in PARTS if part in at_fault), PARTS[0])}"
    return base


def date_parts_at_fault(bound: BoundField) -> set[str]:
    """Which boxes of a date its errors are about: all, when an error does not say."""
    at_fault: set[str] = set()
    for error in bound.errors.as_data():
        code = str(error.code or "")
        at_fault.update(code.removeprefix("date:").split(",") if code.startswith("date:") else PARTS)
    return at_fault


def _caption(text: str, base: str, size: str, *, is_page_heading: bool, hide: bool) -> Params:
    classes = [f"{base}{LEGEND_SIZES[size]}"] if size else []
    if hide:
        classes.append("govuk-visually-hidden")
    return {"text": text, "classes": " ".join(classes), "isPageHeading": is_page_heading}


def _group_classes(component: str, *, inline: bool, small: bool) -> Iterable[str]:
    if inline:
        yield f"govuk-{component}--inline"
    if small:
        yield f"govuk-{component}--small"


def _group_params(
    bound: BoundField, component: str, caption: str, item_hints: Mapping[str, str], extra: Params
) -> Params:
    base = bound.auto_id or bound.html_name
    if component == "date-input":
        return {"id": base, "items": _date_items(bound, base), "attributes": extra}
    if isinstance(bound.field.widget, forms.CheckboxInput):
        # One box: its label is the question, so the group around it needs none.
        item = {"value": "on", "text": caption, "checked": bool(bound.value()), "attributes": extra}
        return {"idPrefix": base, "items": [item], "fieldset": None}
    return {"idPrefix": base, "items": [item for item in _items(bound, item_hints, extra) if item["value"]]}


def _single_params(bound: BoundField, component: str) -> Params:
    attrs = bound.field.widget.attrs
    params: Params = {
        name: attrs[name] for name in ("autocomplete", "autocapitalize", "inputmode", "pattern") if name in attrs
    }
    if "spellcheck" in attrs:
        params["spellcheck"] = str(attrs["spellcheck"]).lower() == "true"
    if component == "select":
        return {**params, "items": _items(bound, {}, {})}
    if component in {"password-input", "file-upload"}:
        return params
    params["value"] = _text(bound.value())
    if component == "textarea":
        return {**params, "rows": attrs.get("rows", 5)}
    return {**params, "type": getattr(bound.field.widget, "input_type", "text") or "text"}


def _items(bound: BoundField, item_hints: Mapping[str, str], extra: Params) -> list[Params]:
    given = bound.value()
    many = given if isinstance(given, list | tuple | set) else [given]
    chosen = {_text(one) for one in many if one is not None} or {""}
    items = []
    for value, text in _flat(bound.field.choices):  # type: ignore[attr-defined]  # only fields with choices come here
        key = _text(value)
        is_chosen = key in chosen
        item: Params = {"value": key, "text": str(text), "checked": is_chosen, "selected": is_chosen}
        if extra:
            item["attributes"] = extra
        if key in item_hints:
            item["hint"] = {"text": item_hints[key]}
        items.append(item)
    return items


def _flat(choices: Iterable[tuple[Any, Any]]) -> Iterable[tuple[Any, Any]]:
    for value, text in choices:
        if isinstance(text, list | tuple):
            yield from text
        else:
            yield value, text


def _date_items(bound: BoundField, base: str) -> list[Params]:
    given = bound.value()
    typed = given if isinstance(given, list) else boxes_of(given)
    at_fault = date_parts_at_fault(bound)
    names = {"day": gettext("Day"), "month": gettext("Month"), "year": gettext("Year")}
    autocomplete = bound.field.widget.attrs.get("autocomplete")
    items = []
    for part, value in zip(PARTS, typed, strict=True):
        classes = [f"govuk-input--width-{4 if part == 'year' else 2}", "govuk-input--error" if part in at_fault else ""]
        items.append(
            {
                "id": f"{base}_{part}",
                "name": f"{bound.html_name}_{part}",
                "label": names[part],
                "value": value,
                "classes": " ".join(classes).strip(),
                "autocomplete": f"{autocomplete}-{part}" if autocomplete else None,
            }
        )
    return items


def _text(value: Any) -> str:
    return "" if value is None else str(value)
