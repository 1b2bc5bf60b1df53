"""A new council, task by task: what was typed is kept, what does not fit is refused in a sentence, nothing is lost."""

from __future__ import annotations

import pytest

from tenants.context import shared
from tests.factories.console import ConsoleSite, make_operator
from tests.factories.deployments import SIGNED, VICTORIA, make_deployment, make_listed_council, make_onboarding

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


class Started:
    """One operator signed in, one deployment, one new council with every task answered."""

    def __init__(self) -> None:
        with shared():
            self.operator = make_operator()
            self.deployment = make_deployment()
            self.onboarding = make_onboarding(self.operator, self.deployment)
        self.site = ConsoleSite().sign_in(self.operator)

    def path(self, tail: str = "") -> str:
        return f"/new/{self.onboarding.id}{tail}"

    def post(self, task: str, **typed):
        return self.site.post(self.path(f"/tasks/{task}"), {"version": "99", **typed})

    def value(self, task: str) -> dict:
        with shared():
            self.onboarding.refresh_from_db()
        return self.onboarding.answers[task]["value"]

    def council(self):
        from console.models import Council

        with shared():
            return Council.objects.filter(name="Tamworth").first()

    def orders(self) -> list:
        from console.models import Order

        with shared():
            return list(
                Order.objects.filter(kind="create").order_by("placed_at").values_list("state", "payload__hosts")
            )


@pytest.fixture
def started(db):
    return Started()


def test_the_task_list_says_what_is_done(started):
    page = started.site.get(started.path()).content.decode()
    assert "11 of 11 tasks done" in page
    assert "Law pack and version" in page


