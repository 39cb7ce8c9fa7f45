"""The total cost: J = alpha J_content + beta J_style."""

from typing import TypeVar

from impasto.settings import STATED_ALPHA, STATED_BETA

Number = TypeVar("Number")


def total_cost(
    J_content: Number, J_style: Number, alpha: float = STATED_ALPHA, beta: float = STATED_BETA
) -> Number:
    """J, from tensors or plain numbers.

    >>> total_cost(0.5, 0.25)
    15.0
    """
    return alpha * J_content + beta * J_style  # type: ignore[operator, return-value]
