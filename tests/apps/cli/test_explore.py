"""`impasto explore`: what it leaves, that it goes on, and what it refuses."""

import base64
import json
import re
import shlex
from html.parser import HTMLParser
from pathlib import Path

import pytest

import impasto
from impasto.errors import CostError
from impasto.images.files import write_picture
from impasto.workflows.explore.paint import Explorer, Stepped
from tests.apps.cli.conftest import press_ctrl_c
from tests.helpers import random_image

pytestmark = pytest.mark.usefixtures("studio")

SHORT = ("--size", "48", "--steps", "3", "--threads", "1")
STRENGTHS = ("--vary", "strength=0.2,0.8")
GRID = (*STRENGTHS, "--vary", "content-layer=relu1_2,relu2_2")


def explore(*options, output="out"):
    return ["explore", "content.png", "style.png", "-o", output, *SHORT, *options]


def cells(folder="out") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(Path(folder, "cells").iterdir())}


def ages(folder="out") -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in Path(folder, "cells").iterdir()}


@pytest.fixture
def after(monkeypatch):
    """Do something, once, after a step of a picture (both from 1) and before anybody hears of it."""
    plans = {}
    events = Explorer.__iter__

    def heard(self):
        picture = 0
        for event in events(self):
            picture += not isinstance(event, Stepped) and hasattr(event, "number")
            if isinstance(event, Stepped):
                plans.pop((picture, event.step.number), lambda: None)()
            yield event

    monkeypatch.setattr(Explorer, "__iter__", heard)
    return lambda picture, step, do: plans.__setitem__((picture, step), do)


