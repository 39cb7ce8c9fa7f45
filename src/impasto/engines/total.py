"""From the terms' summaries to J and its parts: the last step of every engine."""

from collections.abc import Sequence

from impasto.costs.term import Summary, Term
from impasto.costs.total import total_cost
from impasto.evaluation import Cost
from impasto.shapes import Scalar


def weighted_total(
    terms: Sequence[Term], summaries: Sequence[Summary], alpha: float, beta: float
) -> tuple[Scalar, Cost]:
    """J as a tensor that can be differentiated by the summaries, and J with its parts as numbers."""
    parts = {"content": summaries[0].total.new_zeros(()), "style": summaries[0].total.new_zeros(())}
    for term, summary in zip(terms, summaries, strict=True):
        parts[term.part] = parts[term.part] + term.weight * term.rule(summary)
    total = total_cost(parts["content"], parts["style"], alpha, beta)
    return total, Cost(total.item(), parts["content"].item(), parts["style"].item())
