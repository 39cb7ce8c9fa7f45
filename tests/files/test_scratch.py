"""Where what does not fit into memory goes: to a disk, whatever the system keeps /tmp on."""

import tempfile
from pathlib import Path

import pytest

from impasto.files import scratch


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/tmp/a/b", True), ("/tmp", True), ("/var/tmp", False), ("/tmp/disk/x", False), ("/", False)],
)
def test_the_innermost_mount_counts(tmp_path, path, expected):
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/sdb /tmp/disk xfs rw 0 0\n")
    assert scratch._is_in_memory(Path(path), mounts) is expected


def test_without_a_list_of_mounts_it_is_taken_for_a_disk(tmp_path):
    assert not scratch._is_in_memory(tmp_path, tmp_path / "missing")


@pytest.mark.parametrize(
    ("named", "in_memory", "expected"),
    [(True, True, "usual"), (False, True, "disk"), (False, False, "usual")],
)
def test_a_folder_in_memory_is_avoided_unless_it_is_named(monkeypatch, tmp_path, named, in_memory, expected):
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    if named:
        monkeypatch.setenv("TMPDIR", "somewhere")
    for name in ("usual", "disk"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "usual"))
    monkeypatch.setattr(scratch, "_ON_DISK", tmp_path / "disk")
    monkeypatch.setattr(scratch, "_is_in_memory", lambda path: in_memory and path.name == "usual")
    assert scratch.folder() == tmp_path / expected
    assert (scratch.free_bytes() == 0) is (named and in_memory)
