"""The live display, the time left, and what durations look like."""

import io
import sys

import pytest
import torch
from rich.console import Console

from impasto.cli import messages as lines
from impasto.cli.live import Live
from impasto.cli.pace import Pace
from impasto.cli.reporter import Lines, Quiet, Title, parts_of, reporter
from impasto.evaluation import Cost
from impasto.painting.result import Step

TITLE = Title("louvre.jpg", "monet.jpg", "out.png", (192, 256))


def step(number: int, of: int = 100, done: float | None = None, scale: int = 2) -> Step:
    return Step(
        number=number,
        scale=scale,
        scales=3,
        step=number,
        steps=of,
        size=(192, 256),
        cost=Cost(12.8125, 3.25, 0.95625),
        seconds=float(number),
        done=number / of if done is None else done,
        _canvas=torch.zeros(1, 3, 8, 8),
    )


def test_a_steady_pace_gives_the_exact_time_left():
    pace = Pace(now=0.0)
    for number in range(1, 21):
        pace.update(step(number), now=2.0 * number)
    assert pace.left(now=40.0) == pytest.approx(160.0)
    assert pace.left(now=41.5) == pytest.approx(158.5)


def test_nothing_is_said_of_the_time_left_at_first():
    pace = Pace(now=0.0)
    for number in range(1, 5):
        pace.update(step(number), now=float(number))
        assert pace.left(now=float(number)) is None
    pace.update(step(5), now=5.0)
    assert pace.left(now=5.0) == pytest.approx(95.0)


def test_a_slower_machine_is_noticed():
    pace = Pace(now=0.0)
    for number in range(1, 11):
        pace.update(step(number), now=float(number))
    for number in range(11, 41):
        pace.update(step(number), now=10.0 + 5.0 * (number - 10))
    assert pace.left(now=160.0) == pytest.approx(60 * 5, rel=0.02)


def test_a_scale_that_ends_early_is_no_sign_of_speed():
    pace = Pace(now=0.0)
    for number in range(1, 11):
        pace.update(step(number), now=float(number))
    pace.update(step(11, done=0.5), now=11.0)
    assert pace.left(now=11.0) == pytest.approx(50.0, rel=0.2)


def test_resumed_half_way_the_work_done_before_is_not_counted_as_speed():
    pace = Pace(now=0.0)
    for number in range(51, 61):
        pace.update(step(number), now=float(number - 50))
    assert pace.left(now=10.0) == pytest.approx(40.0)


@pytest.fixture
def screen():
    """A terminal of 80 columns, in a string."""
    return Console(
        file=io.StringIO(), force_terminal=True, width=80, height=24, color_system=None, no_color=True
    )


def shown(screen: Console, live: Live) -> str:
    with screen.capture() as capture:
        screen.print(live)
    return capture.get()


def test_the_live_display_shows_what_matters(screen):
    live = Live(screen)
    live.begin(TITLE, seconds=65.0)
    for number in range(1, 41):
        live.step(step(number))
    text = shown(screen, live)
    for words in (
        "louvre.jpg in the manner of monet.jpg",
        "2 of 3, 256 x 192 pixels",
        "40 of 100",
        "J 12.81   content 3.25   style 0.9563",
        " MB",
        " 40%",
        "1:05 gone",
        "left",
        "Ctrl-C stops",
    ):
        assert words in text
    live.stopping()
    assert "Stopping after this step" in shown(screen, live)


@pytest.mark.parametrize("width", [20, 40, 60, 200])
def test_the_live_display_fits_the_terminal(width):
    screen = Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None)
    live = Live(screen)
    live.begin(Title("a" * 300, "b" * 300, "out.png", (192, 256)), seconds=0.0)
    live.step(step(1))
    assert all(len(line) <= width for line in shown(screen, live).splitlines())


def test_the_live_display_leaves_nothing_but_notes_behind(screen):
    with Live(screen) as live:
        live.loading("Reading ...")
        live.begin(TITLE, 0.0)
        live.note("the disk is full")
    text = screen.file.getvalue()
    assert "note: the disk is full" in text
    assert text.endswith("\x1b[2K") or "\x1b[1A\x1b[2K" in text


def test_colours_only_where_they_are_wanted(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    screen = Console(file=io.StringIO(), force_terminal=True, width=80)
    live = Live(screen)
    live.begin(TITLE, 0.0)
    live.step(step(3))
    screen.print(live)
    assert "\x1b[3" not in screen.file.getvalue()


def test_the_reporter_fits_the_place(monkeypatch):
    assert type(reporter(quiet=True)) is Quiet
    assert type(reporter(quiet=False)) is Lines
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert type(reporter(quiet=False)) is Lines
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert type(reporter(quiet=False)) is Live
    monkeypatch.setenv("TERM", "dumb")
    assert type(reporter(quiet=False)) is Lines


def test_a_line_a_tenth_and_one_a_scale():
    said: list[str] = []
    listener = Lines(said.append)
    for number in range(1, 101):
        listener.step(step(number))
    assert len(said) == 11
    listener.step(step(7, of=7, done=0.05))
    assert len(said) == 12


def test_variation_and_custom_costs_are_shown_where_there_are_any():
    assert parts_of(Cost(5.0, 3.25, 0.5)) == ["content 3.25", "style 0.5"]
    assert parts_of(Cost(5.0, 0.0, 0.5, 0.25, 2.0)) == [
        "content 0",
        "style 0.5",
        "variation 0.25",
        "custom 2",
    ]


def test_words():
    assert lines.spent(8.26) == "8.3 s"
    assert lines.spent(59.96) == "1 min 0 s"
    assert lines.spent(3725) == "1 h 2 min"
    assert [lines.clock(seconds) for seconds in (7, 115, 3725)] == ["0:07", "1:55", "1:02:05"]
