"""A file is written whole or not at all, whatever its name and whoever is killed meanwhile."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from impasto.errors import OutputError
from impasto.files.atomic_write import check_target, remove_leftovers, replacing

POSIX = pytest.mark.skipif(os.name == "nt", reason="a test of POSIX")

WRITER = """
import sys
from pathlib import Path
from impasto.files.atomic_write import replacing
with replacing(Path(sys.argv[1]), overwrite=True) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def writer():
    """Another process in the middle of writing a file."""
    started: list[subprocess.Popen] = []

    def start(name: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "writing\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob(".impasto-*"))


def write(name: str, data: bytes) -> None:
    with replacing(Path(name), overwrite=True) as file:
        file.write(data)


def test_what_a_killed_process_left_goes_with_the_next_writing_there_and_not_before(folder, writer):
    writer("a.png").send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
    writer("b.png")
    (folder / ".impasto-0123456789abcdef.part").touch()  # nobody knows whose
    foreign = parts(folder)
    write("c.png", b"c")
    assert parts(folder) == foreign
    write("a.png", b"a")
    assert len(parts(folder)) == len(foreign) - 1
    write("b.png", b"b")  # another process is at it: its unfinished file stays
    assert len(parts(folder)) == len(foreign) - 1


def test_two_processes_that_write_one_file_do_not_harm_each_other(folder, writer):
    other = writer("a.png")
    write("a.png", b"mine")
    remove_leftovers(Path("a.png"))
    other.communicate("\n")
    assert other.returncode == 0
    assert (folder / "a.png").read_bytes() == b"half"
    assert parts(folder) == []


@POSIX
def test_a_name_as_long_as_the_system_allows(folder):
    name = "é" * 125 + ".png"
    write(name, b"long")
    assert (folder / name).read_bytes() == b"long"
    assert parts(folder) == []


@POSIX
@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "/", "x" * 256, "a\0b", "\ud800.png", "loop", "into-nowhere", "too-long", "pipe"),
        *("zero", "no/folder", "file/below"),
    ],
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_targets_that_cannot_be_written_are_refused_early(folder, name, overwrite):
    (folder / "file").touch()
    (folder / "loop").symlink_to("loop")
    (folder / "into-nowhere").symlink_to("no/folder/x")
    (folder / "too-long").symlink_to("x" * 256)
    (folder / "zero").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe")
    with pytest.raises(OutputError) as caught:
        check_target(Path(name), overwrite)
    assert "\n" not in str(caught.value)
    with pytest.raises(OutputError), replacing(Path(name), overwrite):
        pass
    assert parts(folder) == []
    assert (folder / "pipe").is_fifo()


def test_a_failure_leaves_what_was_there(folder):
    (folder / "a.png").write_bytes(b"dear")
    with pytest.raises(RuntimeError), replacing(Path("a.png"), overwrite=True) as file:
        file.write(b"half")
        raise RuntimeError
    assert (folder / "a.png").read_bytes() == b"dear"
    assert parts(folder) == []