class Page(HTMLParser):
    """What a page shows and refers to."""

    def __init__(self, folder="out"):
        super().__init__()
        self.source = Path(folder, "index.html").read_text("utf-8")
        self.images, self.links, self.ids, self.tags, self.commands = [], [], [], set(), []
        self._in_pre, self.open = False, []
        self.feed(self.source)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.add(tag)
        self.open += [] if tag in ("meta", "img", "br", "wbr") else [tag]
        self._in_pre = tag == "pre"
        if tag == "img":
            self.images.append(attributes)
        if "href" in attributes:
            self.links.append(attributes["href"])
        if "id" in attributes:
            self.ids.append(attributes["id"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self._in_pre:
            self.commands.append(data)
        self._in_pre = False


def test_a_grid_of_pictures_a_sheet_and_a_page(run, studio):
    outcome = run(*explore(*GRID))
    assert outcome.code == 0
    assert "Painted 4 pictures in " in outcome.out
    assert "See them in out/index.html; on one sheet: out/sheet.png." in outcome.out
    assert {path.name for path in (studio / "out").iterdir()} == {
        *("cells", "exploration.json", "index.html", "sheet.png")
    }
    assert list(cells()) == [
        *("strength-0.2_content-layer-relu1_2.png", "strength-0.2_content-layer-relu2_2.png"),
        *("strength-0.8_content-layer-relu1_2.png", "strength-0.8_content-layer-relu2_2.png"),
    ]
    assert len(set(cells().values())) == 4


def test_each_picture_is_the_one_that_stylize_paints(run):
    """To the byte: nothing is left over in an encoder that several settings share."""
    axes = ["--vary", "pooling", "--vary", "border=zeros,replicate,mirror"]
    run(*explore(*axes))
    for pooling in ("max", "average"):
        for border in ("zeros", "replicate", "mirror"):
            own = ["--pooling", pooling, "--border", border, "-o", "one.png", "--force"]
            assert run("stylize", "content.png", "style.png", *SHORT, *own).code == 0
            assert Path("one.png").read_bytes() == cells()[f"pooling-{pooling}_border-{border}.png"]


def test_finished_pictures_are_not_painted_again(run, monkeypatch):
    run(*explore(*GRID))
    before, sheet, page = ages(), Path("out/sheet.png").read_bytes(), Path("out/index.html").read_bytes()
    monkeypatch.setattr(impasto.painting.Painting, "__next__", lambda self: pytest.fail("painted again"))
    outcome = run(*explore(*GRID))
    assert outcome.code == 0
    assert outcome.out.startswith("All 4 pictures were finished before.\n")
    assert ages() == before
    assert (Path("out/sheet.png").read_bytes(), Path("out/index.html").read_bytes()) == (sheet, page)


def delete(path):
    path.unlink()


def spoil(path):
    path.write_bytes(path.read_bytes()[:-20])


def retouch(path):
    """Other pixels, and the recipe as it was."""
    recipe = impasto.read_recipe(path)
    write_picture(path, random_image(36, 48, 9), recipe=recipe, overwrite=True)


@pytest.mark.parametrize("damage", [delete, spoil, retouch])
def test_a_deleted_or_altered_picture_is_painted_again(run, damage):
    run(*explore(*STRENGTHS))
    before, old = cells(), ages()
    damage(Path("out/cells/strength-0.8.png"))
    outcome = run(*explore(*STRENGTHS))
    assert re.search(r"Painted 1 picture in .*; 1 was finished before\.$", outcome.out, re.MULTILINE)
    assert cells() == before
    assert ages()["strength-0.2.png"] == old["strength-0.2.png"]


def test_more_values_are_added_to_what_is_there(run):
    run(*explore("--vary", "strength=0.2,0.8"))
    old = ages()
    outcome = run(*explore("--vary", "strength=0.1,0.2,0.8,0.9"))
    assert "Painted 2 pictures" in outcome.out
    assert {name: ages()[name] for name in old} == old
    assert len(Page().commands) == 4


def test_another_version_paints_anew(run, monkeypatch):
    run(*explore(*STRENGTHS))
    monkeypatch.setattr(impasto.painting, "__version__", "9.9")
    assert "Painted 2 pictures" in run(*explore(*STRENGTHS)).out


def test_another_network_paints_anew(run, monkeypatch):
    from impasto.encoder import vgg19
    from tests.helpers import tiny_weights

    run(*explore(*STRENGTHS))
    monkeypatch.setattr(vgg19, "find_weights", lambda choice=None: tiny_weights(1))
    assert "Painted 2 pictures" in run(*explore(*STRENGTHS)).out


@pytest.mark.parametrize("stop", [(1, 2), (2, 1), (2, 2)])
def test_ctrl_c_and_on(run, after, stop):
    run(*explore(*STRENGTHS, output="straight"))
    after(*stop, press_ctrl_c)
    outcome = run(*explore(*STRENGTHS))
    assert outcome.code == 130
    assert f"Stopped; {stop[0] - 1} of 2 pictures are finished. Go on with:\n" in outcome.out
    assert {"sheet.png", "index.html"} <= {path.name for path in Path("out").iterdir()}
    assert "Not painted yet." in Page().source
    again = shlex.split(outcome.out.splitlines()[1])
    steps = []
    for number in (1, 2, 3):
        after(1, number, lambda number=number: steps.append(number))
    assert run(*again[1:]).code == 0
    assert steps == list(range(stop[1] + 1, 4))  # that picture went on where it was
    assert cells() == cells("straight")


def test_ctrl_c_in_the_last_step_of_a_picture_stops_before_the_next(run, after):
    after(1, 3, press_ctrl_c)
    outcome = run(*explore(*STRENGTHS))
    assert outcome.code == 130
    assert "Stopped; 1 of 2 pictures are finished." in outcome.out
    assert list(cells()) == ["strength-0.2.png"]
    after(1, 3, press_ctrl_c)
    assert run(*explore(*STRENGTHS)).code == 0  # it was the last step of all


def test_a_second_ctrl_c_stops_at_once(run, after):
    def twice():
        press_ctrl_c()
        press_ctrl_c()

    after(2, 1, twice)
    outcome = run(*explore(*STRENGTHS))
    assert outcome.code == 130
    assert outcome.out.startswith("Stopped at once. Go on with what is finished, by:\n  impasto explore ")
    assert "Painted 1 picture" in run(*explore(*STRENGTHS)).out


def test_a_checkpoint_of_another_painting_is_of_no_use(run, after, studio):
    after(1, 2, press_ctrl_c)
    run(*explore(*STRENGTHS))
    (kept,) = (studio / "out" / "cells").glob("*.checkpoint")
    kept.write_bytes(b"damaged")
    assert run(*explore(*STRENGTHS)).code == 0
    assert list(cells()) == ["strength-0.2.png", "strength-0.8.png"]


def test_force_begins_anew(run, studio):
    run(*explore("--vary", "strength=0.2,0.8"))
    (studio / "out" / "cells" / "mine.png").write_bytes(b"dear")
    (studio / "out" / "notes.txt").write_text("dear")
    assert run(*explore("--vary", "seed=1,2", "--force")).code == 0
    assert list(cells()) == ["mine.png", "seed-1.png", "seed-2.png"]
    assert (studio / "out" / "notes.txt").read_text() == "dear"
    assert set(json.loads(Path("out/exploration.json").read_text())["cells"]) == {"seed-1", "seed-2"}


def test_a_list_that_names_files_elsewhere_removes_nothing(run, studio):
    run(*explore(*STRENGTHS))
    (studio / "out" / "dear.png").write_bytes(b"dear")
    listed = json.loads(Path("out/exploration.json").read_text())
    listed["cells"] |= {"../dear": {}, str(studio / "content"): {}}
    Path("out/exploration.json").write_text(json.dumps(listed))
    assert run(*explore(*STRENGTHS, "--force")).code == 0
    assert (studio / "out" / "dear.png").exists()
    assert (studio / "content.png").exists()


def test_the_page_needs_nothing_else(run):
    run(*explore(*GRID))
    page = Page()
    written = re.sub(r'src="data:image/jpeg;base64,[^"]*"', "", page.source)
    assert not re.search(r"https?:|//|url\(|@import|\bsrc=", written)
    assert page.tags.isdisjoint({"script", "link", "iframe", "object", "embed"})
    assert page.open == []
    for image in page.images:
        kind, _, data = image["src"].partition(",")
        assert kind == "data:image/jpeg;base64"
        assert base64.b64decode(data, validate=True).startswith(b"\xff\xd8")
        assert image["alt"]
    assert len(page.images) == 2 + 4 + 4
    assert {link.removeprefix("#") for link in page.links} == set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    assert '<meta name="viewport"' in page.source


def test_the_page_shows_each_picture_whole_with_its_costs_and_its_command(run):
    run(*explore(*STRENGTHS))
    page = Page()
    assert [image["alt"] for image in page.images].count("strength 0.2") == 2
    assert [(image["width"], image["height"]) for image in page.images[-2:]] == [("48", "36")] * 2
    listed = json.loads(Path("out/exploration.json").read_text())["cells"]
    for name, command in zip(("strength-0.2", "strength-0.8"), page.commands, strict=True):
        straight = impasto.stylize(
            "content.png", "style.png", size=48, steps=3, threads=1, strength=float(name[-3:])
        )
        assert listed[name]["cost"]["total"] == straight.history[-1].total
        assert f"{straight.history[-1].total:.4g}" in page.source
        run(*shlex.split(command)[1:])
        assert Path(f"{name}.png").read_bytes() == cells()[f"{name}.png"]


def test_names_and_values_are_only_text_on_the_page(run, studio):
    (studio / "content.png").rename(studio / "a <b> & 'c'.png")
    assert run("explore", "a <b> & 'c'.png", "style.png", "-o", "out", *SHORT, *STRENGTHS).code == 0
    page = Page()
    assert "b" not in page.tags
    assert page.images[0]["alt"] == "a <b> & 'c'.png"


def test_the_folder_is_named_for_what_is_explored(run, studio):
    assert run("explore", "content.png", "style.png", *SHORT, "--quiet", *GRID).code == 0
    assert (studio / "content-style-strength-content-layer" / "index.html").exists()


def test_progress_over_the_whole_in_lines(run):
    lines = run(*explore(*GRID)).err.splitlines()
    assert lines[0] == "content.png in the manner of style.png: out, 48 x 36 pixels"
    begun = [line for line in lines if line.startswith("picture ")]
    assert begun[0] == "picture 1 of 4: strength 0.2, content-layer relu1_2"
    assert len(begun) == 4
    done = [int(line.split("%")[0]) for line in lines if "%" in line]
    assert done == sorted(done)
    assert done[-1] == 100
    assert 5 <= len(done) <= 11
    outcome = run(*explore(*GRID, "--quiet", "--force"))
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_what_changes_nothing_is_noted_and_painted_all_the_same(run):
    outcome = run(*explore("--vary", "seed=1,2"))
    assert "note: seed changes nothing here: nothing is random with start content" in outcome.err
    assert outcome.code == 0


def test_a_picture_that_fails_leaves_the_others(run, monkeypatch):
    step = impasto.painting.Painting.__next__

    def fail(self):
        if self.settings.strength == 0.2:
            raise CostError.at(float("nan"))
        return step(self)

    with monkeypatch.context() as patch:
        patch.setattr(impasto.painting.Painting, "__next__", fail)
        outcome = run(*explore(*STRENGTHS))
    assert outcome.code == 2
    assert "note: strength 0.2 failed: the cost is nan" in outcome.err
    assert "the cost is nan" in Page().source
    assert list(cells()) == ["strength-0.8.png"]
    assert "Painted 1 picture" in run(*explore(*STRENGTHS)).out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--vary", "streng"], "there is no setting to vary named 'streng'; did you mean strength?"),
        (["--vary", "strength=2"], "strength is a number from 0 to 1, got 2"),
        (["--vary", "weights"], "weights has no list of values of its own"),
        (["--vary", "weights=nowhere.pth"], "nowhere.pth"),
        (["--vary", "seed", "--vary", "alpha", "--vary", "beta"], "one or two settings are varied, got 3"),
        (["--vary", "seed=" + ",".join(map(str, range(101)))], "the grid has 101 pictures; at most 100"),
        (["--vary", "strength", "--strength", "0.3"], "strength is varied, and cannot be 0.3 as well"),
        (["--vary", "size=32,8"], "size is a whole number from 16"),
        (["--vary", "size=32,16"], "too small for relu5_1"),
        (["--vary", "start=content,nowhere.png"], "nowhere.png"),
        ([], "Missing option '--vary'"),
    ],
)
def test_what_cannot_be_explored_is_refused_before_anything_is_painted(refused, studio, options, words):
    size = () if any("size" in one for one in options) else ("--size", "48")
    before = {path.name for path in studio.iterdir()}
    assert words in refused("explore", "content.png", "style.png", *size, "--steps", "3", *options)
    assert {path.name for path in studio.iterdir()} == before


