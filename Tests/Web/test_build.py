"""What scripts/build-web leaves, as the gateway serves it."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path

from hub_double import DIST

# All scripts together, compressed by brotli. What a phone fetches at first is all but the fallback for keys.
BUDGET = 200_000


def files() -> list[Path]:
    return sorted(path for path in DIST.rglob("*") if path.is_file() and path.suffix not in (".br", ".gz"))


def test_the_scripts_stay_within_their_budget():
    total = sum(path.stat().st_size for path in DIST.rglob("*.js.br"))
    assert 0 < total < BUDGET, total


def test_every_name_changes_with_its_content():
    for path in files():
        if path.parent.name == "assets":
            assert re.fullmatch(r"[\w-]+-[A-Z0-9]{8}\.(js|css|svg)", path.name), path.name


def test_what_is_compressed_is_the_same_file():
    for path in files():
        if path.name == "manifest.json":
            continue
        assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == path.read_bytes(), path.name
        plain = subprocess.run(["brotli", "--decompress", "--stdout", str(path.with_name(path.name + ".br"))], capture_output=True, check=True).stdout
        assert plain == path.read_bytes(), path.name


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere():
    html = (DIST / "index.html").read_text()
    assert not re.search(r"<style|style=|\son\w+=", html)
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"https?://", html)
    for name in re.findall(r'(?:src|href)="/([^"]+)"', html):
        assert (DIST / name).is_file(), name


def test_the_manifest_names_what_is_there():
    manifest = json.loads((DIST / "manifest.json").read_text())
    assert {"main.js", "theme.js", "app.css", "icon.svg"} <= manifest.keys()
    assert all((DIST / path).is_file() for path in manifest.values())


def test_the_scripts_use_nothing_that_the_policy_refuses():
    for path in DIST.rglob("*.js"):
        text = path.read_text()
        assert "eval(" not in text and "new Function(" not in text, path.name
        assert "dangerouslySetInnerHTML:" not in text, path.name
    styles = next(DIST.rglob("*.css")).read_text()
    assert "@import" not in styles and "url(" not in styles
