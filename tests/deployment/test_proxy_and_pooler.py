"""nginx with TLS, the site, and PgBouncer in transaction mode, together: fifty councils at once, and no row of another.

The control asks by a plain `SET search_path` through the same pooler, without a role: it must leak, or the test above
could not have noticed anything.
"""

from __future__ import annotations

import contextlib
import json
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg
import pytest
import urllib3
from django.conf import settings
from psycopg import sql

from tenants.database_roles import pooler_users, verifier_of
from tests import bootstrap
from tests.deployment import fifty
from tests.deployment.servers import Certificates, Pooler, Proxy, answers, folder_for
from tests.own import BIN, Own, wait_until

COUNCILS, THREADS, ASKED = 50, 32, 400
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
]  # fifty councils are made first: longer where the machine is busy
CONTROL_PASSWORD = "a-password-of-the-control"  # of a role that exists in the test's own cluster alone
CANARY = re.compile(r"Canary[0-9a-f]{8}")


@dataclass
class Running:
    """Everything at work: the councils with a signed-in person each, the proxy, the pooler."""

    councils: list[dict[str, str]]
    proxy: Proxy
    pooler: Pooler
    certificates: Certificates
    own: Own

    def browser(self, host: str) -> urllib3.HTTPSConnectionPool:
        """Connections to the proxy that ask for `host`, and believe the test's own authority alone."""
        return urllib3.HTTPSConnectionPool(
            "127.0.0.1", self.proxy.port, ca_certs=str(self.certificates.ca), server_hostname=host,
            assert_hostname=host, maxsize=THREADS, retries=False, timeout=200,
        )  # fmt: skip


@pytest.fixture(scope="module")
def running(django_db_setup: None, cluster: object) -> Iterator[Running]:
    own = Own(cluster, "fifty_councils")
    servers: list = []
    try:
        own.python(fifty.MAKE.format(count=COUNCILS - 3), migrator=True)
        councils = json.loads(own.python(fifty.PEOPLE).stdout.splitlines()[-1])
        assert len(councils) == COUNCILS
        certificates = Certificates(folder_for("certificates"))
        socket_folder = cluster.server.get_postmaster_info().socket_dir
        own.sql("DROP ROLE IF EXISTS control_of_the_test")
        own.sql(f"CREATE ROLE control_of_the_test LOGIN SUPERUSER PASSWORD '{CONTROL_PASSWORD}'")
        pooler = Pooler(
            folder_for("pgbouncer"), database=f"host={socket_folder} dbname={own.name}", pool=6,
            users=pooler_users(settings.DATABASE_PASSWORDS) + f'"control_of_the_test" "{verifier_of(CONTROL_PASSWORD)}"\n',
            certificate=certificates.issue("pooler", "localhost"),
            # A busy machine is not what is tested here.
            extra=f"server_tls_ca_file = {certificates.ca}\nquery_wait_timeout = 60\n",
        )  # fmt: skip
        servers.append(pooler)
        own.variables |= {
            "DATABASE_URL": f"postgres://localhost:{pooler.port}/patchwork?sslmode=verify-full&sslrootcert={certificates.ca}",
            "PATCHWORK_HTTPS": "1", "PATCHWORK_BEHIND_PROXY": "1", "PATCHWORK_TRUSTED_PROXIES": "127.0.0.1",
        }  # fmt: skip
        web_port = bootstrap.free_port()
        web = own.start(
            str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(web_port), "--workers", "1",
            "--blocking-threads", "8", "--log-level", "warning", "config.wsgi:application",
        )  # fmt: skip
        wait_until(lambda: web.poll() is not None or answers(web_port), "the web server did not start", seconds=60)
        hosts = [council["host"] for council in councils]
        proxy = Proxy(
            folder_for("nginx"), web_port=web_port, certificate=certificates.issue("proxy", *hosts, "console.localhost")
        )
        servers.append(proxy)
        everything = Running(councils, proxy, pooler, certificates, own)
        # A process that has just started opens its connections first: from here on no answer may fail.
        wait_until(lambda: hammer(everything, THREADS, seed=0) == {"its own": THREADS}, own.log(), seconds=180)
        yield everything
    finally:
        for server in reversed(servers):
            server.stop()
        own.end()
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
            connection.execute("DROP ROLE IF EXISTS control_of_the_test")


def hammer(running: Running, count: int, seed: int) -> Counter[str]:
    """Ask `count` pages of councils at random, from many threads. Says how each answer was."""
    pool = running.browser(running.councils[0]["host"])
    luck = random.Random(seed)
    asked = [(luck.choice(running.councils), luck.choice(("client", "home", "client"))) for _ in range(count)]

    def ask(what: tuple[dict[str, str], str]) -> str:
        council, page = what
        path = f"/clients/{council['client']}" if page == "client" else "/"
        answer = pool.request(
            "GET", path, headers={"Host": council["host"], "Cookie": f"__Host-session={council['key']}"}
        )
        if answer.status != 200:
            return f"status {answer.status}"
        seen = set(CANARY.findall(answer.data.decode()))
        if seen - {council["canary"]}:
            return "another council's"
        return "its own" if seen else "nothing of anyone"

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(ask, asked))


@contextlib.contextmanager
def as_control(running: Running) -> Iterator[psycopg.Connection]:
    """A session of a role that may read everything, through the pooler."""
    link = psycopg.connect(
        f"postgresql://control_of_the_test@localhost:{running.pooler.port}/patchwork", password=CONTROL_PASSWORD,
        sslmode="verify-full", sslrootcert=str(running.certificates.ca), autocommit=True, prepare_threshold=None,
    )  # fmt: skip
    with contextlib.closing(link):
        yield link


