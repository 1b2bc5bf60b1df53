"""What leaves the process when something fails: the error itself, and no canary of the many that were planted.

The receiver is real: it speaks the envelope endpoint over HTTP, and the SDK is the one that production runs, in
processes of its own. The control runs the same without the scrubber and must leak, or nothing is proved.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import sys
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli
import pytest

from tests.own import wait_until

CANARIES = {
    "client name": "Zqnamecanary", "form field": "Zqformcanary", "cookie": "Zqcookiecanary", "header": "Zqheadercanary",
    "query": "Zqquerycanary", "sql": "Zqsqlcanary", "local": "Zqlocalcanary", "text": "Zqtextcanary",
    "argument": "Zqargumentcanary", "log": "Zqlogcanary", "baggage": "Zqbaggagecanary", "chained": "Zqchainedcanary",
}  # fmt: skip

# An application of the test's own around the product's: one address fails with canaries in every place that an SDK
# may look at. Which options the SDK gets is the only thing that the control does otherwise.
APPLICATION = """
import os
from config.wsgi import application as product
import sentry_sdk
from django.conf import settings
from config.watching import errors
if os.environ.get("LEAKS"):
    sentry_sdk.init(dsn=settings.SENTRY_DSN, send_default_pii=True, max_request_body_size="always", traces_sample_rate=1.0)

def fails(request):
    import logging
    from core.people.models import Client
    given_name = "{local}"
    logging.getLogger("core.x").warning("about %s", "{log}")
    list(Client.objects.filter(family_name="{sql}"))
    client = Client(given_name="{client name}")
    request.POST.dict()
    try:
        raise KeyError("{chained}")
    except KeyError as error:
        raise ValueError("could not save {text} of " + client.given_name + given_name) from error

from core.accounts.pages import sign_in
from core.accounts.pages import urls
for pattern in urls.urlpatterns:
    if pattern.name == "sign_in":
        pattern.callback = fails
