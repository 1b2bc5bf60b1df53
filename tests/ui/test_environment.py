"""Our Jinja environment prints GOV.UK's components exactly as upstream does, for the components we use."""

import gzip
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import ChainableUndefined, DebugUndefined, DictLoader

from ui.environment import environment

FIXTURES = json.loads(gzip.decompress((Path(__file__).parent / "fixtures" / "govuk-frontend.json.gz").read_bytes()))


class Parts(HTMLParser):
    """An HTML text as a list of tags, sorted attributes and words, so that only what a browser sees is compared."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        tidy = [(name, " ".join((value or "").split()) if name == "class" else (value or "")) for name, value in attrs]
        self.found.append((tag, sorted(tidy)))

    def handle_endtag(self, tag):
        self.found.append(("/" + tag, []))

    def handle_data(self, data):
        if data.strip():
            self.found.append(("", " ".join(data.split())))


def parts_of(html):
    parser = Parts()
    parser.feed(html)
    return parser.found


def macro_name(component):
    return "govuk" + "".join(word.capitalize() for word in component.split("-"))


def rendered(env, component, options):
    name = macro_name(component)
    source = (
        f'{{% from "govuk_frontend_jinja/components/{component}/macro.html" import {name} %}}{{{{ {name}(params) }}}}'
    )
    return env.from_string(source).render(params=options)


@pytest.mark.parametrize("component", sorted(FIXTURES))
def test_a_component_is_printed_as_upstream_prints_it(component):
    env = environment(loader=DictLoader({}))
    for example in FIXTURES[component]:
        assert parts_of(rendered(env, component, example["options"])) == parts_of(example["html"]), example["name"]


def test_the_comparison_notices_a_difference():
    assert parts_of('<p class="a  b">x</p>') == parts_of('<p class="a b">\n x </p>')
    assert parts_of('<p class="a">x</p>') != parts_of('<p class="b">x</p>')


def test_undefined_values_can_be_chained_even_where_django_would_choose_another_kind():
    env = environment(loader=DictLoader({}), undefined=DebugUndefined)
    assert env.undefined is ChainableUndefined
    assert env.from_string("[{{ nothing.at.all }}]").render() == "[]"


def test_values_are_escaped_unless_they_are_our_own_markup():
    env = environment(loader=DictLoader({}))
    assert env.from_string("{{ typed }}").render(typed="<b>") == "&lt;b&gt;"


def test_words_are_translatable_and_what_is_put_into_them_is_escaped():
    env = environment(loader=DictLoader({}))
    assert env.from_string('{{ _("by %(name)s", name=name) }}').render(name="<b>") == "by &lt;b&gt;"