def belt_is_on(running: Running) -> bool:
    """Whether the pooler throws away what a session was left with: told by what it does."""
    with as_control(running) as connection:
        connection.execute("SET search_path TO looked_for")
        return connection.execute("SHOW search_path").fetchone() != ("looked_for",)


def plain_search_path(running: Running) -> Counter[str]:
    """What the usual way does: each of many sessions sets its council's path once, then reads its clients."""
    councils = running.councils[:8]
    all_set = threading.Barrier(len(councils))

    def read(council: dict[str, str]) -> str:
        with as_control(running) as connection:
            connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(council["schema"])))
            all_set.wait(timeout=30)
            try:
                rows = connection.execute("SELECT family_name FROM people_client").fetchall()
            except psycopg.errors.UndefinedTable:
                return "refused"
            names = {name for (name,) in rows if CANARY.match(name)}
            return "its own" if names == {council["canary"]} else "another council's"

    with ThreadPoolExecutor(len(councils)) as threads:
        return Counter(threads.map(read, councils))


def test_fifty_councils_from_many_threads_see_their_own_rows_alone(running):
    assert belt_is_on(running)
    assert hammer(running, ASKED, seed=1) == {"its own": ASKED}
    assert plain_search_path(running)["another council's"] == 0, "the belt holds what the usual way lets fall"


def test_without_the_belt_the_usual_way_leaks_and_ours_does_not(running):
    running.pooler.change("server_reset_query_always = 0")
    try:
        wait_until(lambda: not belt_is_on(running), running.pooler.log())
        assert plain_search_path(running)["another council's"] > 0, "the control must leak, or nothing is proved"
        assert hammer(running, ASKED // 4, seed=2) == {"its own": ASKED // 4}
    finally:
        running.pooler.change("server_reset_query_always = 1")
        wait_until(lambda: belt_is_on(running), running.pooler.log())


def test_fifty_councils_for_long(running):
    assert hammer(running, 12_000, seed=3) == {"its own": 12_000}


def ask(running: Running, path: str = "/sign-in", method: str = "GET", **headers: str):
    host = running.councils[0]["host"]
    given = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return running.browser(host).request(method, path, headers=given, redirect=False)


def test_the_application_alone_says_what_browsers_are_told(running):
    answer = ask(running)
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"[0-9]", answer.headers.get("Server", ""))
    assert "X-Powered-By" not in answer.headers
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Forwarded_Host": "birch.localhost"},
        {"X_Forwarded_For": "192.0.2.9", "X_Real_IP": "192.0.2.9"},
        {"Forwarded": "for=192.0.2.9;host=birch.localhost;proto=http"},
        {"X_Forwarded_Proto": "http"},
        {"X_Original_URL": "/gallery", "X_Rewrite_URL": "/gallery"},
        {"X_HTTP_Method_Override": "DELETE"},
    ],
)
def test_no_header_of_a_clients_own_changes_what_is_answered(running, headers):
    plain, forged = ask(running), ask(running, **headers)
    assert forged.status == plain.status == 200
    assert b"Birch" not in forged.data


def test_a_request_id_of_a_clients_own_is_not_kept(running):
    assert ask(running, X_Request_ID="f" * 32).headers["X-Request-ID"] != "f" * 32


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_and_metrics_are_not_for_the_world(running, path):
    assert ask(running, path).status == 404


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "DEBUG", "CONNECT"])
def test_methods_that_nobody_needs_are_refused(running, method):
    assert ask(running, method=method).status in {400, 405}


def test_by_plain_http_there_is_only_the_way_to_https(running):
    plain = urllib3.HTTPConnectionPool("127.0.0.1", running.proxy.plain_port, retries=False, timeout=10)
    answer = plain.request("GET", "/sign-in?x=1", headers={"Host": "amber.localhost"}, redirect=False)
    assert (answer.status, answer.headers["Location"]) == (308, "https://amber.localhost/sign-in?x=1")


def test_a_body_that_is_too_large_is_refused_before_the_application_sees_it(running):
    host = running.councils[0]["host"]
    answer = running.browser(host).request("POST", "/sign-in", body=b"x" * (13 * 1024 * 1024), headers={"Host": host})
    assert answer.status == 413


def test_old_tls_is_refused(running):
    import ssl
    import warnings

    context = ssl.create_default_context(cafile=str(running.certificates.ca))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    old = urllib3.HTTPSConnectionPool(
        "127.0.0.1",
        running.proxy.port,
        ssl_context=context,
        server_hostname="amber.localhost",
        retries=False,
        timeout=10,
    )
    with pytest.raises(urllib3.exceptions.SSLError):
        old.request("GET", "/sign-in")


def test_the_proxy_and_the_pooler_log_no_path_no_host_and_no_name(running):
    hammer(running, 4, seed=5)
    for log in (running.proxy.log(), running.pooler.log()):
        assert "/clients/" not in log
        assert "Canary" not in log
    assert '"request_id"' in running.proxy.log()
    assert "localhost" not in running.proxy.log()


def test_the_pooler_refuses_who_comes_without_tls_or_with_a_wrong_password(running):
    right = settings.DATABASE_PASSWORDS
    for role, password, mode, says in (
        ("pw_app", right["pw_app"], "disable", "(?i)ssl|tls"),
        ("pw_app", "wrong", "require", "(?i)password|SASL"),
        ("pw_migrator", right["pw_migrator"], "require", "(?i)password|SASL|user"),
    ):
        with pytest.raises(psycopg.OperationalError, match=says):
            psycopg.connect(
                host="127.0.0.1",
                port=running.pooler.port,
                dbname="patchwork",
                user=role,
                password=password,
                sslmode=mode,
            ).close()
