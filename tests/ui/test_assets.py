"""The built style sheet and scripts belong to their sources, and bring nothing along that is another's."""

import gzip
import json
import re

import brotli  # type: ignore[import-untyped]  # it has no stubs
import pytest

from ui.assets.build import ASSETS, BUILT, LOCK, current_lock

REBUILD = "Run `make assets` and commit what it builds."


def built_files():
    return sorted(path for path in BUILT.rglob("*") if path.is_file() and path.suffix not in {".br", ".gz"})


@pytest.mark.parametrize("part", ["sources", "built"])
def test_every_source_and_every_built_file_is_the_one_written_down_at_the_last_build(part):
    locked = json.loads(LOCK.read_text(encoding="utf-8"))[part]
    current = current_lock()[part]
    differing = sorted(name for name in locked.keys() | current.keys() if locked.get(name) != current.get(name))
    assert not differing, f"These {part} changed after the last build: {', '.join(differing)}. {REBUILD}"


def test_an_edited_source_would_be_noticed(tmp_path):
    from ui.assets.build import fingerprints

    (tmp_path / "app.scss").write_text("a")
    before = fingerprints(tmp_path, ("*.scss",))
    (tmp_path / "app.scss").write_text("b")
    assert fingerprints(tmp_path, ("*.scss",)) != before


@pytest.mark.parametrize("foreign", ["GDS Transport", "govuk-crest", "logotype", "@font-face"])
def test_no_built_file_names_anothers_typeface_or_emblem(foreign):
    named = [path.name for path in built_files() if foreign.lower() in path.read_text(encoding="utf-8").lower()]
    assert not named, f"{foreign} is named in {', '.join(named)}."


def test_built_files_are_styles_scripts_icons_and_licences_and_no_font():
    assert {path.suffix for path in built_files()} == {".css", ".js", ".svg", ".txt"}


def test_no_built_file_points_to_a_source_map_or_to_another_site():
    for path in built_files():
        text = path.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text, path.name
        assert not re.search(r"url\(\s*['\"]?(?:https?:)?//", text), path.name


def test_every_picture_named_by_the_style_sheet_is_there():
    named = set(re.findall(r"url\(([^)]+)\)", (BUILT / "app.css").read_text(encoding="utf-8")))
    assert named
    assert not [picture for picture in named if not (BUILT / picture).is_file()]


def test_packages_have_exact_versions_and_the_lock_names_no_place_to_fetch_from():
    wanted = json.loads((ASSETS / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert wanted["govuk-frontend"] == "6.3.0"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    lock = json.loads((ASSETS / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert all(package.get("integrity") for name, package in lock["packages"].items() if name)


@pytest.mark.parametrize("name", ["app.css", "app.js", "htmx.js"])
def test_a_compressed_copy_says_the_same(name):
    text = (BUILT / name).read_bytes()
    assert brotli.decompress((BUILT / f"{name}.br").read_bytes()) == text
    assert gzip.decompress((BUILT / f"{name}.gz").read_bytes()) == text


@pytest.mark.parametrize(("name", "most"), [("app.css", 18_000), ("app.js", 13_000), ("htmx.js", 13_000)])
def test_each_file_stays_within_its_weight_when_compressed(name, most):
    assert len(brotli.compress((BUILT / name).read_bytes())) <= most


def test_the_style_sheet_begins_with_the_colours_of_the_theme_that_belongs_to_the_product():
    from ui.theme import PATCHWORK, PROPERTIES

    text = (BUILT / "app.css").read_text(encoding="utf-8")
    for part, name in PROPERTIES.items():
        declared = re.findall(re.escape(name) + r":\s*(#[0-9a-f]{3,6})", text)
        assert declared[-1] == getattr(PATCHWORK, part), name
