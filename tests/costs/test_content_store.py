"""An encoding gives back what it was filled with, window by window, from memory and from disk."""

from pathlib import Path

import pytest
import torch

from impasto.costs.content_store import EncodingInMemory, EncodingOnDisk
from impasto.costs.term import EVERYWHERE
from impasto.errors import OutputError

WINDOWS = [
    (slice(0, 4), slice(0, 7)),
    (slice(0, 4), slice(7, 9)),
    (slice(4, 5), slice(0, 7)),
    (slice(4, 5), slice(7, 9)),
]


@pytest.mark.parametrize("kind", ["memory", "disk"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_windows_come_back(kind, dtype, tmp_path):
    a = torch.randn(1, 3, 5, 9, dtype=dtype, generator=torch.Generator().manual_seed(0))
    encoding = EncodingInMemory(3, 5, 9, a) if kind == "memory" else EncodingOnDisk(tmp_path, 3, 5, 9, a)
    for rows, columns in WINDOWS:
        encoding.fill((rows, columns), a[..., rows, columns])
    assert torch.equal(encoding.at(EVERYWHERE), a)
    assert torch.equal(encoding.at((slice(1, 4), slice(3, 9))), a[..., 1:4, 3:9])
    assert list(tmp_path.iterdir()) == []  # a file without a name


def test_a_folder_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(OutputError, match="missing"):
        EncodingOnDisk(tmp_path / "missing", 3, 5, 9, torch.zeros(1))


def test_a_full_disk_is_one_line():
    try:
        encoding = EncodingOnDisk("/dev/shm", 1, 1, 1, torch.zeros(1))
    except OutputError:
        pytest.skip("no memory disk here")
    encoding._file.close()
    with (
        Path("/dev/full").open("r+b", buffering=0) as encoding._file,
        pytest.raises(OutputError, match="room"),
    ):
        encoding.fill(EVERYWHERE, torch.zeros(1, 1, 1, 1))
