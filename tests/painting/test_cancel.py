"""Watching and ending: events in their order, and cancelling from another thread."""

import threading

import pytest
import torch

from impasto.painting import problem as problem_module
from impasto.painting.checkpoint import load_checkpoint
from impasto.painting.loop import Event
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

CONTENT, STYLE = random_image(36, 48, 1), random_image(40, 40, 2)


class Counting(VGG19):
    """Counts the walks that take a gradient, one an evaluation of the whole picture; `at` one of them it calls."""

    def __init__(self):
        super().__init__(tiny_weights())
        self.evaluations, self.at, self.call = 0, None, lambda: None

    def walk(self, *given, **named):
        if torch.is_grad_enabled():
            self.evaluations += 1
            if self.evaluations == self.at:
                self.call()
        return super().walk(*given, **named)


def begun(encoder=None, resume=None, **fields):
    settings = Settings(**{"recipe": "glaze", "steps": 4, "scales": 2, "engine": "whole", **fields})
    return Stylizer(settings, encoder=encoder or Counting()).paint(CONTENT, STYLE, resume=resume)


def from_another_thread(call):
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()


@pytest.mark.parametrize(("solver", "evaluation"), [("lbfgs", 3), ("lbfgs", 9), ("adam", 1), ("adam", 8)])
def test_cancelled_in_an_evaluation_there_is_no_other_and_it_goes_on_to_the_bit(tmp_path, solver, evaluation):
    straight = begun(solver=solver)
    list(straight)
    encoder = Counting()
    painting = begun(encoder, solver=solver)
    encoder.at, encoder.call = evaluation, lambda: from_another_thread(painting.cancel)
    steps = list(painting)  # ends without an error
    assert encoder.evaluations == evaluation
    assert len(steps) < len(straight.result().history)
    result = painting.result()
    assert (result.stopped, result.image.shape) == ("cancelled", (1, 3, 36, 48))
    assert result.history == straight.result().history[: len(steps)]
    painting.save_checkpoint(tmp_path / "a.checkpoint")
    resumed = begun(solver=solver, resume=load_checkpoint(tmp_path / "a.checkpoint"))
    list(resumed)
    assert torch.equal(resumed.result().image, straight.result().image)
    assert resumed.result().history == straight.result().history


def test_cancelled_between_two_steps_there_is_no_other():
    encoder = Counting()
    painting = begun(encoder)
    next(painting), next(painting)
    before = encoder.evaluations
    from_another_thread(painting.cancel)
    assert list(painting) == []
    assert encoder.evaluations == before
    assert len(painting.result().history) == 2


def test_cancelled_before_the_first_step_there_is_none():
    painting = begun()
    painting.cancel()
    assert list(painting) == []


def test_cancelled_before_the_pictures_are_encoded_they_are_not(monkeypatch):
    painting = begun()
    for event in painting.events():
        if isinstance(event, Event) and event.kind == "encoding":
            from_another_thread(painting.cancel)
            monkeypatch.setattr(problem_module, "encode", lambda *given: pytest.fail("they are encoded"))
    assert painting.result().stopped == "cancelled"


def test_cancelled_after_the_last_step_it_has_taken_all_of_them():
    painting = begun(solver="adam")
    for step in painting:
        if step.done == 1:
            painting.cancel()
    assert painting.result().stopped == "all steps done"


@pytest.mark.parametrize("compiles", [False, True])
def test_events_tell_what_comes_before_the_steps_of_each_scale(monkeypatch, compiles):
    monkeypatch.setattr(problem_module, "has_to_compile", lambda settings, encoder: compiles)
    painting = begun(solver="adam")
    found = [
        (one.kind if isinstance(one, Event) else "step", one.scale, one.scales, one.size, one.steps)
        for one in painting.events()
    ]
    before = ["scale", "encoding", *(["compiling"] if compiles else [])]
    assert found == [
        *((kind, 1, 2, (18, 24), 6) for kind in [*before, *["step"] * 6]),
        *((kind, 2, 2, (36, 48), 4) for kind in [*before, *["step"] * 4]),
    ]


def test_steps_are_events_without_the_rest():
    steps, events = list(begun(solver="adam")), list(begun(solver="adam").events())
    assert [one.number for one in events if not isinstance(one, Event)] == [one.number for one in steps]
