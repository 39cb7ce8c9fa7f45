"""`--settings` and `impasto info --toml`: a file says the same as options, and options win over it."""

import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

import impasto
from impasto.cli.app import app
from impasto.settings import Settings
from tests.cli.conftest import press_ctrl_c, stylize

pytestmark = pytest.mark.usefixtures("studio")

MINE = """\
scales = 1
steps = 2
threads = 1
alpha = 3
style-layers = { relu1_1 = 2, relu3_1 = 1 }
"""
AS_OPTIONS = [
    "--scales",
    1,
    "--steps",
    2,
    "--threads",
    1,
    "--alpha",
    3,
    "--style-layers",
    "relu1_1:2,relu3_1:1",
]


def paint(*options: object, output: object = "out.png") -> list[object]:
    return ["stylize", "content.png", "style.png", "-o", output, "--quiet", *options]


def settings_of(picture: str) -> Settings:
    return Settings.from_dict(impasto.read_metadata(picture)["settings"])


def test_a_file_gives_the_same_bytes_as_options(run, studio):
    (studio / "mine.toml").write_text(MINE)
    assert run(*paint("--settings", "mine.toml")).code == 0
    assert run(*paint(*AS_OPTIONS, output="other.png")).code == 0
    assert Path("out.png").read_bytes() == Path("other.png").read_bytes()


def test_options_win_over_the_file(run, studio):
    (studio / "mine.toml").write_text(MINE + "beta = 7.0\nbalance = false\nsize = 'any'\n")
    run(*paint("--settings", "mine.toml", "--steps", 1, "--strength", 0.5, "--balance", "--size", 40))
    painted = settings_of("out.png")
    assert (painted.steps, painted.strength, painted.balance, painted.size) == (1, 0.5, True, 40)
    assert painted.alpha == Settings().alpha
    assert painted.style_layers == {"relu1_1": 2, "relu3_1": 1}


def test_every_command_that_takes_settings_takes_a_file_of_them():
    for command in get_command(app).commands.values():
        names = {one.name for one in command.params}
        assert ("settings" in names) == ("style_layers" in names), command.name


def test_a_plan_reads_it_too(run, refused, studio):
    (studio / "mine.toml").write_text(MINE)
    plan = ["plan", "content.png", "style.png", "--settings", "mine.toml"]
    assert "48 x 36  2" in run(*plan).out
    (studio / "mine.toml").write_text("\nsteps = 0\n")
    assert "'mine.toml', line 2: steps must be a whole number" in refused(*plan)


def test_the_settings_of_a_picture_paint_it_again(run, studio):
    (studio / "sub").mkdir()
    run(*paint(*AS_OPTIONS, "--start", "style.png", "--seed", 5))
    told = run("info", "out.png", "--toml", "sub/mine.toml")
    assert "The settings are in sub/mine.toml" in told.out
    assert "impasto stylize PHOTO PAINTING -o RESULT.png --settings sub/mine.toml" in told.out
    assert run(*paint("--settings", "sub/mine.toml", output="again.png")).code == 0
    assert settings_of("again.png").start == str(studio / "style.png")
    pixels = [impasto.read_picture(name).rgb for name in ("out.png", "again.png")]
    assert (pixels[0] == pixels[1]).all()


@pytest.mark.slow
def test_a_picture_painted_from_a_file_goes_on_from_its_checkpoint(run, after_step, studio):
    (studio / "sub").mkdir()
    (studio / "sub" / "mine.toml").write_text(MINE + "start = '../style.png'\n")
    run(*paint("--settings", "sub/mine.toml", output="straight.png"))
    after_step(1, press_ctrl_c)
    assert run(*paint("--settings", "sub/mine.toml")).code == 130
    (studio / "sub" / "mine.toml").unlink()
    assert run("resume", "out.png.checkpoint").code == 0
    assert Path("out.png").read_bytes() == Path("straight.png").read_bytes()


def test_the_settings_are_shown_on_the_screen(run):
    run(*stylize("--seed", 5))
    told = run("info", "out.png", "--toml", "-")
    assert (told.code, told.err) == (0, "")
    assert tomllib.loads(told.out) == {"recipe": "glaze", "seed": 5, "scales": 2, "steps": 6, "threads": 1}
    assert run("info", "out.png", "--toml", "mine.toml").code == 0
    assert Path("mine.toml").read_text("utf-8") == told.out


def test_a_file_that_exists_is_replaced_with_force_alone(run, refused, studio):
    run(*stylize())
    (studio / "mine.toml").write_text("dear")
    assert "'mine.toml' exists" in refused("info", "out.png", "--toml", "mine.toml")
    assert (studio / "mine.toml").read_text() == "dear"
    assert run("info", "out.png", "--toml", "mine.toml", "--force").code == 0
    assert impasto.read_settings("mine.toml") == settings_of("out.png")
    assert "make it first" in refused("info", "out.png", "--toml", "none/mine.toml")
    assert "give one of them" in refused("info", "out.png", "--toml", "new.toml", "--json")
    assert "carries no metadata" in refused("info", "content.png", "--toml", "new.toml")
    assert not (studio / "new.toml").exists()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"steps = 2\nstepps = 3\n", "'mine.toml', line 2: there is no setting named 'stepps'; did you mean steps"),
        (b"steps = 2\n\nsolver = adam\n", "'mine.toml', line 3: invalid value in column 10"),
        (b"steps = 2\nstart = 'none.png'\n", "the start picture 'none.png' does not exist"),
        (b"steps = 2\nbeta = '\xff'\n", "'mine.toml', line 2: this is not UTF-8 text"),
        (b"\x00\x01", "the settings file 'mine.toml' is not text"),
        (None, "the settings file 'mine.toml' does not exist"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_one_line(refused, studio, data, told):
    if data is not None:
        (studio / "mine.toml").write_bytes(data)
    assert told in refused(*paint("--settings", "mine.toml"))
    assert "the settings file '.' is a folder" in refused(*paint("--settings", "."))
    assert "the settings file 'content.png' is not text" in refused(*paint("--settings", "content.png"))
    assert not (studio / "out.png").exists()
