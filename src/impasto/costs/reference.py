"""What a term's cost is divided by in the `paint` recipe, so that alpha and beta are pure numbers.

The raw costs differ by powers of ten between layers, styles and sizes (arXiv 1910.09447). Divided by a
reference in the same unit, a cost says how large the difference is beside the thing itself.
"""

from impasto.shapes import Features, Gram


def content_reference(a_C: Features) -> float:
    """A quarter of the variance of a_C over the positions: the content cost of a picture that lost all detail."""
    return float((a_C - a_C.mean(dim=(2, 3), keepdim=True)).square().mean()) / 4


def style_reference(mean_gram_S: Gram) -> float:
    """1 / (4 n_C^2) of the energy of the target: the style cost of a picture without any activation."""
    return float(mean_gram_S.square().sum()) / (4 * mean_gram_S.shape[0] ** 2)