from django.views.decorators.csrf import csrf_exempt
fails.csrf_exempt = True
application = product
"""
for _name, _canary in CANARIES.items():
    APPLICATION = APPLICATION.replace("{" + _name + "}", _canary)

TASK = f'''
import os
from config.celery import app
import sentry_sdk
from django.conf import settings
from tenants.tasks import CouncilTask
from tenants.queries import council_named
if os.environ.get("LEAKS"):
    sentry_sdk.init(dsn=settings.SENTRY_DSN, send_default_pii=True)

@app.task(base=CouncilTask, name="tests.fails", bind=True)
def fails(self, name):
    given_name = "{CANARIES["local"]}"
    raise ValueError("could not save {CANARIES["text"]}" + name)

fails.apply(args=["{CANARIES["argument"]}"], headers={{"patchwork_council": council_named("Amber").schema_name}})
sentry_sdk.flush(5)
'''


class Receiver:
    """An error server of a few lines: it keeps every byte it is sent."""

    def __init__(self) -> None:
        received = self.received = []  # type: list[bytes]

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                undo = {"gzip": gzip.decompress, "deflate": zlib.decompress, "br": brotli.decompress, "": bytes}
                body = undo[self.headers.get("Content-Encoding", "")](body)
                received.append(str(self.headers).encode() + b"\n" + body)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_words: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.dsn = f"http://public@127.0.0.1:{self.server.server_port}/1"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def all(self) -> str:
        return b"\n".join(self.received).decode(errors="replace")

    def events(self) -> list[dict[str, Any]]:
        found = []
        for line in self.all().splitlines():
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
        return [event for event in found if isinstance(event, dict) and ("exception" in event or "logentry" in event)]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.stop()


def fail_a_page(own, receiver: Receiver, folder, *, leaks: bool = False) -> None:
    """Have a page of the running product fail with every canary in its reach."""
    import urllib3

    (folder / "failing.py").write_text(APPLICATION)
    own.variables |= {
        "PATCHWORK_SENTRY_DSN": receiver.dsn,
        "PATCHWORK_RELEASE": "release-7",
        "LEAKS": "1" if leaks else "",
    }
    path = own.env["PYTHONPATH"]
    own.variables["PYTHONPATH"] = f"{path}:{folder}"
    port = own.serve("failing:application")
    answer = urllib3.PoolManager().request(
        "POST", f"http://127.0.0.1:{port}/sign-in?q={CANARIES['query']}", body=f"name={CANARIES['form field']}",
        retries=False, timeout=60, headers={
            "Host": "amber.localhost", "Cookie": f"note={CANARIES['cookie']}", "X-Note": CANARIES["header"],
            "Content-Type": "application/x-www-form-urlencoded", "User-Agent": CANARIES["header"],
            "sentry-trace": "1" * 32 + "-" + "2" * 16 + "-1",
            "baggage": f"sentry-trace_id={'1' * 32},sentry-transaction={CANARIES['baggage']},sentry-release={CANARIES['baggage']}",
        },
    )  # fmt: skip
    assert answer.status == 500, own.log()
    wait_until(lambda: receiver.events(), own.log())


def test_a_failing_page_is_reported_without_any_canary(own_database, receiver, tmp_path):
    fail_a_page(own_database, receiver, tmp_path)
    [event] = [event for event in receiver.events() if "exception" in event]
    errors = event["exception"]["values"]
    assert {error["type"] for error in errors} == {"ValueError", "KeyError"}
    frames = [frame for error in errors for frame in error["stacktrace"]["frames"]]
    assert any(frame["function"] == "fails" and frame["lineno"] for frame in frames)
    assert all(set(frame) <= {"module", "function", "filename", "lineno", "in_app"} for frame in frames)
    [(schema,)] = own_database.sql("SELECT schema_name FROM shared.tenants_council WHERE name = 'Amber'")
    assert event["tags"]["council"] == schema
    assert event["tags"]["view"] == "accounts:sign_in"
    assert event["tags"]["process"] == "web"
    assert event["release"] == "release-7"
    assert [name for name, canary in CANARIES.items() if canary in receiver.all()] == []


def test_the_control_without_the_scrubber_leaks(own_database, receiver, tmp_path):
    fail_a_page(own_database, receiver, tmp_path, leaks=True)
    wait_until(lambda: CANARIES["text"] in receiver.all(), own_database.log())
    leaked = {name for name, canary in CANARIES.items() if canary in receiver.all()}
    assert leaked >= {"local", "text", "cookie", "header", "query", "form field", "baggage"}


@pytest.mark.parametrize("leaks", [False, True])
def test_a_failing_task_is_reported_without_its_arguments_and_the_control_leaks_them(own_database, receiver, leaks):
    own_database.variables |= {"PATCHWORK_SENTRY_DSN": receiver.dsn, "LEAKS": "1" if leaks else ""}
    own_database.python(TASK)
    [event] = [event for event in receiver.events() if "exception" in event]
    assert event["exception"]["values"][-1]["type"] == "ValueError"
    found = {name for name in ("argument", "local", "text") if CANARIES[name] in receiver.all()}
    assert found == ({"argument", "local", "text"} if leaks else set())
    if not leaks:
        assert event["tags"]["task"] == "tests.fails"
        assert event["tags"]["council"].startswith("t_")


def test_a_scrubber_meets_what_it_does_not_know_with_silence():
    from config.watching.errors import scrubbed

    canary = CANARIES["text"]
    strange = {
        "message": canary, "level": canary, "logger": f"{canary} x", "user": {"id": canary}, "request": {"url": canary},
        "extra": {"a": canary}, "contexts": {"b": canary}, "modules": {canary: "1"}, "breadcrumbs": {"values": [canary]},
        "tags": {"given_name": canary}, "transaction": canary, "server_name": canary, "threads": canary, "new": canary,
        "fingerprint": [canary], "logentry": {"message": f"it was {canary}", "params": [canary]},
        "exception": {"values": [{
            "type": f"{canary} e", "value": canary, "module": "m m", "mechanism": {"data": canary},
            "stacktrace": {"frames": [{"function": f"f {canary}", "vars": {"a": canary}, "context_line": canary, "lineno": canary,
                                       "abs_path": canary, "pre_context": [canary]}]},
        }]},
    }  # fmt: skip
    assert canary not in json.dumps(scrubbed(strange, {}))


def test_nothing_is_sent_where_no_server_is_named(own_database, receiver):
    own_database.variables["PATCHWORK_SENTRY_DSN"] = ""
    own_database.python("import sentry_sdk\nassert not sentry_sdk.get_client().is_active()")
    assert receiver.received == []
    assert sys.modules  # the process above ended well: python() would have raised
