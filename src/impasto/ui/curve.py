"""The cost of every step as a line, for a drawing that needs no library."""

import math
from collections.abc import Sequence

WIDTH, HEIGHT = 240.0, 60.0
"""The size of the drawing, in its own units."""
BOX = f"0 -1 {WIDTH:g} {HEIGHT + 2:g}"
"""The same with room for the width of the line, as SVG's viewBox."""
_POINTS = 240
"""More could not be told apart."""


def points(costs: Sequence[float]) -> str:
    """The points of an SVG polyline: steps from left to right, the logarithm of the cost upwards; "" below two costs.

    costs: J of every step, finite. What is not above 0 stands at the foot.

    >>> points([100, 10, 1])
    '0.0,0.0 120.0,30.0 240.0,60.0'
    """
    if len(costs) < 2:
        return ""
    every = -(-len(costs) // _POINTS)
    chosen = [*costs[:-1:every], costs[-1]]
    above = [cost for cost in chosen if cost > 0] or [1.0]
    low, high = math.log(min(above)), math.log(max(above))
    places = [(math.log(cost) - low) / ((high - low) or 1) if cost > 0 else 0.0 for cost in chosen]
    across = WIDTH / (len(chosen) - 1)
    return " ".join(f"{i * across:.1f},{HEIGHT * (1 - place):.1f}" for i, place in enumerate(places))
