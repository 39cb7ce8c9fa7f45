"""What is published works without its source: the wheel paints the demo, and both archives hold what they should."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
import yaml

import impasto

ROOT = Path(__file__).resolve().parents[1]
VERSION = impasto.__version__


def run(*command: str | Path, **more) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **more)
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def archives(tmp_path_factory) -> tuple[Path, Path]:
    """The wheel, built from the source distribution as `python -m build` does it, and that."""
    folder = tmp_path_factory.mktemp("release")
    source = folder / "source"  # building writes beside the source, and several tests may build at once
    shutil.copytree(
        ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "out", "*.egg-info", "__pycache__")
    )
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source)
    return folder / f"impasto-{VERSION}-py3-none-any.whl", folder / f"impasto-{VERSION}.tar.gz"


@pytest.mark.slow
def test_both_are_as_an_index_wants_them(archives):
    run(sys.executable, "-m", "twine", "check", "--strict", *archives)


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_nothing_else(archives):
    with zipfile.ZipFile(archives[0]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        told = message_from_bytes(wheel.read(f"impasto-{VERSION}.dist-info/METADATA"))
    kept = [path for path in (ROOT / "src" / "impasto").rglob("*") if path.is_file()]
    assert names == {
        path.relative_to(ROOT / "src").as_posix() for path in kept if "__pycache__" not in path.parts
    }
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert set(told.get_all("Provides-Extra")) == set(extras)
    assert told["License-Expression"] == "MIT"


@pytest.mark.slow
def test_the_source_distribution_can_be_tested(archives):
    with tarfile.open(archives[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = [
        "src/impasto/__init__.py",
        "tests/conftest.py",
        "docs/walkthrough.md",
        "CITATION.cff",
        "Makefile",
    ]
    assert {
        *wanted,
        "LICENSE",
        "CHANGELOG.md",
        "constraints.txt",
        "integrations/comfyui/__init__.py",
    } <= names
    assert not any("__pycache__" in name or name.startswith(".") for name in names)


@pytest.mark.slow
def test_the_wheel_paints_without_the_source(archives, tmp_path):
    """Unpacked where a user's packages are, and run from an empty folder; its dependencies are those that are here."""
    place, desk = tmp_path / "packages", tmp_path / "desk"
    desk.mkdir()
    with zipfile.ZipFile(archives[0]) as wheel:
        wheel.extractall(place)
    environment = {**os.environ, "PYTHONPATH": str(place)}
    where = run(
        sys.executable, "-c", "import impasto.demo; print(impasto.demo.__file__)", cwd=desk, env=environment
    )
    demo = Path(where.strip()).parent
    assert demo.is_relative_to(place)
    pictures = [demo / "content.jpg", demo / "style.jpg", "-o", "demo.png"]
    # Torch's convolutions: ours would be compiled for this one run.
    quick = ["--recipe", "classic", "--size", "64", "--steps", "2", "--convolution", "direct"]
    run(sys.executable, "-m", "impasto", "stylize", *pictures, *quick, cwd=desk, env=environment)
    assert impasto.read_picture(desk / "demo.png").width == 64
    assert impasto.read_metadata(desk / "demo.png")["versions"]["impasto"] == VERSION


def test_the_version_is_the_same_everywhere():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["version"] == VERSION
    heading = f"## [{VERSION}] - {cited['date-released']}\n"
    assert heading in (ROOT / "CHANGELOG.md").read_text("utf-8"), "close the changelog for this version"
