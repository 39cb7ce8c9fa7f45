"""The same cost or painting by two ranks and by one process (`group` is None there), and how they are compared.

The layouts are given: what the planner chose would hang on the memory that is free.
"""

import pytest
import torch

from impasto.costs.custom import check_costs
from impasto.distributed.partition import WHOLE, Partition
from impasto.distributed.slab_partition import SlabPartition
from impasto.images.io.read import read_picture
from impasto.inputs.inputs import Inputs, Style
from impasto.layout import Layout
from impasto.painting.checkpoint import load_checkpoint
from impasto.painting.painting import Painting
from impasto.settings import Settings
from impasto.vgg.vgg19 import VGG19
from tests.helpers import objective, random_image, tiny_weights

HEIGHT, WIDTH = 300, 90
"""Slabs of 128 and 172 rows; half that size is painted by rank 0 alone."""
SHORT = {"steps": 4, "scales": 2, "engine": "tiled", "tile": 64}


def pictures():
    """A photograph whose halves differ, and a painting that is large enough for two ranks."""
    content = random_image(HEIGHT // 4, WIDTH // 4, 1)
    content = torch.nn.functional.interpolate(content, (HEIGHT, WIDTH), mode="bilinear")
    content[:, :, : HEIGHT // 2] *= 0.5
    return Inputs(read_picture(content), (Style(read_picture(random_image(280, 110, 2))),))


def image(precision):
    """Darker than the painting: a cost that is the small difference of two large sums has few digits in float32."""
    return 0.5 * random_image(HEIGHT, WIDTH, 3).to(getattr(torch, precision))


def partition_of(group) -> Partition:
    """The ranks of a group; None: this process alone."""
    return WHOLE if group is None else SlabPartition(group, on_machine=group.size)


def one_scale(group, precision, inputs, costs=(), **fields):
    """A painting of one scale in tiles."""
    settings = Settings(**{"recipe": "glaze", "scales": 1, "engine": "tiled", "tile": 64, **fields})
    encoder = VGG19(tiny_weights(), precision=precision)
    one = Painting(settings, encoder, inputs, None, partition_of(group), *check_costs(costs))
    one.layouts = [Layout(tile=settings.tile, style_tile=settings.tile)]
    return one


def evaluation(group, precision, inputs, fields):
    """The cost, and this rank's rows of the gradient."""
    own = partition_of(group).rows_of(HEIGHT)
    found = objective(one_scale(group, precision, inputs, **fields))(image(precision)[:, :, slice(*own)])
    return found.cost, found.gradient


def assert_as_alone(answers, cost, gradient, tolerance):
    """answers: what `evaluation` gives in each rank; cost, gradient: of one process."""
    (upper_cost, upper), (lower_cost, lower) = answers
    assert upper_cost == lower_cost  # to the bit: every decision hangs on it
    assert upper_cost.numbers() == pytest.approx(cost.numbers(), rel=tolerance)
    assert (torch.cat([upper, lower], 2) - gradient).norm() < tolerance * gradient.norm()


def painting(group, inputs, settings, resume=None, kept="float32", costs=(), precision="float32", **more):
    """In tiles; one that goes on has the checkpoint's layouts. more: what else `Painting` takes."""
    checkpoint = None if resume is None else load_checkpoint(resume)
    one = Painting(
        settings,
        VGG19(tiny_weights(), precision=precision),
        inputs,
        checkpoint,
        partition_of(group),
        *check_costs(costs),
        **more,
    )
    if checkpoint is None:
        layout = Layout(tile=96, style_tile=96, solver=settings.solver, history=settings.history, kept=kept)
        one.layouts = [layout] * len(one.layouts)
    return one


def painted(one, stop=None, save=None):
    """The result and the costs of a painting; saved after `stop` steps."""
    history = []
    for step in one:
        history.append(step.cost)
        if step.number == stop:
            one.save_checkpoint(save)
            break
    return one.result(), history
