"""The peak of a painting's memory: the bytes that the process holds at most, from what the painting asks for.

The constants were measured with the operating system's own figure for the process (`benchmarks/plan.py`), and those of
a GPU with `benchmarks/gpu_memory.py`; the rest is arithmetic. `tests/memory` holds the peaks against what is observed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from impasto.costs.neighbours import NEIGHBOUR_LAYERS, POSITIONS
from impasto.images.pixel_store import strips
from impasto.kernels.gram_autograd import STRIP
from impasto.layout import Layout
from impasto.memory.available import CONTEXT_BYTES
from impasto.memory.network_memory import (
    FLOAT,
    VECTOR,
    Network,
    encoding_bytes,
    guide_bytes,
    largest_tile,
    rule_bytes,
)
from impasto.objective.passes import passes
from impasto.objective.tiling import Tiling
from impasto.solvers.make import SOLVERS
from impasto.solvers.vectors import scratch_bytes
from impasto.vgg.layers import LAYERS

CODE_BYTES = 100_000_000
"""Bytes of the first evaluation whatever its size: machine code, and the libraries of torch."""
TORCH_CODE_BYTES = 60_000_000
"""Bytes in addition where torch's own convolutions compute a whole picture."""
PIECE_BYTES, MOST_PIECES, TILED_PIECES = 240, 125_000_000, 25_000_000
"""Bytes of pieces of the heap that are too small to be given back: for each pixel of the largest tile, and at most; and
in addition in tiles, whose pieces differ in size.

With CODE_BYTES they are what `benchmarks/plan.py` observed in addition to the rest: 82 MB for a whole picture of 256
pixels, 94 to 113 for 512, 177 to 218 for 768 to 1536; 55 to 90 in tiles of 256, 177 in tiles of 512. The sum is above
each of its 17 cases, because it is a promise."""
COMPILER_BYTES = 140_000_000
"""Bytes that numba and compiling take, where none of the code was compiled before: 133 MB were observed."""
SLACK = 1.02
"""The memory that the allocator holds, relative to what is used, over the parts that change with size. At 1536 pixels
their sum alone was 3 percent above what was observed."""
GPU_SLACK = 1.2
"""The memory that torch's allocator has to hold of a GPU, relative to the sum: pieces come and go, and leave gaps.
Held to 1.05 of the sum (`available.gpu_memory_limit`), 14 of 15 paintings went through, and the other one held to 1.15
(`benchmarks/gpu_memory.py`)."""
WORKSPACE_BYTES = 256 * 2**20
"""Room in which cuDNN and cuBLAS compute: 40 to 240 MB were observed in addition to the rest, where a limit was set."""
FRAGMENTATION = 1.5
"""The fragmentation of the matrices of style targets and rules: memory held, relative to what is allocated. 12 regions
at 512 pixels took 1.3 (gram), 1.4 (covariance) and 1.5 (wasserstein) of it."""
STARTING_COPIES, UPSCALING_COPIES = 3, 2
"""Canvases' worth that is alive while the first canvas is made, and while a later one grows, beside the canvas that it
grows from: that canvas, the solver's copy, and the photograph under the first."""
SHOWN_COPIES, PROTECTED_COPIES = 1, 7 / 3
"""The same while a picture is shown or written: a copy; or the photograph, its mask, and the two laid together."""
STRIPS = 10
"""Copies of a strip of a canvas that are there while it grows, or takes on colours, strip by strip."""
ENCODING_COPIES = 4
"""Activations' worth that is taken while a content layer is encoded: its moments in float64, and their squares."""
CANDIDATE_BYTES = FLOAT * POSITIONS * sum(LAYERS[one].n_out for one in NEIGHBOUR_LAYERS)
"""The candidates for neighbours of one region, in all layers."""
GUIDE_MAPS = 5
"""Maps of one value a pixel that are alive while a region's weights are averaged and eroded in the finest layer."""


@dataclass(frozen=True)
class ScaleSizes:
    """One scale before it is planned: sizes (height, width) of canvas and painting, and steps.

    coarser: the size that its canvas grows from; None for the first scale.
    """

    size: tuple[int, int]
    style_size: tuple[int, int]
    steps: int
    coarser: tuple[int, int] | None = None


