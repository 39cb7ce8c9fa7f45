"""What the process holds; what a container leaves."""

import mmap
import subprocess
import sys

import pytest

from impasto.memory import process as memory


def test_the_memory_of_this_process_grows_with_what_it_holds():
    before = memory.resident()
    with mmap.mmap(-1, 100_000_000) as fresh:  # an allocator might hand out what it had kept
        fresh.write(b"1" * 100_000_000)
        after = memory.resident()
        assert 80e6 < after - before < 230e6  # what is written was memory for a moment, too
        assert memory.peak() >= after


def group(folder, limit, used, cache=0):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\ninactive_file {cache}\n")


def test_the_tightest_control_group_counts(tmp_path):
    own = tmp_path / "own"
    own.write_text("0::/outer/inner\n")
    group(tmp_path / "outer", 8_000, 3_000, cache=500)
    group(tmp_path / "outer" / "inner", "max", 1_000)
    assert memory._left_by_container(tmp_path, own) == 5_500
    group(tmp_path / "outer" / "inner", 2_000, 1_500)
    assert memory._left_by_container(tmp_path, own) == 500


def test_control_groups_of_the_first_version(tmp_path):
    own = tmp_path / "own"
    own.write_text("9:cpu:/a\n4:memory:/a\n")
    folder = tmp_path / "memory" / "a"
    folder.mkdir(parents=True)
    (folder / "memory.limit_in_bytes").write_text("9000")
    (folder / "memory.usage_in_bytes").write_text("4000")
    (folder / "memory.stat").write_text("total_inactive_file 100")
    assert memory._left_by_container(tmp_path, own) == 5_100


def test_without_control_groups_there_is_no_limit(tmp_path):
    assert memory._left_by_container(tmp_path, tmp_path / "missing") > 2**50


@pytest.mark.slow
def test_a_peak_is_that_of_this_program_and_not_of_the_one_that_started_it():
    with mmap.mmap(-1, 300_000_000) as large:
        large.write(b"1" * 300_000_000)
        child = [sys.executable, "-c", "from impasto.memory import process as memory; print(memory.peak())"]
        told = subprocess.run(child, capture_output=True, text=True, check=True).stdout
    assert 5e6 < int(told) < 150e6
