"""terraform/: laid out as `terraform fmt` does, every variable and output told, and the rules that no plan may break.

`make policy` scans the same files with a checker of many more rules; this is what a change meets at every test.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from terraform import tools

ROOT = Path(__file__).resolve().parents[2]
TERRAFORM = ROOT / "terraform"
FILES = sorted(TERRAFORM.rglob("*.tf"))
FOLDERS = tools.folders()
MODULES = {
    "network", "database", "broker", "containers", "storage", "keys", "secrets", "mail", "dns", "certificates",
    "monitoring", "backup_vault", "deployment",
}  # fmt: skip


def name_of(path: Path) -> str:
    return str(path.relative_to(TERRAFORM))


def clean(value: Any) -> Any:
    """A parsed value without the parser's quotes and marks."""
    if isinstance(value, dict):
        return {tools.plain(key): clean(inner) for key, inner in value.items() if not str(key).startswith("__")}
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    return tools.plain(value) if isinstance(value, str) else value


def resources(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Every resource of a kind, by its address."""
    found = []
    for file in FILES:
        for block in clean(tools.parsed(file)).get("resource", []):
            for inner_kind, named in block.items():
                if inner_kind == kind:
                    found += [(f"{name_of(file)}:{name}", body) for name, body in named.items()]
    assert found, f"There is no {kind}: the rule about it looks at nothing."
    return found


def test_the_modules_and_environments_are_all_there():
    assert {folder.name for folder in FOLDERS if folder.parent.name == "modules"} == MODULES
    assert {folder.name for folder in FOLDERS if folder.parent.name == "environments"} == {"uk", "au", "dedicated"}


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_every_file_is_laid_out(file):
    text = file.read_text()
    assert text == tools.formatted(text), "Run: python terraform/tools.py"
    assert "\t" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_the_layout_is_the_known_one():
    untidy = 'resource "a" "b" {\nname="x"\n    longer_name =  2\n\ntags = {\n  a = 1\n bcd = "="\n}\nother = [for x in y : "a=b"]\n}\n'
    tidy = 'resource "a" "b" {\n  name        = "x"\n  longer_name = 2\n\n  tags = {\n    a   = 1\n    bcd = "="\n  }\n  other = [for x in y : "a=b"]\n}\n'
    assert tools.formatted(untidy) == tidy


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_variable_and_output_is_told(folder):
    for kind in ("variable", "output"):
        for name, body in tools.blocks(folder, kind):
            assert body.get("description"), f"{kind} {name} has no description"
    for name, body in tools.blocks(folder, "variable"):
        assert body.get("type"), f"variable {name} has no type"
    assert (folder / "README.md").read_text() == tools.readme(folder), "Run: python terraform/tools.py"


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_variable_is_used_and_every_use_is_declared(folder):
    text = "\n".join(file.read_text() for file in folder.glob("*.tf"))
    declared = {name for name, _body in tools.blocks(folder, "variable")}
    assert set(re.findall(r"\bvar\.(\w+)", text)) == declared


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_call_of_a_module_gives_what_it_asks_for_and_no_more(folder):
    for file in folder.glob("*.tf"):
        for block in clean(tools.parsed(file)).get("module", []):
            for name, body in block.items():
                called = (folder / body["source"]).resolve()
                asked = dict(tools.blocks(called, "variable"))
                needed = {variable for variable, said in asked.items() if "default" not in said}
                given = set(body) - {"source"}
                assert needed <= given <= set(asked), f"module {name} of {name_of(file)}"
    outputs = {
        call: {output for output, _body in tools.blocks(TERRAFORM / "modules" / call, "output")}
        for call in MODULES
    }  # fmt: skip
    for call, output in re.findall(
        r"\bmodule\.(\w+)\.(\w+)", "\n".join(file.read_text() for file in folder.glob("*.tf"))
    ):
        assert output in outputs[call], f"module.{call}.{output}"


def test_the_database_is_encrypted_out_of_reach_backed_up_and_not_deleted_by_a_slip():
    for where, body in resources("aws_db_instance"):
        assert body["storage_encrypted"] is True, where
        assert body["kms_key_id"] == "var.key_arn", where
        assert body["publicly_accessible"] is False, where
        assert body["deletion_protection"] is True, where
        assert body["skip_final_snapshot"] is False, where
        assert body["lifecycle"][0]["prevent_destroy"] is True, where
        assert body["backup_retention_period"] == "var.backup_days", where
        assert body["manage_master_user_password"] is True, where
    days = dict(tools.blocks(TERRAFORM / "modules" / "database", "variable"))["backup_days"]
    assert days["default"] == 35
    assert '"rds.force_ssl"' in (TERRAFORM / "modules" / "database" / "main.tf").read_text()


def test_shared_deployments_stand_in_several_zones():
    for name in ("uk", "au", "dedicated"):
        text = (TERRAFORM / "environments" / name / "main.tf").read_text()
        assert "multi_az = true" in text
        assert len(set(re.findall(r'"[a-z]+-[a-z]+-\d[abc]"', text))) == 3


def test_a_council_of_victoria_stays_in_australia():
    text = (TERRAFORM / "environments" / "au" / "main.tf").read_text()
    assert set(re.findall(r'"((?:eu|ap|us)-[a-z]+-\d)[abc]?"', text)) == {"ap-southeast-2"}
    assert "console" not in re.sub(r"console_host\s*=\s*\"\"", "", text.split("module")[1])


def test_every_bucket_is_closed_encrypted_versioned_and_asked_by_tls_alone():
    text = (TERRAFORM / "modules" / "storage" / "main.tf").read_text()
    for _where, body in resources("aws_s3_bucket_public_access_block"):
        closed = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
        assert all(body[name] is True for name in closed)
    assert len(resources("aws_s3_bucket")) == len(resources("aws_s3_bucket_server_side_encryption_configuration")) == 2
    assert "buckets = { files = aws_s3_bucket.files, logs = aws_s3_bucket.logs }" in text
    assert text.count("for_each = local.buckets") >= 4
    assert "aws:SecureTransport" in text


def test_nothing_that_runs_or_keeps_data_has_an_address_in_the_world():
    for where, body in resources("aws_ecs_service"):
        assert body["network_configuration"][0]["assign_public_ip"] is False, where
        assert body["enable_execute_command"] is False, where
    for where, body in resources("aws_subnet"):
        assert body.get("map_public_ip_on_launch", False) is False, where
    world = [
        where for where, body in resources("aws_vpc_security_group_ingress_rule")
        if body.get("cidr_ipv4") == "0.0.0.0/0" and (body["from_port"], body["to_port"]) != (443, 443)
    ]  # fmt: skip
    assert world == []


def test_no_policy_has_a_wildcard_but_where_the_star_is_the_thing_itself():
    for file in FILES:
        text = file.read_text()
        for actions in re.findall(r"actions\s*=\s*\[([^\]]*)\]", text):
            for action in re.findall(r'"([^"]+)"', actions):
                denies = action == "s3:*" and "SecureTransport" in text
                assert denies or "*" not in action, f"{name_of(file)}: {action}"
        if re.search(r'resources\s*=\s*\["\*"\]', text):
            assert file.parent.name == "keys", f"{name_of(file)}: a statement about every resource"
        assert "AdministratorAccess" not in text
        assert "PowerUserAccess" not in text


def test_each_purpose_has_a_key_that_turns_and_everything_kept_uses_one():
    [(_where, key)] = resources("aws_kms_key")
    assert key["enable_key_rotation"] is True
    deployment = (TERRAFORM / "modules" / "deployment" / "main.tf").read_text()
    used = set(re.findall(r'module\.keys\.arns\["(\w+)"\]', deployment))
    declared = set(
        re.findall(
            r'"(\w+)"', str(dict(tools.blocks(TERRAFORM / "modules" / "keys", "variable"))["purposes"]["default"])
        )
    )
    assert used <= (declared or used)
    assert used == {"database", "broker", "files", "secrets", "logs", "backup"}
    for where, body in resources("aws_cloudwatch_log_group"):
        assert "key" in body["kms_key_id"], where
        assert body["retention_in_days"], where


def test_backups_are_locked_for_35_days():
    [(_where, lock)] = resources("aws_backup_vault_lock_configuration")
    assert lock["min_retention_days"] == lock["max_retention_days"] == "var.days"
    assert dict(tools.blocks(TERRAFORM / "modules" / "backup_vault", "variable"))["days"]["default"] == 35


def test_containers_are_read_only_unprivileged_and_say_how_they_are():
    text = (TERRAFORM / "modules" / "containers" / "main.tf").read_text()
    definitions = text.count("container_definitions")
    for line in ("readonlyRootFilesystem = true", "privileged             = false", 'drop = ["ALL"]', "healthCheck"):
        assert text.count(line) == definitions == 2, line


def test_the_variables_that_containers_get_are_those_of_the_table():
    from config.variables.table import BY_NAME

    text = (TERRAFORM / "modules" / "deployment" / "main.tf").read_text()
    given = set(re.findall(r"\b((?:PATCHWORK|DATABASE|BROKER)_[A-Z_]+)\s*=", text))
    assert given <= set(BY_NAME)
    assert {name for name, variable in BY_NAME.items() if variable.needed} <= given


def test_no_secret_stands_in_a_file():
    for file in FILES:
        text = file.read_text()
        assert not re.search(r'(password|secret|token)\w*\s*=\s*"(?!scram-sha-256)[^$"]{8,}"', text), name_of(file)
        assert not re.search(r"AKIA[0-9A-Z]{16}", text), name_of(file)
    for folder in FOLDERS:
        for name, body in tools.blocks(folder, "variable"):
            if "secret_values" in name or name in {"password", "values"}:
                assert body.get("sensitive") is True, f"{name_of(folder)}: {name}"


def test_every_exception_of_the_policy_check_has_its_reason():
    text = (TERRAFORM / ".checkov.yaml").read_text()
    skipped = yaml.safe_load(text)["skip-check"]
    lines = [line for line in text.splitlines() if line.strip().startswith("- CKV")]
    assert len(lines) == len(skipped) == len(set(skipped))
    for line in lines:
        assert len(line.partition("#")[2].strip()) > 7, f"Say why: {line}"
    assert not any("checkov:skip" in file.read_text() for file in FILES), "Exceptions stand in the one file."
