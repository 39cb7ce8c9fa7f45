"""The whole picture at once: the plain way, and the fastest while it fits into memory."""

from collections.abc import Sequence

import torch

from impasto.costs.term import Term
from impasto.costs.total import total_cost
from impasto.encoder.vgg19 import VGG19
from impasto.evaluation import Cost, Evaluation
from impasto.shapes import Image


class Whole:
    """`evaluate(image)` for the sum of some cost terms.

    encoder: gives the activations the terms look at.
    terms: content and style terms, each measuring one layer.
    alpha, beta: weights of the two parts in J.
    """

    def __init__(self, encoder: VGG19, terms: Sequence[Term], alpha: float, beta: float):
        self.encoder, self.terms, self.alpha, self.beta = encoder, tuple(terms), alpha, beta
        self.layers = list(dict.fromkeys(term.layer for term in terms))

    def __call__(self, image: Image) -> Evaluation:
        """J and dJ/dG at `image` [1, 3, H, W]."""
        image = image.detach().requires_grad_(True)
        features = self.encoder(image, self.layers)
        parts = {"content": image.new_zeros(()), "style": image.new_zeros(())}
        for term in self.terms:
            value = term.rule(term.measure(features[term.layer]))
            parts[term.part] = parts[term.part] + term.weight * value
        total = total_cost(parts["content"], parts["style"], self.alpha, self.beta)
        (gradient,) = torch.autograd.grad(total, image)
        cost = Cost(total.item(), parts["content"].item(), parts["style"].item())
        return Evaluation(cost, gradient)