@pytest.mark.parametrize("role", ["content", "style"])
def test_a_picture_that_is_missing_is_refused(refused, studio, role):
    (studio / f"{role}.png").unlink()
    assert f"the {role} picture '{role}.png' does not exist" in refused(*explore(*STRENGTHS))
    assert not (studio / "out").exists()


def test_a_folder_that_holds_something_else_is_refused(refused, studio):
    (studio / "mine").mkdir()
    (studio / "mine" / "letter.txt").write_text("dear")
    for extra in ([], ["--force"]):
        line = refused(*explore(*STRENGTHS, *extra, output="mine"))
        assert "'mine' is there and is no exploration" in line
    assert [path.name for path in (studio / "mine").iterdir()] == ["letter.txt"]
    (studio / "mine" / "exploration.json").write_text('{"format": "another"}')
    assert "is no exploration" in refused(*explore(*STRENGTHS, output="mine"))
    assert "'content.png' is a file" in refused(*explore(*STRENGTHS, output="content.png"))
    assert "the folder 'no' of 'no/out' does not exist" in refused(*explore(*STRENGTHS, output="no/out"))


def test_an_empty_folder_will_do(run, studio):
    (studio / "out").mkdir()
    assert run(*explore(*STRENGTHS)).code == 0


def test_another_exploration_is_not_mixed_in(run, refused, studio):
    run(*explore(*STRENGTHS))
    before = ages()
    line = refused(*explore(*STRENGTHS, "--beta", "3")[:-2], "--steps", "4")
    assert "'out' holds another exploration, of other settings (steps)" in line
    assert "--force" in line
    assert "of other varied settings:" in refused(*explore("--vary", "seed"))
    write_picture(studio / "style.png", random_image(40, 40, 7), overwrite=True)
    assert "of other pictures (style)" in refused(*explore(*STRENGTHS))
    assert ages() == before


