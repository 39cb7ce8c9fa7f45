"""The live display, the time left, and what durations look like."""

import io
import sys

import pytest
from rich.console import Console

from impasto.cli.display import make_reporter
from impasto.cli.live import Live
from impasto.cli.reporter import Lines, Reporter, Title
from impasto.evaluation import Cost
from impasto.painting.loop import Event, Step
from impasto.ui import progress
from impasto.ui.progress import Meter, parts_of

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
    )


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def meter(clock):
    return Meter(now=clock)


def take(meter: Meter, clock: Clock, numbers, seconds: float = 1.0, **more) -> None:
    for number in numbers:
        clock.now += seconds
        meter.step(step(number, **more))


def test_a_steady_pace_gives_the_exact_time_left(meter, clock):
    take(meter, clock, range(1, 21), seconds=2.0)
    assert meter.left() == pytest.approx(160.0, abs=1)
    clock.now += 1.5
    assert meter.left() == pytest.approx(158.5, abs=1)


def test_nothing_is_said_of_the_time_left_at_first(meter, clock):
    for number in range(1, 5):
        take(meter, clock, [number])
        assert meter.left() is None
    take(meter, clock, [5])
    assert meter.left() == pytest.approx(95.0, abs=1)


def test_a_slower_machine_is_noticed(meter, clock):
    take(meter, clock, range(1, 11))
    take(meter, clock, range(11, 41), seconds=5.0)
    assert meter.left() == pytest.approx(60 * 5, rel=0.02)


def test_steps_that_take_many_minutes_have_a_time_left_too(meter, clock):
    take(meter, clock, range(1, 11), seconds=900.0)
    assert meter.left() == pytest.approx(90 * 900, rel=0.01)


def test_a_scale_that_ends_early_is_no_sign_of_speed(meter, clock):
    take(meter, clock, range(1, 11))
    take(meter, clock, [11], done=0.5)
    assert meter.left() == pytest.approx(50.0, rel=0.2)


def test_resumed_half_way_the_work_done_before_is_not_counted_as_speed(meter, clock):
    meter.begin(65.0)
    take(meter, clock, range(51, 61))
    assert meter.left() == pytest.approx(40.0, abs=1)
    assert meter.task.elapsed == pytest.approx(75.0)


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
        "J 12.81 (content 3.25, style 0.9563)",
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
    assert type(make_reporter(quiet=True)) is Reporter
    assert type(make_reporter(quiet=False)) is Lines
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert type(make_reporter(quiet=False)) is Lines
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert type(make_reporter(quiet=False)) is Live
    monkeypatch.setenv("TERM", "dumb")
    assert type(make_reporter(quiet=False)) is Lines


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
    assert progress.duration(8.26) == "8.3 s"
    assert progress.duration(59.96) == "1 min 0 s"
    assert progress.duration(3725) == "1 h 2 min"
    assert [progress.clock(seconds) for seconds in (7, 115, 3725)] == ["0:07", "1:55", "1:02:05"]


def test_what_takes_a_while_is_shown_until_the_next_step():
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    display = Live(console)
    display.begin(TITLE, 0)
    display.event(Event("encoding", 2, 3, (96, 128), 20))
    console.print(display)
    assert "encoding the pictures" in console.file.getvalue()
    assert "2 of 3, 128 x 96 pixels" in console.file.getvalue()


def test_without_a_terminal_only_compiling_is_told():
    lines = []
    display = Lines(lines.append)
    for kind in ("scale", "encoding", "compiling"):
        display.event(Event(kind, 1, 1, (96, 128), 20))
    assert len(lines) == 1
    assert "compiling" in lines[0]