def test_a_new_council_begins_with_a_name(started):
    answer = started.site.post("/new/start", {"name": "  Cannock   Chase "})
    assert answer.status_code == 302
    page = started.site.get(answer["Location"]).content.decode()
    assert "Cannock Chase" in page
    assert "0 of 11 tasks done" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("10.0.0.1", "is an address"),
        ("xn--lchfield-5za.example.org", "letters beyond a to z"),
        ("liċhfield.example.org", "letters beyond a to z"),
        ("https://tamworth.example.org", "is not a host name"),
        ("tamworth", "is not a host name"),
        ("::1", "is not a host name"),
        ("127.1", "is not a host name"),
        ("a.example.org\na.example.org", "is there twice"),
        ("console.localhost", "Patchwork&#39;s own"),
        ("a" * 2_900 + ".example.org", "is not a host name"),
    ],
)
def test_a_host_that_can_be_none_is_refused_and_stays_in_its_box(started, typed, said):
    answer = started.post("identity", name="Tamworth", hosts=typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page or said.replace("is an address", "is not a host name") in page
    assert typed.split("\n")[0] in page
    assert started.value("identity")["hosts"] == ["tamworth.example.org"]


def test_a_taken_host_is_said_on_the_check_page_and_nothing_is_made(started):
    with shared():
        make_listed_council("Stafford", started.deployment, hosts=["tamworth.example.org"])
    page = started.site.get(started.path("/check")).content.decode()
    assert "The host tamworth.example.org is taken by another council" in page
    assert "Create the council" not in page
    answer = started.site.post(started.path("/check"), {"version": started.onboarding.version})
    assert answer.status_code == 422
    assert started.council() is None


def test_a_pack_of_another_region_is_refused_in_the_law_s_words(started):
    answer = started.post("pack", checksum=VICTORIA)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "By the residency rule of Victoria (au-vic@2026.11.0) its data is kept in: au." in page
    assert started.value("pack")["checksum"] == SIGNED


def test_a_pack_unknown_to_the_deployment_is_refused(started):
    answer = started.post("pack", checksum="f" * 64)
    assert answer.status_code == 422
    assert "this deployment holds no other" in answer.content.decode()


def test_a_pack_that_the_deployment_does_not_hold_any_more_keeps_the_council_from_being_made(started):
    with shared():
        started.deployment.said = {**started.deployment.said, "packs": []}
        started.deployment.save()
    answer = started.site.post(started.path("/check"), {"version": started.onboarding.version})
    assert answer.status_code == 422
    assert "North does not hold gb-eng@2026.11.0 as it was chosen" in answer.content.decode()
    assert started.council() is None


def test_a_group_is_chosen_whole_and_sensitive_types_are_marked(started):
    page = started.site.get(started.path("/tasks/services")).content.decode()
    assert "Sensitive: sexual health" in page
    assert started.post("services", all_universal="on", group_youth=["youth.work"]).status_code == 302
    assert started.value("services")["codes"] == ["universal.maternity", "universal.child_health", "youth.work"]


def test_one_taken_out_of_a_whole_group_stays_out(started):
    started.post("services", all_universal="on", group_universal=["universal.maternity", "universal.child_health"])
    started.post("services", all_universal="on", group_universal=["universal.maternity"])
    assert started.value("services")["codes"] == ["universal.maternity"]


def test_colours_that_can_t_be_told_apart_are_refused_and_kept_in_their_boxes(started):
    colours = {
        "brand": "#ffffaa", "link": "#0f6167", "link_hover": "#083d41", "link_visited": "#54319f",
        "surface": "#f1f7f6", "surface_border": "#9cc3c1", "template_background": "#f1f7f6",
    }  # fmt: skip
    answer = started.post("look", **colours)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "White text on the brand colour" in page
    assert "#ffffaa" in page
    assert started.post("look", **{**colours, "brand": "url(evil)"}).status_code == 422
    assert started.post("look", **{**colours, "brand": "#123456"}).status_code == 302
    assert started.value("look") == {"theme": {"brand": "#123456"}}


def test_the_law_s_periods_are_shown_and_have_to_be_seen(started):
    page = started.site.get(started.path("/tasks/retention")).content.decode()
    assert "A line that has ended is shown for 90 days" in page
    assert "A closed record is deleted after 6 years" in page
    assert started.post("retention").status_code == 422
    assert started.post("retention", seen="on").status_code == 302


def test_a_template_is_copied_outside_of_a_transaction_and_brings_no_people(started, monkeypatch):
    from console.actions import onboarding
    from tenants.context import in_shared

    class Port:
        def template(self, _council_id):
            assert not in_shared()
            return {
                "service_types": ["universal.maternity"], "agencies": [], "roles": {}, "theme": {"brand": "#123456"},
                "words": {"conversation.name": "Our talk"}, "tightening": {}, "help_contact": "Ada Jones",
            }  # fmt: skip

    monkeypatch.setattr(onboarding, "port_for", lambda _deployment: Port())
    with shared():
        source = make_listed_council("Stafford", started.deployment)
    assert started.site.post(started.path("/copy"), {"council": str(source.id)}).status_code == 302
    assert "Copying everything but people from Stafford" in started.site.get(started.path()).content.decode()
    assert onboarding.copy_templates() == 1
    assert started.value("services")["codes"] == ["universal.maternity"]
    assert started.value("words") == {"words": {"conversation.name": "Our talk"}, "pack_id": "gb-eng"}
    assert started.value("administrator") == {"email": "ada@tamworth.example"}
    page = started.site.get(started.path()).content.decode()
    assert "No people came with it." in page
    assert "Say whom people ask for help" in page
    assert started.post("words", help_contact="Desk", conversation="").status_code == 302
    assert onboarding.copy_templates() == 0


def test_a_template_that_can_t_be_fetched_is_told_and_changes_nothing(started, monkeypatch):
    from console.actions import onboarding
    from console.ports.errors import Unreachable

    class Port:
        def template(self, _council_id):
            raise Unreachable

    monkeypatch.setattr(onboarding, "port_for", lambda _deployment: Port())
    with shared():
        source = make_listed_council("Stafford", started.deployment)
    started.site.post(started.path("/copy"), {"council": str(source.id)})
    onboarding.copy_templates()
    assert "Stafford could not be copied" in started.site.get(started.path()).content.decode()
    assert started.value("services")["codes"] == ["universal.maternity", "youth.work"]


def test_agencies_come_by_lines_and_one_by_one(started):
    lines = "name,kind,phone,services\nBridge Centre, voluntary, 01632 960124, youth.work\nSt Anne’s,Health,,universal.maternity"
    answer = started.post("agencies", paste="1", lines=lines)
    assert answer.status_code == 302
    assert [one["name"] for one in started.value("agencies")["agencies"]] == [
        "Castle Youth",
        "Bridge Centre",
        "St Anne’s",
    ]
    added = started.site.post(
        started.path("/agencies/add"),
        {"version": "99", "name": "Library", "kind": "council", "phone": "", "services": []},
    )
    assert added.status_code == 302
    removed = started.post("agencies", remove="Castle Youth")
    assert removed.status_code == 302
    assert [one["name"] for one in started.value("agencies")["agencies"]] == ["Bridge Centre", "St Anne’s", "Library"]
    changed = started.site.post(
        started.path("/agencies/3"),
        {
            "version": "99",
            "name": "Town library",
            "kind": "council",
            "phone": "01632 960125",
            "services": ["youth.work"],
        },
    )
    assert changed.status_code == 302
    assert started.value("agencies")["agencies"][2]["name"] == "Town library"


def test_malformed_lines_are_refused_by_their_number_and_none_of_them_is_kept(started):
    lines = 'Good, voluntary,,youth.work\n,health,,\nThird, circus, 12, x.y\n"open, voluntary'
    answer = started.post("agencies", paste="1", lines=lines)
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in ("Line 2: the name is missing", "Line 3: “circus” is no kind of agency", "“12” is not a phone number",
                 "“x.y” is no service type of this council", "A quotation mark is opened and not closed"):  # fmt: skip
        assert said in page
    assert "Third, circus, 12, x.y" in page
    assert [one["name"] for one in started.value("agencies")["agencies"]] == ["Castle Youth"]


def test_huge_input_is_refused_and_not_kept(started):
    many = "\n".join(f"Agency {number}" for number in range(501))
    assert started.post("agencies", paste="1", lines=many).status_code == 422
    assert started.post("agencies", paste="1", lines="x" * 150_000).status_code == 422
    assert started.post("identity", name="n" * 101, hosts="tamworth.example.org").status_code == 422
    assert (
        started.post("identity", name="Tamworth", hosts="\n".join(f"h{n}.example.org" for n in range(11))).status_code
        == 422
    )
    assert len(started.value("agencies")["agencies"]) == 1


def test_two_operators_who_answer_one_task_see_both_answers(started):
    page = started.site.get(started.path("/tasks/words")).content.decode()
    assert 'name="version" value="1"' in page
    with shared():
        from tests.factories.console import make_operator as another

        colleague = another("Cora Colleague")
    theirs = ConsoleSite().sign_in(colleague)
    first = theirs.post(
        started.path("/tasks/words"), {"version": "1", "help_contact": "Desk, 01632 960111", "conversation": ""}
    )
    assert first.status_code == 302
    second = started.site.post(
        started.path("/tasks/words"), {"version": "1", "help_contact": "Mine, 01632 960112", "conversation": ""}
    )
    page = second.content.decode()
    assert second.status_code == 409
    assert "Cora Colleague answered this while you were typing" in page
    assert "Desk, 01632 960111" in page
    assert 'value="Mine, 01632 960112"' in page
    assert started.value("words")["help_contact"] == "Desk, 01632 960111"
    again = started.site.post(
        started.path("/tasks/words"), {"version": "2", "help_contact": "Mine, 01632 960112", "conversation": ""}
    )
    assert again.status_code == 302
    assert started.value("words")["help_contact"] == "Mine, 01632 960112"


def test_two_operators_who_answer_two_tasks_never_meet(started):
    assert (
        started.site.post(
            started.path("/tasks/words"), {"version": "1", "help_contact": "Desk", "conversation": ""}
        ).status_code
        == 302
    )
    assert (
        started.site.post(
            started.path("/tasks/administrator"), {"version": "1", "email": "Bo@tamworth.example"}
        ).status_code
        == 302
    )
    assert started.value("administrator") == {"email": "bo@tamworth.example"}


def test_the_last_click_makes_the_council_and_asks_its_deployment_once(started):
    page = started.site.get(started.path("/check")).content.decode()
    assert "Create the council" in page
    first = started.site.post(started.path("/check"), {"version": started.onboarding.version})
    assert first["Location"].endswith("/progress")
    assert started.council().state == "preparing"
    second = started.site.post(started.path("/check"), {"version": started.onboarding.version})
    assert second.status_code == 302
    assert len(started.orders()) == 1
    page = started.site.get(started.path("/progress")).content.decode()
    assert "Asked of its deployment, which has not answered yet." in page
    from console.models import Order

    with shared():
        Order.objects.update(state="running", result={"progress": {"done": 3, "of": 8, "words": "Clients"}})
    assert "Clients: 3 of 8" in started.site.get(started.path("/progress")).content.decode()
    late = started.post("words", help_contact="Too late", conversation="")
    assert late["Location"].endswith("/progress")
    assert started.value("words")["help_contact"] != "Too late"


def test_an_answer_changed_since_the_check_was_shown_is_read_again_first(started):
    started.post("administrator", email="new@tamworth.example")
    answer = started.site.post(started.path("/check"), {"version": "1"})
    assert answer.status_code == 409
    assert "read it again" in answer.content.decode()
    assert started.council() is None


def test_a_training_council_is_made_beside_it(started):
    started.post("training", wanted="on", host="training.tamworth.example.org")
    with shared():
        started.onboarding.refresh_from_db()
    started.site.post(started.path("/check"), {"version": started.onboarding.version})
    assert [hosts for _state, hosts in started.orders()] == [
        ["tamworth.example.org"], ["training.tamworth.example.org"],
    ]  # fmt: skip
    from console.models import Order

    with shared():
        payloads = list(Order.objects.order_by("placed_at").values_list("payload", flat=True))
    assert [one["training"] for one in payloads] == [False, True]
    assert payloads[1]["name"] == "Tamworth training"


def test_what_failed_and_was_undone_can_be_tried_again_or_answered_otherwise(started):
    from console.models import Order

    started.site.post(started.path("/check"), {"version": started.onboarding.version})
    with shared():
        Order.objects.update(state="undone", error="The furnishing names a service that is none.")
    page = started.site.get(started.path("/progress")).content.decode()
    assert "The furnishing names a service that is none." in page
    assert "Everything that was begun for it was undone." in page
    assert "Change the answers" in page
    assert started.site.post(started.path("/again")).status_code == 302
    assert [state for state, _hosts in started.orders()] == ["undone", "waiting"]
    with shared():
        Order.objects.filter(state="waiting").update(state="failed")
    assert started.post("identity", name="Tamworth Borough", hosts="new.tamworth.example.org").status_code == 302
    with shared():
        started.onboarding.refresh_from_db()
    answer = started.site.post(started.path("/check"), {"version": started.onboarding.version})
    assert answer["Location"].endswith("/progress")
    from console.models import Council

    with shared():
        assert Council.objects.get().hosts == ["new.tamworth.example.org"]
    assert started.orders()[-1] == ("waiting", ["new.tamworth.example.org"])


def test_answers_are_thrown_away_and_their_hosts_are_free_again(started):
    assert started.site.post(started.path("/discard")).status_code == 302
    assert started.site.get(started.path()).status_code == 404


def test_a_dedicated_deployment_holds_one_council(started):
    with shared():
        started.deployment.kind = "dedicated"
        started.deployment.save()
        make_listed_council("Stafford", started.deployment)
    answer = started.site.post(started.path("/check"), {"version": started.onboarding.version})
    assert answer.status_code == 422
    assert "is dedicated to one council, and has one" in answer.content.decode()


def test_a_closed_deployment_is_not_offered(started):
    with shared():
        started.deployment.is_open = False
        started.deployment.save()
    page = started.site.get(started.path("/tasks/place")).content.decode()
    assert "No deployment takes new councils" in page


@pytest.mark.parametrize("role", ["auditor", "finance", "release_manager"])
def test_only_who_may_onboard_reaches_a_new_council(started, role):
    with shared():
        other = make_operator(f"Other {role}", role)
    site = ConsoleSite().sign_in(other)
    assert site.get(started.path()).status_code in {403, 404}
    assert site.post(started.path("/check"), {"version": 1}).status_code in {403, 404}
    assert started.council() is None


def test_the_task_list_asks_as_often_for_one_agency_as_for_hundreds(started, django_assert_num_queries):
    from tests.factories.counting import own_statements

    def asked() -> int:
        from django.db import connections
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connections["console"]) as captured:
            assert started.site.get(started.path()).status_code == 200
        return len(captured)

    assert own_statements
    asked()
    few = asked()
    with shared():
        many = [{"name": f"A{n}", "kind": "other", "phone": "", "services": []} for n in range(300)]
        started.onboarding.answers["agencies"]["value"] = {"agencies": many}
        started.onboarding.save()
        for number in range(20):
            make_listed_council(f"C{number}", started.deployment)
    assert asked() == few


