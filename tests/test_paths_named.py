"""Every file of the project that a document, a docstring or a comment names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "impasto"
NAMED = re.compile(r"(?<![\w/.-])((?:[a-z_]+/)+[a-z_0-9]+\.py)\b")


def test_every_file_that_is_named_is_there():
    texts = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *SOURCE.rglob("*.py"),
        *ROOT.glob("benchmarks/*.py"),
    ]
    missing = [
        f"{text.relative_to(ROOT)} names {name}"
        for text in texts
        if text.name != "CHANGELOG.md"
        for name in NAMED.findall(text.read_text(encoding="utf-8"))
        if not any((folder / name).exists() for folder in (ROOT, SOURCE, text.parent, ROOT / "src"))
    ]
    assert not missing, missing
