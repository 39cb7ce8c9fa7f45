"""Plans for a GPU: a sum by hand, and what was measured on one (`benchmarks/gpu_memory.py`)."""

import json
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import impasto.painting.planner as module
from impasto.distributed.partition import WHOLE
from impasto.errors import SettingsError
from impasto.inputs.inputs import read_inputs
from impasto.layout import Layout
from impasto.memory.available import CONTEXT_BYTES, STEP_LIMIT_FACTOR
from impasto.memory.choose_layout import choose
from impasto.memory.network_memory import Network
from impasto.memory.peak import GPU_SLACK, WORKSPACE_BYTES, ScaleSizes
from impasto.painting.planner import Planner
from impasto.painting.problem import PaintingProblem
from impasto.settings import Settings
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights
from tests.memory.helpers import STYLE_LAYERS, asked, square

RECORDED = json.loads((Path(__file__).parents[2] / "benchmarks" / "gpu_memory.json").read_text())["cases"]
TAKEN_BY_CUDNN = "1536 whole, no margin", "3072 whole"
"""Sizes for which cuDNN takes the whole card when nothing holds it; see `available.gpu_memory_limit`."""
OF_EACH_CASE = pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["case"])


def test_a_peak_by_hand():
    # As on a CPU (test_budget.py): relu1_1 is 64/3 pictures of 0.12 MB; there are seven of it, and five pictures.
    first = frozenset({"relu1_1"})
    demand = asked(
        network=Network(first, first, "average", compiled=False), margin=0, solver="adam", gpu=True
    )
    used = 12 * 100 * 100 * (7 * 64 / 3 + 5)
    peak = demand.peak(square(100), Layout(solver="adam"), 80_000_000)
    assert peak == pytest.approx(CONTEXT_BYTES + GPU_SLACK * (80_000_000 + WORKSPACE_BYTES + used), abs=1)


def test_what_does_not_fit_is_told_of_the_gpu():
    with pytest.raises(SettingsError, match=r"100x100 .*GPU.* 1\.0 GB "):
        choose(asked(gpu=True, disk=0), square(100), 0, 10**9)


def planned(case) -> int:
    """Bytes, as a recorded case is planned now."""
    settings = Settings(**{"recipe": "glaze", **dict(**case["settings"])})
    demand = asked(
        network=Network(frozenset({"relu4_2"}), STYLE_LAYERS, settings.pooling, compiled=False),
        margin=16 if settings.border == "mirror" else 0,
        style_cost=settings.style_cost,
        gpu=True,
    )
    size = round(case["size"] * 2 / 3), case["size"]
    return demand.peak(ScaleSizes(size, size, 2), Layout(**case["layout"]), case["before"])


@OF_EACH_CASE
def test_unless_cudnn_takes_the_card_no_more_is_used_than_is_summed_up(case):
    summed_up = (planned(case) - CONTEXT_BYTES) / GPU_SLACK
    if case["case"] in TAKEN_BY_CUDNN:
        assert case["free"]["allocated"] > 10 * summed_up
    else:
        assert case["free"]["allocated"] < 1.01 * summed_up


@pytest.mark.parametrize("case", [one for one in RECORDED if "limited" in one], ids=lambda case: case["case"])
def test_held_to_less_than_is_planned_it_went_through(case):
    peak, found = planned(case), case["limited"]
    assert found["allocated"] <= found["reserved"] <= found["limit"]
    assert CONTEXT_BYTES + found["limit"] <= peak
    assert case["context"] <= CONTEXT_BYTES


LARGE = [one for one in RECORDED if one["size"] >= 2048 and "limited" in one]


@pytest.mark.parametrize("case", LARGE, ids=lambda case: case["case"])
def test_a_large_picture_takes_most_of_what_is_planned(case):
    assert case["limited"]["reserved"] + case["context"] >= 0.7 * planned(case)


def test_a_painting_there_repeats_itself_and_is_held_to_its_part(monkeypatch):
    """A plan made on the CPU, whose painting takes its device for a GPU then."""
    encoder = VGG19(tiny_weights(), pooling="average")
    settings = Settings(recipe="glaze", size=96, scales=2, steps=2, memory="8GB")
    inputs = read_inputs(random_image(75, 98, 1), random_image(64, 80, 2))
    problem = PaintingProblem(settings, encoder, inputs, WHOLE)
    planner = Planner(problem)
    first, last = (one.peak for one in planner.plan(1, times=False).scales)
    limits = []
    monkeypatch.setattr(
        module, "gpu_memory_limit", lambda limit, device: limits.append(limit) or nullcontext()
    )
    problem.encoder = SimpleNamespace(device=torch.device("cuda"))
    before = torch.backends.cudnn.deterministic
    with planner.on_device(0):
        assert torch.backends.cudnn.deterministic
    assert torch.backends.cudnn.deterministic is before
    assert limits == [min(8 * 10**9, STEP_LIMIT_FACTOR * max(first, last))]
