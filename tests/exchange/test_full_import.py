"""The whole roster into a council by the command: no wrong merge, and a second run that changes nothing."""

import csv
import re

import pytest

from tests.exchange.rosters import MAPPINGS, ROOT, SAMPLES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FOLDER = next(path.name for path in MAPPINGS.iterdir() if (path / "housing_tenancies.toml").exists())
TRUTH = ROOT / "tests" / "exchange" / "truth"
PRECISION_FLOOR, RECALL_FLOOR = 0.999, 0.93
"""What docs/adr/0004 promises, for each half."""


def take(own, result):
    return own.manage(
        "import_roster", str(SAMPLES / FOLDER), "--council", "Amber", "--mappings", str(MAPPINGS / FOLDER),
        "--today", "2026-11-20", "--result", str(result), "--truth", str(TRUTH),
    ).stdout  # fmt: skip


def rows_in(own):
    [(schema,)] = own.sql("SELECT schema_name FROM shared.tenants_council WHERE name = 'Amber'")
    tables = own.sql("SELECT tablename FROM pg_tables WHERE schemaname = %s", schema)
    return {
        name: own.sql(f'SELECT count(*), md5(string_agg(t::text, \'|\' ORDER BY t::text)) FROM "{schema}"."{name}" t')
        for (name,) in tables
    }


def test_the_whole_roster_is_imported_measured_and_left_alone_the_second_time(own_database, tmp_path, capsys):
    said = take(own_database, tmp_path / "first.csv")
    with capsys.disabled():
        print(f"\n{said}")
    for title, floor in (("Pair precision", PRECISION_FLOOR), ("Pair recall", RECALL_FLOOR)):
        line = next(line for line in said.splitlines() if line.startswith(title))
        figures = [float(figure) for figure in re.findall(r"\d\.\d+", line)]
        assert len(figures) == 3
        assert min(figures) >= floor
    assert "Wrong merge" not in said
    text = (tmp_path / "first.csv").read_text(encoding="utf-8-sig")
    assert len(list(csv.DictReader(text.splitlines()))) == 7580 + 64 + 350
    before = rows_in(own_database)
    assert "Nothing was written" in take(own_database, tmp_path / "second.csv")
    assert rows_in(own_database) == before
    assert (tmp_path / "second.csv").read_bytes() == (tmp_path / "first.csv").read_bytes()
