"""The files of a deployment, read as they stand: containers, units, the pooler's and the proxy's places."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from config.variables.table import BY_NAME

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("web", "worker", "migrator", "migrate", "scheduler")
DOCKERFILE = (ROOT / "infra" / "docker" / "Dockerfile").read_text()
UNITS = sorted((ROOT / "infra" / "systemd").glob("*.service"))


def test_the_whole_deployment_is_there():
    assert {
        "proxy",
        "web",
        "worker",
        "migrator",
        "scheduler",
        "postgres",
        "pgbouncer",
        "broker",
        "storage",
        "mail",
    } <= set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_read_only_unprivileged_limited_and_looked_after(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    user, _colon, group = service["user"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["cpus"]
    assert service["healthcheck"].get("test") or name == "migrate", "it runs once and says by its exit how it went"
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_to_a_version(name):
    image = SERVICES[name]["image"]
    tag = image.rpartition(":")[2]
    assert image.startswith("patchwork:") or re.search(r"\d+\.\d+", tag), image
    assert tag not in {"latest", "stable", "alpine"}


def test_only_the_proxy_is_published():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]
    assert not any(service.get("network_mode") for service in SERVICES.values())
    assert COMPOSE["networks"]["data"]["internal"] is True
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("postgres", "pgbouncer", "broker", "storage"):
        assert SERVICES[name]["networks"] == ["data"]
    assert "data" not in SERVICES["proxy"]["networks"]


def test_the_variables_are_those_of_the_table_and_the_needed_ones_are_given():
    for name in OURS:
        given = set()
        for variable in SERVICES[name]["environment"]:
            plain = variable if variable.startswith("AWS_") else variable.removesuffix("_FILE")
            if variable != plain:
                assert BY_NAME[plain].is_secret, variable
            assert plain in BY_NAME or plain.startswith("AWS_"), variable
            given.add(plain)
        assert {one for one, variable in BY_NAME.items() if variable.needed} <= given, name


def test_a_start_with_these_variables_would_find_no_fault():
    from config.variables.reading import read

    for name in OURS:
        environment = {}
        for variable, value in SERVICES[name]["environment"].items():
            text = re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", str(value))
            if variable.endswith("_FILE") and variable.removesuffix("_FILE") in BY_NAME:
                plain = variable.removesuffix("_FILE")
                text = {"BROKER_URL": "redis://:x@broker:6379/0", "PATCHWORK_SECRET_KEY": "k" * 80}.get(
                    plain, "postgres://postgres/patchwork"
                )
                environment[plain] = text
            else:
                environment[variable] = text
        assert read(environment)[1] == [], name


def test_secrets_are_files_and_only_who_needs_one_has_it():
    for name, service in SERVICES.items():
        for secret in service.get("secrets", []):
            assert secret in COMPOSE["secrets"], f"{name}: {secret}"
        for value in (service.get("environment") or {}).values():
            assert not re.search(r"://[^/@]*:[^/@$]+@", str(value)), f"{name}: a password in a variable"
    who = {
        secret: {name for name, service in SERVICES.items() if secret in service.get("secrets", [])}
        for secret in COMPOSE["secrets"]
    }
    assert who["administrator_password"] == {"postgres"}
    assert who["administrator_url"] == {"migrate"}
    assert who["migrator_url"] == {"migrator"}
    assert who["certificate_key.pem"] == {"proxy"}
    assert who["secret_key"] == set(OURS)


def test_make_secrets_makes_every_secret_but_the_poolers_and_overwrites_none(tmp_path):
    script = ROOT / "infra" / "docker" / "make-secrets"
    subprocess.run([str(script), str(tmp_path)], check=True, capture_output=True)
    made = {file.name: file.read_bytes() for file in (tmp_path / "secrets").iterdir()}
    assert set(COMPOSE["secrets"]) - {"pgbouncer_users"} <= set(made)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    subprocess.run([str(script), str(tmp_path)], check=True, capture_output=True)
    assert {file.name: file.read_bytes() for file in (tmp_path / "secrets").iterdir()} == made
    assert len(made["secret_key"]) >= 50


def test_files_that_containers_mount_are_there():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = str(volume).split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists(), f"{name}: {source}"
                assert str(volume).endswith(":ro"), f"{name}: {source}"
            else:
                assert source in COMPOSE["volumes"]


def stages() -> list[list[str]]:
    """The instructions of each stage of the Dockerfile."""
    joined = re.sub(r"\\\n", " ", DOCKERFILE)
    lines = [line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found: list[list[str]] = []
    for line in lines:
        if line.startswith("FROM "):
            found.append([])
        if found:
            found[-1].append(line)
    return found


def test_the_last_stage_runs_as_nobody_special_and_builds_nothing():
    last = stages()[-1]
    assert len(stages()) >= 2
    [user] = [line for line in last if line.startswith("USER ")]
    assert user == "USER 10001:10001"
    assert not any(re.search(r"\b(gcc|make|build-essential|git)\b", line) for line in last)
    assert not any("pip install" in line for line in last)
    assert any(line.startswith("HEALTHCHECK ") for line in last)
    assert any(line.startswith("CMD [") for line in last)
    assert last.index(user) < next(index for index, line in enumerate(last) if line.startswith("CMD "))


def test_the_image_fetches_nothing_by_address_and_holds_no_secret():
    for line in [line for stage in stages() for line in stage]:
        assert not line.startswith("ADD "), "COPY says what it does"
        assert not re.search(r"(curl|wget)\s+\S*http", line)
        assert not re.match(r"(ENV|ARG)\s+.*(SECRET|PASSWORD|TOKEN|KEY)", line)
        assert not line.startswith("COPY . "), "only what is named comes in"
    assert re.search(r"^ARG PYTHON=python:\d+\.\d+\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE)
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for one in source.split():
            assert list(ROOT.glob(one)), f"{one} is copied and is not there"


def test_the_builder_is_sent_only_what_is_copied():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        one for source in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for one in source.split()
    }
    assert let_in == copied


HARDENED = {
    "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes",
    "ProtectKernelTunables=yes", "ProtectKernelModules=yes", "LockPersonality=yes", "RestrictSUIDSGID=yes",
    "RestrictNamespaces=yes", "RestrictRealtime=yes", "SystemCallArchitectures=native",
}  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_unit_is_shut_in(unit):
    lines = set(unit.read_text().splitlines())
    assert lines >= HARDENED
    assert any(line.startswith("CapabilityBoundingSet=") for line in lines)
    assert any(line.startswith("RestrictAddressFamilies=") for line in lines)
    if "backup" not in unit.name and "check" not in unit.name:
        assert {"CapabilityBoundingSet=", "User=patchwork", "SystemCallFilter=@system-service", "UMask=0077"} <= lines
        assert any(line.startswith("MemoryMax=") for line in lines)
    assert not re.search(r"Environment=.*(PASSWORD|SECRET_KEY)=", unit.read_text()), "secrets are credentials"


def test_systemd_finds_no_fault_with_the_units():
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is not installed: run `make servers` (Debian's package systemd), then again."
    folder = ROOT / "infra" / "systemd"
    files = [str(file) for file in sorted(folder.iterdir()) if file.suffix in {".service", ".timer", ".target"}]
    told = subprocess.run([program, "verify", *files], capture_output=True, text=True, check=False).stderr
    # Their programs stand on a server, not here: each is one that the guide puts there, or a file of ours.
    missing = set(re.findall(r"Command (\S+) is not executable", told))
    assert all(
        path.startswith("/opt/patchwork/venv/bin/") or (ROOT / path.removeprefix("/opt/patchwork/app/")).exists()
        for path in missing
    )
    assert [line for line in told.splitlines() if "is not executable" not in line and "patchwork" in line] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_what_a_unit_starts_is_there_and_may_be_run(unit):
    for path in re.findall(r"^ExecStart(?:Pre)?=(\S+)", unit.read_text(), re.MULTILINE):
        if path.startswith("/opt/patchwork/app/"):
            assert os.access(ROOT / path.removeprefix("/opt/patchwork/app/"), os.X_OK)
        else:
            assert path.rpartition("/")[2] in {"python", "celery", "granian"}
    for variable in re.findall(r"\b((?:PATCHWORK|DATABASE|BROKER)_[A-Z_]+)=", unit.read_text()):
        assert variable.removesuffix("_FILE") in BY_NAME


def test_the_proxys_limits_are_there():
    text = (ROOT / "infra" / "proxy" / "nginx.conf").read_text()
    for line in (
        "server_tokens off;",
        "ssl_protocols TLSv1.2 TLSv1.3;",
        "client_max_body_size 12m;",
        "ssl_session_tickets off;",
    ):
        assert line in text
    assert "$request_uri" not in text.split("log_format")[1].split(";")[0]
    assert re.search(r"proxy_set_header X-Forwarded-For \$remote_addr;", text), "it overwrites, it does not add"


def test_the_pooler_is_as_the_product_needs_it():
    text = (ROOT / "infra" / "pgbouncer" / "pgbouncer.ini").read_text()
    for line in ("pool_mode = transaction", "server_reset_query_always = 1", "auth_type = scram-sha-256",
                 "client_tls_sslmode = require", "server_tls_sslmode = verify-full"):  # fmt: skip
        assert line in text.splitlines()
    assert text.count("[pgbouncer]") == 2, "in words once, and once as the section: a second section forgets the first"
    for place in ("site.ini", "databases.ini"):
        assert "[" not in re.sub(r"^;.*$", "", (ROOT / "infra" / "docker" / place).read_text(), flags=re.MULTILINE)


def test_postgresqls_must_sets_are_there_and_its_log_names_nobody():
    text = (ROOT / "infra" / "postgres" / "patchwork.conf").read_text()
    for line in ("max_locks_per_transaction = 1024", "recovery_init_sync_method = syncfs", "log_statement = 'none'",
                 "log_parameter_max_length_on_error = 0", "log_error_verbosity = terse", "password_encryption = 'scram-sha-256'"):  # fmt: skip
        assert line in text.splitlines()
    hba = (ROOT / "infra" / "postgres" / "pg_hba.conf").read_text()
    assert not re.search(r"\b(trust|md5|password)\s*$", hba, re.MULTILINE)
    assert hba.rstrip().splitlines()[-1].split() == ["host", "all", "all", "all", "reject"]
