"""`impasto.show`, in a real kernel where that matters, and otherwise in one that is pretended."""

import re
import signal
import sys
import threading
from types import SimpleNamespace

import IPython
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import impasto
from impasto.notebook import cell, show
from impasto.notebook.show import in_notebook
from tests.helpers import random_image

SETTINGS = impasto.Settings(recipe="paint", size=64, steps=3, scales=2)

BEGIN = """
import signal
import impasto
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

settings = impasto.Settings(recipe="paint", size=64, steps=3, scales=2)
stylizer = impasto.Stylizer(settings, encoder=VGG19(tiny_weights()))
painting = stylizer.paint(random_image(48, 64, 1), random_image(48, 64, 2))
"""
INTERRUPTED = """
events = painting.events

def interrupted():
    for event in events():
        if isinstance(event, impasto.Step) and event.number == 2:
            signal.raise_signal(signal.SIGINT)
        yield event

painting.events = interrupted
result = impasto.show(painting)
painting.events = events
print(len(result.history), result.stopped)
"""


@pytest.fixture
def painting(tiny_encoder):
    stylizer = impasto.Stylizer(SETTINGS, encoder=tiny_encoder)
    return stylizer.paint(random_image(48, 64, 1), random_image(48, 64, 2))


@pytest.fixture
def shown(monkeypatch):
    """Everything that a notebook would be shown, in a process that takes itself for a kernel."""
    outputs = []

    def display(thing, display_id):
        outputs.append(thing._repr_mimebundle_())
        return SimpleNamespace(update=lambda again: outputs.append(again._repr_mimebundle_()))

    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(cell, "display", display)
    return outputs


@pytest.mark.slow
def test_a_notebook_paints_in_its_cell_and_is_stopped_and_goes_on():
    """A real kernel, as nbclient runs one; the numbers are those of a painting that nobody watches."""
    sources = [
        BEGIN,
        INTERRUPTED,
        "whole = impasto.show(painting); len(whole.history) == painting.steps",
        "whole",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in sources])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    _, stopped, whole, last = (one.outputs for one in notebook.cells)

    assert "the picture so far is the result" in stopped[0].data["text/html"]
    assert stopped[1].text == "2 interrupted\n"
    assert "Painted." in whole[0].data["text/html"]
    assert 'src="data:image/jpeg;base64,' in whole[0].data["text/html"]
    assert whole[1].data["text/plain"] == "True"
    assert last[0].data["text/plain"].startswith("Result(64 x 48 pixels, ")
    assert last[0].data["image/png"].startswith("iVBOR")


@pytest.mark.slow
def test_every_step_may_be_seen_and_the_result_is_the_same(painting, tiny_encoder, shown, monkeypatch):
    monkeypatch.setattr(cell, "_PAUSE", 0.0)
    monkeypatch.setattr(cell, "_SHARE", 0)
    result = impasto.show(painting, side=16)
    unseen = impasto.Stylizer(SETTINGS, encoder=tiny_encoder)
    assert np.array_equal(
        result.image, unseen.stylize(random_image(48, 64, 1), random_image(48, 64, 2)).image
    )
    words = [one["text/plain"] for one in shown]
    assert words[0] == "scale the first one"
    assert sum("J " in one for one in words) == len(result.history) + 1  # and once more at the end
    assert sum("encoding the pictures" in one for one in words) == 2
    page = shown[-1]["text/html"]
    assert 'width="16" height="12"' in page
    assert f"J {result.history[-1].total:.4g}" in page
    assert len(re.search(r'points="([^"]+)"', page)[1].split(" ")) == len(result.history)


