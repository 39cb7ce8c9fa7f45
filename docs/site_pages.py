"""What mkdocs calls to make the site (mkdocs.yml): pages that lie elsewhere in the project, the API, formulas.

Nothing is written for the site alone: the front page is README.md, the API comes out of the docstrings, and so on.
Links are rewritten to where each thing is in the site.
"""

import html
import posixpath
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]

PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "integrations/comfyui/README.md": "comfyui.md",
}
"""Pages of the project that are no files of docs/, and where they are in the site."""
DOCS, ELSEWHERE = "docs/", "project/"
"""Where the site's own files are in the project; and where, in the site, other files of the project are."""

USING = "To use it"
"""What the navigation calls these pages."""

_LINK = re.compile(r"(!?\[[^]]*\]\()([^)\s]+)(\))")
_CODE = re.compile(r"(^ *```.*?^ *```$|`[^`\n]+`)", re.M | re.S)
_FORMULA = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.S)


def on_config(config: Any) -> Any:
    """A page of docs/ that the navigation does not name is last of those about using impasto."""
    named = re.findall(r"[\w-]+\.md", str(config.nav))
    (using,) = [one[USING] for one in config.nav if USING in one]
    using += sorted(path.name for path in (ROOT / DOCS).glob("*.md") if path.name not in named)
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that lie elsewhere, what they and the others link to, and the API."""
    for source, place in PAGES.items():
        files.append(File.generated(config, place, content=_page(source, files, config)))
    files.append(File.generated(config, "api.md", content=api()))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Pages of docs/ link to files of the project, too."""
    if page.file.generated_by:
        return markdown
    return _relinked(markdown, DOCS + page.file.src_uri, page.file.src_uri, files, config)


def on_page_content(content: str, **_: Any) -> str:
    """Formulas as MathML, which browsers show without a script."""
    from latex2mathml.converter import convert

    def formula(found: re.Match[str]) -> str:
        display = "block" if found[2] == "[" else "inline"
        return str(convert(html.unescape(found[3]), display=display))

    return _FORMULA.sub(formula, content)


def api() -> str:
    """The page of the API: every public name, in the order of the packages, with its docstring."""
    import impasto

    packages: dict[str, list[str]] = {}
    for name, home in impasto._HOME.items():
        packages.setdefault(home.split(".")[0].split(":")[0], []).append(name)
    parts = ["# Python", "Everything here is `impasto.NAME`. [How it is used](index.md#from-python)."]
    for package in sorted(packages):
        parts += [f"## {package}", *(f"::: impasto.{name}" for name in packages[package])]
    return "\n\n".join(parts) + "\n"


def _page(source: str, files: Files, config: Any) -> str:
    return _relinked((ROOT / source).read_text("utf-8"), source, PAGES[source], files, config)


def _relinked(text: str, source: str, page: str, files: Files, config: Any) -> str:
    """The text of a file of the project with its links as they have to be on a page of the site; not those in code."""

    def link(found: re.Match[str]) -> str:
        address = urlsplit(found[2])
        if address.scheme or not address.path:
            return found[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), address.path))
        place = _place(target, files, config)
        anchor = f"#{address.fragment}" if address.fragment else ""
        return f"{found[1]}{posixpath.relpath(place, posixpath.dirname(page) or '.')}{anchor}{found[3]}"

    parts = _CODE.split(text)  # every second one is code
    return "".join(part if i % 2 else _LINK.sub(link, part) for i, part in enumerate(parts))


def _place(target: str, files: Files, config: Any) -> str:
    """Where a file of the project is in the site; one that is no page is added. A missing one is for mkdocs to tell."""
    if target in PAGES:
        return PAGES[target]
    if target.startswith(DOCS):
        return target.removeprefix(DOCS)
    place = ELSEWHERE + target
    if (ROOT / target).is_file() and files.get_file_from_path(place) is None:
        files.append(File.generated(config, place, abs_src_path=str(ROOT / target)))
    return place
