"""Builds what the browser is given (`make assets`), and writes down from which sources it was built.

Needs Node; nothing else in the project does. The built files are committed, and a test compares the fingerprints in
`sources.lock.json` with the files, so an edited style sheet that was not rebuilt is noticed.
"""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # it has no stubs

ASSETS = Path(__file__).resolve().parent
BUILT = ASSETS.parent / "static" / "ui"
LOCK = ASSETS / "sources.lock.json"
FIXTURES = ASSETS.parents[2] / "tests" / "ui" / "fixtures" / "govuk-frontend.json.gz"

SOURCE_PATTERNS = (
    ".npmrc",
    "package.json",
    "package-lock.json",
    "licences.txt",
    "*.scss",
    "*.js",
    "*.py",
    "scripts/*",
    "styles/*",
    "icons/*",
)
BUILT_PATTERNS = ("*", "icons/*")

# Only these pictures are taken over: the folder they come from also holds other organisations' emblems.
MOJ_ICONS = (
    "icon-close-cross-black.svg",
    "icon-document.svg",
    "icon-tag-remove-cross-white.svg",
    "icon-tag-remove-cross.svg",
    "icon-toggle-plus-minus.svg",
)

COMPONENT_IN_USE = re.compile(r'govuk/components/([a-z-]+)"')

# A browser's developer tools would ask for these maps, and hashed static files would fail without them.
SOURCE_MAP_COMMENT = re.compile(r"\n?(//# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*")


def fingerprints(folder: Path, patterns: tuple[str, ...]) -> dict[str, str]:
    """The SHA-256 of each file in `folder` that a pattern names, by its path within the folder."""
    files = sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def current_lock() -> dict[str, dict[str, str]]:
    """What `sources.lock.json` should say, from the files as they are now."""
    return {"sources": fingerprints(ASSETS, SOURCE_PATTERNS), "built": fingerprints(BUILT, BUILT_PATTERNS)}


def run(*command: str) -> None:
    """Run one command in the assets folder, saying which."""
    sys.stdout.write("$ " + " ".join(command) + "\n")
    sys.stdout.flush()
    subprocess.run(command, cwd=ASSETS, check=True)  # noqa: S603 -- fixed commands, none from outside


def copy_text(source: Path, target: Path) -> None:
    """Copy a text file without its source-map comment."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(SOURCE_MAP_COMMENT.sub("\n", source.read_text(encoding="utf-8")).strip() + "\n", encoding="utf-8")


def compress() -> None:
    """Put a compressed copy beside each style sheet and script, which the server sends to browsers that take it."""
    for path in sorted((*BUILT.glob("*.css"), *BUILT.glob("*.js"))):
        path.with_name(path.name + ".br").write_bytes(brotli.compress(path.read_bytes(), quality=11))
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def copy_fixtures() -> None:
    """Keep upstream's examples of the components in use, for the test that compares our rendering with them."""
    components = COMPONENT_IN_USE.findall((ASSETS / "app.scss").read_text(encoding="utf-8"))
    kept: dict[str, list[dict[str, object]]] = {}
    for component in components:
        source = ASSETS / "node_modules/govuk-frontend/dist/govuk/components" / component / "fixtures.json"
        examples = json.loads(source.read_text(encoding="utf-8"))["fixtures"]
        kept[component] = [{key: example[key] for key in ("name", "options", "html")} for example in examples]
    FIXTURES.parent.mkdir(parents=True, exist_ok=True)
    FIXTURES.write_bytes(gzip.compress(json.dumps(kept, separators=(",", ":")).encode(), mtime=0))


def build() -> None:
    """Install the exact packages, build styles and script, copy single icons, and write the lock file."""
    if shutil.which("npm") is None:
        sys.exit("Building the assets needs Node and npm. Running Patchwork does not: the built files are committed.")
    run("npm", "ci", "--no-fund", "--no-audit")
    modules = ASSETS / "node_modules"
    shutil.rmtree(BUILT, ignore_errors=True)
    BUILT.mkdir(parents=True)
    sass = ["--load-path=.", "--load-path=node_modules", "--style=compressed", "--no-source-map", "--quiet"]
    run("npx", "--no-install", "sass", *sass, "app.scss", str(BUILT / "app.css"))
    esbuild = ["--bundle", "--minify", "--format=esm", "--target=es2020", "--legal-comments=eof"]
    run("npx", "--no-install", "esbuild", "app.js", *esbuild, f"--outfile={BUILT / 'app.js'}")
    copy_text(modules / "htmx.org/dist/htmx.min.js", BUILT / "htmx.js")
    for name in MOJ_ICONS:
        copy_text(modules / "@ministryofjustice/frontend/moj/assets/images" / name, BUILT / "icons" / name)
    for icon in sorted((ASSETS / "icons").glob("*.svg")):
        copy_text(icon, BUILT / "icons" / icon.name)
    copy_text(ASSETS / "licences.txt", BUILT / "licences.txt")
    compress()
    copy_fixtures()
    LOCK.write_text(json.dumps(current_lock(), indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"Built {len(current_lock()['built'])} files into {BUILT}\n")


if __name__ == "__main__":
    build()
