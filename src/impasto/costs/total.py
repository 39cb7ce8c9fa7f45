"""The total cost: J = alpha J_content + beta J_style."""

from collections.abc import Mapping
from typing import TypeVar

from impasto.costs.term import Summary, Term
from impasto.evaluation import Cost
from impasto.settings import STATED_ALPHA, STATED_BETA
from impasto.tensor_types import Scalar

Number = TypeVar("Number")


def total_cost(
    J_content: Number, J_style: Number, alpha: float = STATED_ALPHA, beta: float = STATED_BETA
) -> Number:
    """J, from tensors or plain numbers.

    >>> total_cost(0.5, 0.25)
    15.0
    """
    return alpha * J_content + beta * J_style  # type: ignore[operator, return-value]


def weighted_total(summaries: Mapping[Term, Summary], alpha: float, beta: float) -> tuple[Scalar, Cost]:
    """J as a tensor that can be differentiated by the summaries, and J with its parts as numbers."""
    zero = next(iter(summaries.values())).total.new_zeros(())
    parts = {"content": zero, "style": zero, "custom": zero}
    for term, summary in summaries.items():
        parts[term.part] = parts[term.part] + term.weight * term.rule(summary)
    total = total_cost(parts["content"], parts["style"], alpha, beta) + parts["custom"]
    numbers = {part: value.item() for part, value in parts.items()}
    return total, Cost(total.item(), **numbers)
