"""How each scale of a painting is computed: in one piece or in tiles, and where the solver stores its past."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """One scale. A painting that is resumed in the same layout goes on to the bit.

    tile: pixels per side that a tile owns, None for the whole picture at once. style_tile: likewise for the painting.
    deep_tile: likewise for the deep blocks, see `objective/passes.py`; None where all are walked in the
        same tiles.
    solver: "lbfgs" or "adam". history: L-BFGS's pairs. kept: how they are stored, see `solvers/vector_store.py`.
    moments: the precision of Adam's, "float32" or "bfloat16". encoding: a_C in "memory" or on "disk".
    """

    tile: int | None = None
    style_tile: int | None = None
    deep_tile: int | None = None
    solver: str = "lbfgs"
    history: int = 20
    kept: str = "float32"
    moments: str = "float32"
    encoding: str = "memory"