def test_the_last_click_is_taken_by_the_deployment_in_this_very_installation(db):
    """Nothing stands in for the deployment here: its own packs, its own catalogue, its own reading of the order."""
    from console.actions.syncing import sync_all
    from console.models import Deployment
    from tenants.models import CouncilOrder

    assert sync_all() == 1
    with shared():
        operator = make_operator()
        here = Deployment.objects.get(port="local")
        pack = next(one for one in here.said["packs"] if one["id"] == "gb-eng")
        chosen = {
            "pack_id": pack["id"],
            "version": pack["version"],
            "checksum": pack["checksum"],
            "title": pack["title"],
        }
        onboarding = make_onboarding(
            operator, here, pack=chosen, services={"codes": ["universal.maternity"]}, agencies={"agencies": []},
            roles={"roles": {}},
        )  # fmt: skip
    site = ConsoleSite().sign_in(operator)
    assert "Create the council" in site.get(f"/new/{onboarding.id}/check").content.decode()
    assert site.post(f"/new/{onboarding.id}/check", {"version": 1})["Location"].endswith("/progress")
    with shared():
        order = CouncilOrder.objects.get(kind="create")
    assert order.payload["hosts"] == ["tamworth.example.org"]
    page = site.get(f"/new/{onboarding.id}/progress").content.decode()
    assert "Make its database" in page
    assert "Invite its administrator" in page


def test_a_host_that_a_council_has_there_without_the_console_s_knowing_is_refused_and_nothing_is_made(db):
    from console.actions.syncing import sync_all
    from console.models import Council, Deployment

    sync_all()
    with shared():
        operator = make_operator()
        here = Deployment.objects.get(port="local")
        pack = next(one for one in here.said["packs"] if one["id"] == "gb-eng")
        chosen = {
            "pack_id": pack["id"],
            "version": pack["version"],
            "checksum": pack["checksum"],
            "title": pack["title"],
        }
        onboarding = make_onboarding(
            operator, here, pack=chosen, services={"codes": ["universal.maternity"]}, agencies={"agencies": []},
            roles={"roles": {}}, identity={"name": "Amber again", "hosts": ["amber.localhost"]},
        )  # fmt: skip
        Council.objects.filter(hosts__contains=["amber.localhost"]).delete()
    answer = ConsoleSite().sign_in(operator).post(f"/new/{onboarding.id}/check", {"version": 1})
    assert answer.status_code == 409
    assert "There is a council at amber.localhost already" in answer.content.decode()
    with shared():
        assert not Council.objects.filter(name="Amber again").exists()
