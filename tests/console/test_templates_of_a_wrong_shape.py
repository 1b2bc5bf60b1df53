"""A council's template of a wrong shape fails its own copy with a sentence; every other errand is done all the same."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import tasks
from console.actions import deployments, onboarding, releases
from console.answers import answers_from_template
from console.models import Onboarding, Release
from console.template_content import ContentRefused, of_a_council
from core import clock
from tenants.context import shared
from tests.factories.console import make_operator
from tests.factories.deployments import as_ref, make_deployment, make_listed_council, make_onboarding

KEYS = ("service_types", "agencies", "roles", "words", "tightening", "theme")
WRONG = [
    {"words": "hello"}, {"words": {"a.b": 7}}, {"words": ["a"]}, {"agencies": ["x"]}, {"agencies": {"name": "x"}},
    {"agencies": [{"name": 7}]}, {"agencies": [{"name": "x", "services": "y"}]}, {"service_types": "universal.gp"},
    {"service_types": [7]}, {"roles": ["x"]}, {"roles": {"youth.work": "x"}}, {"theme": "blue"},
    {"theme": {"brand": {}}}, {"tightening": [1]}, ["x"],
]  # fmt: skip
SOUND = {"service_types": ["universal.maternity"], "words": {"conversation.name": "Our talk"}, "agencies": [
    {"name": "Castle Youth", "kind": "voluntary", "phone": "", "services": []}], "roles": {"youth.work": []},
    "tightening": {}, "theme": {}, "help_contact": ""}  # fmt: skip

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("template", WRONG)
def test_a_template_of_a_wrong_shape_is_refused_with_a_sentence(template):
    for read in (lambda: answers_from_template(template, "gb-eng"), lambda: of_a_council(template)):
        with pytest.raises(ContentRefused, match="not what a template is made of"):
            read()


@given(st.dictionaries(st.sampled_from(KEYS), plain, max_size=4))
def test_a_template_of_any_shape_is_read_or_refused(template):
    try:
        answers_from_template(template, "gb-eng")
    except ContentRefused as refused:
        assert refused.sentences
    try:
        of_a_council(template)
    except ContentRefused as refused:
        assert refused.sentences


@pytest.fixture
def world(db, monkeypatch):
    """Two councils to copy from, the first of which says nonsense, with two copies and two releases that wait."""
    logging.getLogger("console").setLevel(logging.CRITICAL)
    with shared():
        operator = make_operator()
        by, deployment = as_ref(operator), make_deployment()
        said, forms = {}, []
        for name, template in (("Broken", {"words": "hello", "agencies": ["x"]}), ("Sound", SOUND)):
            source = make_listed_council(name, deployment)
            said[source.id] = template
            form = make_onboarding(operator, deployment)
            forms.append(form.id)
            onboarding.ask_copy(onboarding_id=form.id, council_id=source.id, by=by)
            Release.objects.create(
                kind="template", slug=name.lower(), version="1", title=name, made_by=operator, made_at=clock.now(),
                content={"from": {"council": str(source.id), "name": name, "state": "asked"}}, checksum="",
            )  # fmt: skip

    class Port:
        def template(self, council_id):
            return said[council_id]

    for module in (onboarding, releases):
        monkeypatch.setattr(module, "port_for", lambda _deployment: Port())
    yield forms, said
    logging.getLogger("console").setLevel(logging.NOTSET)


def copies(forms):
    with shared():
        rows = Onboarding.objects.in_bulk(forms)
    return [rows[form].answers["copy"] for form in forms]


@pytest.mark.django_db(databases=["default", "router", "console"])
def test_a_wrong_template_fails_its_copy_alone(world):
    forms, _said = world
    assert onboarding.copy_templates() == 2
    broken, sound = copies(forms)
    assert broken["state"] == "failed"
    assert "“agencies” is not what a template is made of" in broken["words"]
    assert sound["state"] == "done"


@pytest.mark.django_db(databases=["default", "router", "console"])
def test_what_can_t_be_kept_fails_its_copy_and_its_release_alone(world):
    forms, said = world
    said[next(iter(said))] = {**SOUND, "tightening": {"a": "\0"}, "words": {"a\0": "b"}}
    assert onboarding.copy_templates() == 2
    assert [one["state"] for one in copies(forms)] == ["failed", "done"]
    assert releases.fetch_contents() == 2
    with shared():
        found = {one.slug: one for one in Release.objects.all()}
    assert found["broken"].content["from"]["state"] == "failed"
    assert found["broken"].checksum == ""
    assert found["sound"].content["words"] == SOUND["words"]


@pytest.mark.django_db(databases=["default", "router", "console"])
def test_each_errand_fails_by_itself(world, monkeypatch):
    forms, _said = world

    def fails():
        raise ZeroDivisionError

    monkeypatch.setattr(deployments, "test_connections", fails)
    monkeypatch.setattr(releases, "fetch_contents", fails)
    tasks.do_errands.run()
    assert [one["state"] for one in copies(forms)] == ["failed", "done"]
