"""Checkpoints whose JSON or tensors are of other kinds or shapes than they should be: one line, and no fault."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from impasto.errors import CheckpointError
from impasto.painting.checkpoint import load_checkpoint
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

CONTENT, STYLE = random_image(36, 48, 1), random_image(40, 40, 2)


def begun(solver, resume=None):
    settings = Settings(recipe="glaze", steps=4, scales=2, engine="whole", solver=solver)
    return Stylizer(settings, encoder=VGG19(tiny_weights())).paint(CONTENT, STYLE, resume=resume)


@pytest.fixture(params=["lbfgs", "adam"])
def solver(request):
    return request.param


@pytest.fixture
def good(tmp_path, solver):
    painting = begun(solver)
    for _ in range(3):
        next(painting)
    painting.save_checkpoint(tmp_path / "good")
    return tmp_path / "good"


def crafted(good, change):
    """The same file with another JSON or other tensors."""
    data = good.read_bytes()
    found = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    header, tensors = json.loads(found["__metadata__"]["impasto"]), load_file(good)
    change(header, tensors)
    save_file(tensors, good.with_name("crafted"), metadata={"impasto": json.dumps(header)})
    return good.with_name("crafted")


def line_of(path, solver):
    """The one line with which it is refused: when it is loaded, begun, or first asked for a step."""
    with pytest.raises(CheckpointError) as caught:
        next(begun(solver, load_checkpoint(path)))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_untouched_it_goes_on(good, solver):
    assert next(begun(solver, load_checkpoint(crafted(good, lambda header, tensors: None)))).number == 4


@pytest.mark.parametrize("empty", [{"step": 2}, {"step": 3, "beta": None}])
def test_an_adjustment_that_changes_nothing_is_passed_over(good, solver, empty):
    """Earlier versions wrote them."""
    path = crafted(good, lambda header, tensors: header["adjustments"].append(empty))
    resumed, same = begun(solver, load_checkpoint(path)), begun(solver, load_checkpoint(good))
    assert [step.cost for step in resumed] == [step.cost for step in same]
    assert resumed.adjustments == []


WRONG = [None, "3", True, 1.5, -1, [1], {"a": 1}, [[None]], ["x"], {"content": 3}]


@pytest.mark.parametrize("solver", ["lbfgs"], indirect=True)
@pytest.mark.parametrize(
    ("name", "fine"),
    [
        *(("settings", []), ("inputs", []), ("weights", ["3"]), ("scale", []), ("step", [])),
        *(("seconds", [1.5]), ("history", []), ("solver", []), ("layouts", [])),
        *(("costs", ["x"]), ("adjustments", [])),
    ],
)
def test_a_part_of_another_kind_is_named(good, solver, name, fine):
    for value in WRONG:
        if value not in fine and (value is None or type(value) is not str or name != "weights"):
            line = line_of(crafted(good, lambda header, _, value=value: header.update({name: value})), solver)
            assert name in line or name.rstrip("s") in line, (name, value, line)


@pytest.mark.parametrize(
    ("solver", "name"),
    [
        *(
            ("lbfgs", name)
            for name in ("finished", "evaluations", "unit", "recent", "cost", "sy", "yMy", "scales")
        ),
        ("adam", "steps"),
    ],
    indirect=["solver"],
)
def test_a_number_of_the_solver_of_another_kind_is_named(good, solver, name):
    for value in ([["x"]], {"a": 1}, True):
        line = line_of(
            crafted(good, lambda header, _, value=value: header["solver"].update({name: value})), solver
        )
        assert name in line


def test_what_the_solver_misses_is_told(good, solver):
    for name in load_file(good):
        line = line_of(crafted(good, lambda _, tensors, name=name: tensors.pop(name)), solver)
        assert ("canvas" if name == "image" else name) in line


def test_tensors_of_another_shape_are_named(good, solver):
    for name in load_file(good):
        other = crafted(good, lambda _, tensors, name=name: tensors.update({name: torch.zeros(1, 3, 5, 7)}))
        line = line_of(other, solver)
        assert name in line
        assert "(1, 3, 5, 7)" in line


@pytest.mark.parametrize(
    "values",
    [{"solver": "sgd"}, {"tile": "64"}, {"history": 0}, {"kept": "nowhere"}, {"moments": 3}, {"new": 1}],
)
def test_a_layout_that_there_is_not_is_refused(good, solver, values):
    def change(header, _):
        header["layouts"][0].update(values)

    line = line_of(crafted(good, change), solver)
    assert next(iter(values)) in line


def test_more_or_fewer_scales_than_the_painting_has_are_refused(good, solver):
    assert "2" in line_of(crafted(good, lambda header, _: header["layouts"].pop()), solver)
    assert "3" in line_of(crafted(good, lambda header, _: header.update(scale=2)), solver)
