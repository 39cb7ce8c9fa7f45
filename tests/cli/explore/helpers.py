"""A small exploration, and what it leaves."""

from html.parser import HTMLParser
from pathlib import Path

SHORT = ("--recipe", "glaze", "--size", "48", "--steps", "3", "--threads", "1")
STRENGTHS = ("--vary", "strength=0.2,0.8")
GRID = (*STRENGTHS, "--vary", "content-layer=relu1_2,relu2_2")


def explore(*options, output="out"):
    return ["explore", "content.png", "style.png", "-o", output, *SHORT, *options]


def cells(folder="out") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(Path(folder, "cells").iterdir())}


def ages(folder="out") -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in Path(folder, "cells").iterdir()}


class Page(HTMLParser):
    """What a page shows and refers to."""

    def __init__(self, folder="out"):
        super().__init__()
        self.source = Path(folder, "index.html").read_text("utf-8")
        self.images, self.links, self.ids, self.tags, self.commands = [], [], [], set(), []
        self.open = []
        self.feed(self.source)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.add(tag)
        self.open += [] if tag in ("meta", "img", "br", "wbr") else [tag]
        self.commands += [""] if tag == "pre" else []
        if tag == "img":
            self.images.append(attributes)
        if "href" in attributes:
            self.links.append(attributes["href"])
        if "id" in attributes:
            self.ids.append(attributes["id"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "pre" in self.open:
            self.commands[-1] += data
