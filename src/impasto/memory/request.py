"""The demand of a painting on memory, from its settings, inputs and costs; see `peak.py` for what becomes of it."""

from collections.abc import Sequence

import torch

from impasto.costs.custom import CustomCost, custom_layers
from impasto.costs.image_cost import Hold, ImageCost
from impasto.costs.neighbours import NEIGHBOUR_LAYERS
from impasto.distributed.partition import Partition
from impasto.files import scratch
from impasto.inputs.inputs import Inputs
from impasto.kernels import can_compile
from impasto.kernels.cache import to_be_compiled
from impasto.memory.network_memory import Network
from impasto.memory.peak import MemoryRequest
from impasto.objective.transforms import MARGIN
from impasto.settings import Settings
from impasto.vgg.vgg19 import VGG19


def uses_compiled_code(settings: Settings, encoder: VGG19) -> bool:
    """Whether the convolutions are those that numba compiles."""
    return (
        encoder.device.type == "cpu"
        and settings.precision == "float32"
        and settings.convolution in ("auto", "winograd")
        and can_compile()
    )


def has_to_compile(settings: Settings, encoder: VGG19) -> bool:
    """Whether the first evaluation will compile code that this painting uses."""
    used = uses_compiled_code(settings, encoder), bool(settings.neighbours), bool(settings.palette)
    return encoder.device.type == "cpu" and to_be_compiled(*used)


def memory_request(
    settings: Settings,
    encoder: VGG19,
    inputs: Inputs,
    partition: Partition,
    costs: Sequence[CustomCost] = (),
    image_costs: Sequence[ImageCost] = (),
    styles_kept: int = 0,
) -> MemoryRequest:
    """The demand of a painting of these. styles_kept: bytes of style encodings that may be kept."""
    compiled = uses_compiled_code(settings, encoder)
    network = Network(
        frozenset(settings.content_layer),
        frozenset([*settings.style_layers, *(NEIGHBOUR_LAYERS if settings.neighbours else ())]),
        settings.pooling,
        compiled,
        settings.threads or torch.get_num_threads(),
        frozenset(custom_layers(costs)),
    )
    return MemoryRequest(
        network=network,
        engine=settings.engine,
        tile=settings.tile,
        solver=settings.solver,
        history=settings.history,
        margin=MARGIN if settings.border == "mirror" else 0,
        # Processes on one machine share its disk, and the one with the least room decides.
        disk=-int(partition.largest(-scratch.free_bytes() / partition.on_machine)),
        style_cost=settings.style_cost,
        fresh=has_to_compile(settings, encoder),
        start=0 if inputs.start is None else inputs.start.height * inputs.start.width,
        styles=len(inputs.styles),
        regions=len(inputs.masks),
        style_masks=max(
            sum(part is not None for part in inputs.parts_of(number)) for number in range(len(inputs.styles))
        ),
        protected=inputs.protect is not None,
        transparent=inputs.content.opacity is not None,
        ranks=partition.size,
        gpu=encoder.device.type == "cuda",
        image_costs=sum(cost.bytes_per_pixel for cost in image_costs)
        + Hold.bytes_per_pixel * bool(settings.fidelity and settings.alpha),
        styles_kept=styles_kept,
        neighbours=bool(settings.neighbours),
        palette=bool(settings.palette and settings.beta),
        averaging=settings.averaging,
    )