def test_names_of_files_are_text(painting, shown, monkeypatch):
    described = {
        "content": {"name": "<b>a&b</b>.jpg"},
        "style": {"name": "c.jpg"},
        "style 2": {"name": "d.jpg"},
    }
    metadata = property(lambda self: {"inputs": described | {"style mask": {"name": "no painting"}}})
    monkeypatch.setattr(type(painting), "metadata", metadata)
    monkeypatch.setattr(painting, "result", lambda: None)
    impasto.show(painting)
    assert "&lt;b&gt;a&amp;b&lt;/b&gt;.jpg" in shown[-1]["text/html"]
    assert "c.jpg and d.jpg" in shown[-1]["text/html"]
    assert "no painting" not in shown[-1]["text/html"]


@pytest.mark.slow
def test_showing_takes_a_small_part_of_the_time(painting, shown, monkeypatch):
    monkeypatch.setattr(cell, "_PAUSE", 600.0)  # all 8 steps come sooner, on any machine
    impasto.show(painting)
    assert len(shown) < 12  # the two scales' beginnings, and the first and last picture


def test_interrupted_before_there_is_a_picture(painting, shown, monkeypatch):
    monkeypatch.setattr(cell.Cell, "event", lambda *_: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        impasto.show(painting)
    assert "Stopped" in shown[-1]["text/html"]


def test_a_second_interrupt_stops_at_once(painting, shown, monkeypatch):
    monkeypatch.setattr(cell.Cell, "step", lambda *_: [signal.raise_signal(signal.SIGINT) for _ in range(2)])
    with pytest.raises(KeyboardInterrupt):
        impasto.show(painting)
    assert len(painting.result().history) == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.fixture
def buttons(monkeypatch):
    """The buttons that were made: pretended ones, whose kernel hears them in these subshells."""
    made = []

    class Button:
        subshells = ()

        def __init__(self, **words):
            self.words, self.closed = words, False
            self.comm = SimpleNamespace(_reply_subshell_id=None)
            made.append(self)

        def on_click(self, pressed):
            self.press = lambda: pressed(self)

        def close(self):
            self.closed = True

    manager = SimpleNamespace(list_subshell=lambda: Button.subshells)
    kernel = SimpleNamespace(shell_channel_thread=SimpleNamespace(manager=manager))
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=kernel))
    monkeypatch.setattr(IPython.display, "display", lambda _: None)
    monkeypatch.setitem(sys.modules, "ipywidgets", SimpleNamespace(Button=Button))
    monkeypatch.setattr(show, "_PATIENCE", 0.05)
    return made, Button


def test_the_button_stops_and_is_gone_afterwards(painting, shown, buttons, monkeypatch):
    made, kind = buttons
    kind.subshells = ("one",)

    def pressed_twice(self, step):
        for _ in range(2):
            thread = threading.Thread(target=made[0].press)
            thread.start()
            thread.join()

    monkeypatch.setattr(cell.Cell, "step", pressed_twice)
    assert len(impasto.show(painting).history) == 1
    assert made[0].closed and made[0].disabled and made[0].words["description"] == "Stop"
    assert vars(made[0].comm) == {}


@pytest.mark.slow
def test_a_button_that_would_not_be_heard_is_taken_away(painting, shown, buttons, monkeypatch):
    made, _ = buttons
    monkeypatch.setattr(cell.Cell, "begin", lambda *_: shown.append(made[0].closed))
    impasto.show(painting)
    assert shown[0] is True


def test_outside_the_main_thread_no_signal_is_needed(painting, shown):
    results = []
    thread = threading.Thread(target=lambda: results.append(impasto.show(painting)))
    thread.start()
    thread.join(120)
    assert len(results[0].history) == painting.steps


def test_without_a_notebook_it_is_the_display_of_the_command_line(painting, capsys):
    assert not in_notebook()
    assert show._button(None) is None
    result = impasto.show(painting)
    assert "100%, scale 2 of 2 (64x48)" in capsys.readouterr().err
    assert result.stopped == "all steps done"


def test_a_side_that_is_none_is_refused(painting, shown):
    with pytest.raises(impasto.SettingsError, match=r"\b1\b.*\b0\b"):
        impasto.show(painting, side=0)
    assert shown == []
