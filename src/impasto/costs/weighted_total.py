"""From the terms' summaries to J and its parts: the last step of every engine."""

from collections.abc import Mapping

from impasto.costs.term import Summary, Term
from impasto.costs.total import total_cost
from impasto.evaluation import Cost
from impasto.tensor_types import Scalar


def weighted_total(summaries: Mapping[Term, Summary], alpha: float, beta: float) -> tuple[Scalar, Cost]:
    """J as a tensor that can be differentiated by the summaries, and J with its parts as numbers."""
    zero = next(iter(summaries.values())).total.new_zeros(())
    parts = {"content": zero, "style": zero, "custom": zero}
    for term, summary in summaries.items():
        parts[term.part] = parts[term.part] + term.weight * term.rule(summary)
    total = total_cost(parts["content"], parts["style"], alpha, beta) + parts["custom"]
    numbers = {part: value.item() for part, value in parts.items()}
    return total, Cost(total.item(), **numbers)