@dataclass(frozen=True)
class MemoryRequest:
    """The demand of the settings on memory.

    engine: "auto", "whole" or "tiled"; tile: its side, None for what fits. solver, history: as in the settings.
    margin: pixels of mirrored border. disk: bytes that may be written to it. final: size of the result, to which
    every unfinished picture is grown when it is shown or kept; None for that of each scale. style_cost: as in the
    settings. fresh: whether code has to be compiled first. start: pixels of the picture that is painted on from.
    styles: how many paintings. regions: how many masks over the photograph. style_masks: the most over one painting.
    protected: whether a part stays as photographed. transparent: whether the photograph has an alpha. ranks: how many
    processes share the picture; each weighs masks over all of it, and keeps its rows, and one writes all of it. gpu:
    whether an NVIDIA GPU computes, and it is its memory that counts. image_costs: bytes a pixel that costs on the
    picture itself hold. styles_kept: bytes of style encodings that may be kept for later paintings.
    neighbours: whether neighbours are searched. palette: whether the palette counts. averaging: decay of Adam's
    average.
    """

    network: Network
    engine: str
    tile: int | None
    solver: str
    history: int
    margin: int
    disk: int = 0
    final: tuple[int, int] | None = None
    style_cost: str = "gram"
    fresh: bool = False
    start: int = 0
    styles: int = 1
    regions: int = 0
    style_masks: int = 0
    protected: bool = False
    transparent: bool = False
    ranks: int = 1
    gpu: bool = False
    image_costs: int = 0
    styles_kept: int = 0
    neighbours: bool = False
    palette: bool = False
    averaging: float = 0.0

    @property
    def where(self) -> str:
        """Which memory is meant, for people."""
        return "the GPU's memory" if self.gpu else "memory"

    def tiling(self, size: tuple[int, int], tile: int | None, layers: Sequence[str]) -> Tiling:
        """The tiles of a picture."""
        return Tiling(*size, layers, tile, self.margin)

    def passes(self, scale: ScaleSizes, layout: Layout) -> list[Tiling]:
        """The tiles in which a scale is evaluated."""
        return passes(*scale.size, self.network.layers, layout.tile, layout.deep_tile, self.margin)

    def peak(self, scale: ScaleSizes, layout: Layout, base: int) -> int:
        """Bytes that the process holds at most while this scale is painted; `base`: what it holds before.

        Kernels and compiled code are counted as if they were still to come: a second painting in the same process
        is planned with more than it takes.
        """
        network, vector = self.network, VECTOR * math.prod(scale.size)
        walked = self.passes(scale, layout)
        solver = SOLVERS[layout.solver].vectors(layout, self)
        # Padded, the gradient of that, and the same folded back.
        margins = 0 if layout.tile or not self.margin else 3 * vector
        composited = 4 * vector // 3 if self.protected else 0  # of the photograph, its mask and the canvas
        evaluation = network.evaluation_bytes(walked, vector, whole=layout.tile is None and self.ranks == 1)
        stepping = self._held(scale, layout) + max(
            solver.evaluating * vector + margins + evaluation + composited,
            solver.peak * vector + scratch_bytes(vector),
            solver.evaluating * vector + self.showing(scale),
        )
        most = max(self._preparing(scale, layout), stepping)
        if self.gpu:  # no code is compiled; the kernels are those that the encoder was loaded with
            return int(CONTEXT_BYTES + GPU_SLACK * (base + WORKSPACE_BYTES + most))
        code = CODE_BYTES + (COMPILER_BYTES if self.fresh else 0)
        code += min(PIECE_BYTES * max(map(largest_tile, walked)), MOST_PIECES)
        if layout.tile:
            code += TILED_PIECES
        elif not network.compiled:
            code += TORCH_CODE_BYTES
        code += network.kernel_bytes()
        code += max(network.working_bytes(largest_tile(one), one.blocks) for one in walked)
        return int(base + code + SLACK * most)

    def _encoding(self, scale: ScaleSizes, layout: Layout) -> int:
        """Bytes of a_C that stay in memory."""
        content = self.tiling(scale.size, layout.tile, self.network.layers)
        return encoding_bytes(content, self.network.content) if layout.encoding == "memory" else 0

    def _guides(self, scale: ScaleSizes, layout: Layout) -> int:
        """Bytes of the weights of all regions."""
        content = self.tiling(scale.size, layout.tile, self.network.layers)
        return self.regions * guide_bytes(content, self.network.style)

    def _preparing(self, scale: ScaleSizes, layout: Layout) -> int:
        """Bytes at most while a scale begins: its canvas is made, the pictures are encoded, the masks weighed."""
        network = self.network
        content = self.tiling(scale.size, layout.tile, sorted(network.content))
        style = self.tiling(scale.style_size, layout.style_tile, sorted(network.style))
        vector, style_vector = (VECTOR * math.prod(size) for size in (scale.size, scale.style_size))
        encoding = self._encoding(scale, layout)
        content_walk = network.forward_bytes(largest_tile(content), network.content, ENCODING_COPIES)
        parts = self.style_masks * guide_bytes(style, network.style)
        style_walk = network.forward_bytes(largest_tile(style), network.style)
        if parts:
            style_walk = max(style_walk, GUIDE_MAPS * self.ranks * style_vector // 3)
        weighing = (self.regions + GUIDE_MAPS) * self.ranks * vector // 3 if self.regions else 0
        return max(
            self.beginning(scale),
            2 * vector + encoding + content_walk,
            vector + encoding + style_vector + parts + style_walk,
            vector + encoding + self._guides(scale, layout) + weighing,
        )

    def _held(self, scale: ScaleSizes, layout: Layout) -> int:
        """Bytes that lie there as long as a scale is painted, beside the solver's vectors."""
        vector, regions = VECTOR * math.prod(scale.size), max(1, self.regions)
        held = self._encoding(scale, layout) + self._guides(scale, layout)
        held += 2 * FLOAT * STRIP if self.regions else 0
        if self.neighbours:  # the canvas in 8 bits, and a number for each position of a layer and region
            content = self.tiling(scale.size, layout.tile, self.network.layers)
            held += vector // 4 + regions * (guide_bytes(content, NEIGHBOUR_LAYERS) + CANDIDATE_BYTES)
        if self.palette:  # the part of the painting to which each pixel belongs
            held += regions * vector // VECTOR
        held += self.image_costs * vector // VECTOR + self.styles_kept
        # One term of Gram matrices for each layer is among what was observed as CODE_BYTES.
        rules = regions * rule_bytes(self.network.style, self.style_cost)
        held += int(FRAGMENTATION * (rules - rule_bytes(self.network.style, "gram")))
        if self.protected:  # the photograph and the mask
            held += 4 * vector // 3
        return held

    def beginning(self, scale: ScaleSizes) -> int:
        """Bytes that are there while the canvas of a scale is made."""
        pixels = math.prod(scale.size)
        if scale.coarser is None:
            return VECTOR * (STARTING_COPIES * pixels + self.start)
        return VECTOR * (UPSCALING_COPIES * pixels + math.prod(scale.coarser)) + _strips(scale.size)

    def showing(self, scale: ScaleSizes) -> int:
        """Bytes of the result as it is shown or saved, without the solver's: an unfinished picture is grown first."""
        copies = PROTECTED_COPIES if self.protected else SHOWN_COPIES
        if self.final not in (None, scale.size):
            copies += 1
        if self.ranks > 1:  # the whole picture, and a slab on its way
            copies += self.ranks + 1
        if self.transparent:
            copies += self.ranks / 3
        size = self.final or scale.size
        return int(VECTOR * copies * math.prod(size)) + _strips(size)

    def written(self, scale: ScaleSizes, layout: Layout) -> int:
        """Bytes that lie on disk while a scale is painted."""
        pairs = layout.history if layout.kept == "disk" else 0
        size = 2 * pairs * VECTOR * scale.size[0] * scale.size[1]
        if layout.encoding == "disk":
            size += encoding_bytes(self.tiling(scale.size, None, self.network.layers), self.network.content)
        return size


def _strips(size: tuple[int, int]) -> int:
    _, rows = next(strips(*size))
    return STRIPS * VECTOR * rows * size[1]
