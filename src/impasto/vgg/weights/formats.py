"""Weights files as their makers wrote them: recognised by content, one short reader per format.

A reader gives every tensor's name, but loads only those that belong to one of VGG-19's convolutions: the
fully connected layers are six sevenths of a full file.
"""

import hashlib
import json
import pickle
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from impasto.errors import WeightsError
from impasto.vgg.weights.names import identify

HDF5, SAFETENSORS, TORCH_ZIP, TORCH_LEGACY = "HDF5 (Keras)", "safetensors", "torch", "torch (before 1.6)"
READABLE = "Keras .h5, torch .pth and .safetensors"

_TORCH_MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_HEAD = 512
# What torch, pickle and zipfile were seen to raise, or may, when a file's bytes are wrong or end too soon.
_DAMAGED = (
    RuntimeError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    OSError,
    OverflowError,
    MemoryError,
    struct.error,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
)


@dataclass(frozen=True)
class Contents:
    """What a reader found: all names, the convolutions' tensors by name, the file's own remarks."""

    format: str
    names: tuple[str, ...]
    tensors: dict[str, Tensor]
    metadata: Mapping[str, str] = field(default_factory=dict)


def check_present(path: Path, named_by: str) -> None:
    """Raises WeightsError, one line each, when `path` is missing, a folder, empty or not readable."""
    try:
        if path.is_dir():
            raise WeightsError(f"{path} ({named_by}) is a folder; name a weights file in it: {READABLE}")
        if not path.exists():
            raise WeightsError(f"{path} ({named_by}) does not exist; check the spelling, or leave it out")
        with path.open("rb") as file:
            if not file.read(1):
                raise WeightsError(f"{path} ({named_by}) is empty; fetch it again")
    except OSError as error:
        raise WeightsError(f"{path} ({named_by}) cannot be read: {error.strerror or error}") from error


def recognise_format(path: Path) -> str:
    """One of HDF5, SAFETENSORS, TORCH_ZIP, TORCH_LEGACY, by the first bytes. Raises WeightsError if none."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return HDF5
    if head.startswith(b"PK\x03\x04"):
        return TORCH_ZIP
    if _TORCH_MAGIC in head[:32]:
        return TORCH_LEGACY
    if head[8:9] == b"{":
        return SAFETENSORS
    raise WeightsError(f"{path} {_looks_like(head)}; impasto reads {READABLE}")


def _looks_like(head: bytes) -> str:
    text = head.lstrip().lower()
    if text.startswith((b"<!doctype", b"<html")):
        return "is a web page, not weights: the download went wrong"
    if text.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer, not the weights it points to: run `git lfs pull`"
    if head[:1] == b"\x80":
        return "is a Python pickle that torch did not write, and pickles are never run"
    if head.startswith(b"MATLAB"):
        return "is a MATLAB file"
    return "is not recognised as a weights file"


def digests(path: Path, with_md5: bool) -> dict[str, str]:
    """{"sha256": ...}, and "md5" where asked for, read once in pieces."""
    hashes = {"sha256": hashlib.sha256()}
    if with_md5:
        hashes["md5"] = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            for one in hashes.values():
                one.update(piece)
    return {algorithm: one.hexdigest() for algorithm, one in hashes.items()}


def read(path: Path, format: str) -> Contents:
    """The file's contents. Raises WeightsError when it is damaged, or needs code that is not run."""
    reader = {
        HDF5: _read_hdf5,
        SAFETENSORS: _read_safetensors,
        TORCH_ZIP: _read_torch,
        TORCH_LEGACY: _read_torch,
    }[format]
    try:
        return reader(path, format)
    except WeightsError:
        raise
    except _DAMAGED as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise WeightsError(f"{path} is damaged or incomplete ({reason}); fetch it again") from error


def _read_torch(path: Path, format: str) -> Contents:
    if format == TORCH_ZIP:
        _check_zip(path)
    try:
        # mmap: of the file's 570 MB only the convolutions are ever read.
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=format == TORCH_ZIP)
    except pickle.UnpicklingError as error:
        if "GLOBAL" in str(error) or "global" in str(error):
            raise WeightsError(
                f"{path} holds Python code besides tensors, which is never run; "
                "save it again as torch.save(model.state_dict(), ...)"
            ) from error
        raise
    if isinstance(state, dict) and isinstance(state.get("state_dict"), dict):
        state = state["state_dict"]
    return Contents(format, *_convolutions(path, state))


def _check_zip(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if any(name.endswith("model.weights.h5") for name in names):
            raise WeightsError(f"{path} is a .keras archive; unzip it and name the model.weights.h5 in it")
        if not any(name.endswith("data.pkl") for name in names):
            raise WeightsError(f"{path} is a zip archive, but not one of torch's; impasto reads {READABLE}")
        if broken := archive.testzip():
            raise WeightsError(f"{path} is damaged (checksum of {broken} in the archive); fetch it again")


def _convolutions(path: Path, state: Any) -> tuple[tuple[str, ...], dict[str, Tensor]]:
    if not isinstance(state, dict):
        raise WeightsError(f"{path} holds a {type(state).__name__}, not a dictionary of named tensors")
    tensors = {str(name): value for name, value in state.items() if isinstance(value, Tensor)}
    # clone: the weights must not hang on a mapped file that somebody may overwrite.
    return tuple(tensors), {name: value.detach().clone() for name, value in tensors.items() if identify(name)}


def _read_safetensors(path: Path, format: str) -> Contents:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            names = tuple(file.keys())
            tensors = {name: file.get_tensor(name) for name in names if identify(name)}
            return Contents(format, names, tensors, file.metadata() or {})
    except (SafetensorError, json.JSONDecodeError) as error:
        raise ValueError(str(error)) from error


def _read_hdf5(path: Path, format: str) -> Contents:
    try:
        import h5py
    except ImportError as error:
        raise WeightsError(
            f"{path} is a Keras file, and h5py, which reads it, is missing; pip install 'impasto[keras]'"
        ) from error
    names: list[str] = []

    def note(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            names.append(name)

    with h5py.File(path, "r") as file:
        file.visititems(note)
        tensors = {name: torch.from_numpy(file[name][()]) for name in names if identify(name)}
    return Contents(format, tuple(names), tensors)
