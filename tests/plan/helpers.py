"""What the planner is asked for in its tests: the default recipe's network, a process of 300 MB."""

from dataclasses import replace

from impasto.plan.budget import Demand, Scale
from impasto.plan.footprint import Network

BASE = 300_000_000
STYLE_LAYERS = frozenset(f"relu{block}_1" for block in range(1, 6))
PAINT = Demand(
    network=Network(frozenset({"relu4_2"}), STYLE_LAYERS, "average", compiled=False),
    engine="auto",
    tile=None,
    solver="lbfgs",
    history=20,
    margin=16,
    disk=10**15,
)


def asked(**fields) -> Demand:
    return replace(PAINT, **fields)


def square(side: int, steps: int = 40) -> Scale:
    return Scale((side, side), (side, side), steps)
