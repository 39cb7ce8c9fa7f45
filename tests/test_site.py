"""The documentation's site is made, strictly, and needs no network to be read."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import impasto

ROOT = Path(__file__).resolve().parents[1]


def built(config: Path, folder: Path) -> subprocess.CompletedProcess:
    """`make docs`, into a folder."""
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--config-file",
        str(config),
        "--site-dir",
        str(folder),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site; a link that leads nowhere, an unknown name in the API or any other warning fails here."""
    folder = tmp_path_factory.mktemp("site")
    done = built(ROOT / "mkdocs.yml", folder)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "excluded" not in done.stderr, done.stderr[-2000:]
    return folder


@pytest.mark.slow
def test_every_page_is_there_and_asks_nobody_outside(site):
    pages = {path.name for path in site.glob("*.html")}
    assert {f"{path.stem}.html" for path in (ROOT / "docs").glob("*.md")} < pages
    assert {"index.html", "changelog.html", "contributing.html", "comfyui.html", "api.html"} < pages
    for page in site.glob("*.html"):
        text = page.read_text("utf-8")
        assert not re.findall(r'(?:src=|<link[^>]*href=)"(?:https?:)?//[^"]*"', text), page.name
        assert 'class="arithmatex"' not in text, f"a formula of {page.name} is no MathML"
    assert (site / "walkthrough.html").read_text("utf-8").count("<math") > 20


@pytest.mark.slow
def test_every_link_and_picture_of_a_page_is_there(site):
    """mkdocs checks those of Markdown; here are all that the pages have, as a browser follows them."""
    missing = [
        f"{page.name}: {address}"
        for page in site.glob("*.html")
        if page.name != "404.html"  # of which every link begins at a server's root
        for address in re.findall(r'(?:src|href)="([^"#?:]+)[#?"]', page.read_text("utf-8"))
        if not (page.parent / address).exists()
    ]
    assert missing == []


@pytest.mark.slow
def test_the_api_has_every_public_name_and_search_finds_it(site):
    found = json.loads((site / "search" / "search_index.json").read_text("utf-8"))["docs"]
    places = {one["location"] for one in found}
    for name in impasto.__all__:
        if name != "__version__":
            home = impasto._HOME[name].replace(":", ".").split(".")
            own = name if home[-1] not in ("describe", "verify") else home[-1]
            assert any(re.fullmatch(rf"api\.html#impasto(\..*)?\.{own}", place) for place in places), name
    assert "var __index = " in (site / "search" / "search_index.js").read_text("utf-8")[:20]


@pytest.mark.slow
def test_the_front_page_is_the_readme(site):
    page = (site / "index.html").read_text("utf-8")
    headings = re.findall(r"^## (.+)$", (ROOT / "README.md").read_text("utf-8"), re.M)
    shown = [re.sub(r"<[^>]+>|&para;", "", one) for one in re.findall(r"<h2[^>]*>(.*?)</h2>", page)]
    assert shown == [one.replace("`", "") for one in headings]


@pytest.mark.slow
def test_a_broken_link_fails(tmp_path):
    """The same configuration over one page that links to nothing."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("[away](nowhere.md) and [here](#nothing)\n")
    kept = (ROOT / "mkdocs.yml").read_text("utf-8").split("nav:")[0]
    (tmp_path / "mkdocs.yml").write_text(re.sub(r"^hooks:\n.*\n", "", kept, flags=re.M))
    done = built(tmp_path / "mkdocs.yml", tmp_path / "site")
    assert done.returncode != 0
    assert "nowhere.md" in done.stderr and "#nothing" in done.stderr