def test_a_settings_file_lies_beneath_what_is_varied(run, studio):
    (studio / "mine.toml").write_text("strength = 0.4\nsteps = 2\nstyle-scale = 0.9\n")
    options = ("--vary", "strength=0.2,0.8", "--settings", "mine.toml", "--size", "48", "--threads", "1")
    assert run("explore", "content.png", "style.png", "-o", "out", *options).code == 0
    recipe = impasto.read_recipe("out/cells/strength-0.8.png")
    wanted = impasto.Settings(strength=0.8, steps=2, style_scale=0.9, size=48, threads=1)
    assert recipe["settings"] == wanted.as_dict()
    (studio / "mine.toml").write_text("beta = 7.0\nsteps = 2\n")
    assert run("explore", "content.png", "style.png", "-o", "other", *options).code == 0
    assert impasto.read_recipe("other/cells/strength-0.8.png")["settings"]["beta"] > 20


def test_several_processes_are_refused(refused, monkeypatch):
    monkeypatch.setattr(impasto.Stylizer, "alone", False)
    assert "painted in one process" in refused(*explore(*STRENGTHS))


def test_the_shell_completes_what_can_be_varied(run, monkeypatch, capsys):
    monkeypatch.setenv("_IMPASTO_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "impasto explore a b --vary st")
    monkeypatch.setenv("COMP_CWORD", "5")
    with pytest.raises(SystemExit):
        run("anything")
    found = capsys.readouterr().out.split()
    assert sorted(found) == ["start", "steps", "strength", "style-cost", "style-layers", "style-scale"]
