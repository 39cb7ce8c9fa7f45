"""Checkpoint files: what goes in comes out, and everything else is refused by name."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from impasto.errors import CheckpointError, OutputError
from impasto.evaluation import Cost
from impasto.layout import Layout
from impasto.painting.checkpoint import VERSION, Checkpoint, SavedState, load_checkpoint, save_checkpoint
from impasto.settings import Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights


@pytest.fixture
def checkpoint() -> Checkpoint:
    return Checkpoint(
        settings=Settings(recipe="classic", seed=5),
        inputs={"content": {"name": "photo.jpg", "fingerprint": "ab" * 32}},
        weights="cd" * 32,
        versions={"impasto": "0.1.0", "torch": "2.13.0", "threads": 2},
        scale=1,
        step=7,
        seconds=12.5,
        history=[Cost(3.0, 1.0, 0.1), Cost(0.1 + 0.2, 1 / 3, 1e-30, 0.7, 1 / 7)],
        solver_state={"image": torch.rand(1, 3, 4, 5), "steps": 7, "finished": None, "recent": [1 / 3, 2.0]},
        layouts=[Layout(tile=64, kept="float16"), Layout()],
        costs=["Mean(layer='relu3_1', weight=1.0)"],
        adjustments=[{"step": 3, "strength": 0.7}, {"step": 7, "style_layers": {"relu1_1": 0.5}}],
        extra={"output": "out.png"},
    )


def test_everything_comes_back_to_the_bit(tmp_path, checkpoint):
    save_checkpoint(tmp_path / "a.checkpoint", checkpoint)
    back = load_checkpoint(tmp_path / "a.checkpoint")
    assert torch.equal(back.solver_state.pop("image").tensor(), checkpoint.solver_state.pop("image"))
    assert back == checkpoint


def test_it_introduces_itself_to_any_reader_of_safetensors(tmp_path, checkpoint):
    save_checkpoint(tmp_path / "a.checkpoint", checkpoint)
    data = (tmp_path / "a.checkpoint").read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    inside = json.loads(header["__metadata__"]["impasto"])
    assert inside["format"] == "impasto checkpoint"
    assert inside["settings"]["recipe"] == "classic"
    assert list(load_file(tmp_path / "a.checkpoint")) == ["image"]


def test_a_newer_one_replaces_an_older_one_and_leaves_nothing_beside_it(tmp_path, checkpoint):
    for _ in range(2):
        save_checkpoint(tmp_path / "a.checkpoint", checkpoint)
    assert [path.name for path in tmp_path.iterdir()] == ["a.checkpoint"]


def test_a_failed_write_leaves_the_old_one_untouched(tmp_path, checkpoint, monkeypatch):
    save_checkpoint(tmp_path / "a.checkpoint", checkpoint)
    before = (tmp_path / "a.checkpoint").read_bytes()
    monkeypatch.setattr(
        "os.fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(OutputError, match="No space left"):
        save_checkpoint(tmp_path / "a.checkpoint", checkpoint)
    assert (tmp_path / "a.checkpoint").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_truncated_anywhere_it_is_refused(tmp_path, checkpoint):
    whole = tmp_path / "whole.checkpoint"
    save_checkpoint(whole, checkpoint)
    data = whole.read_bytes()
    for length in range(0, len(data), 97):
        cut = tmp_path / "cut.checkpoint"
        cut.write_bytes(data[:length])
        with pytest.raises(CheckpointError, match=r"cut\.checkpoint"):
            load_checkpoint(cut)


def test_what_is_not_a_checkpoint_is_refused_by_name(tmp_path, checkpoint):
    with pytest.raises(CheckpointError, match="missing"):
        load_checkpoint(tmp_path / "missing")
    with pytest.raises(CheckpointError, match=tmp_path.name):
        load_checkpoint(tmp_path)
    save_file({"x": torch.zeros(3)}, tmp_path / "other.safetensors")
    with pytest.raises(CheckpointError, match=r"other\.safetensors"):
        load_checkpoint(tmp_path / "other.safetensors")


def test_a_later_format_is_refused(tmp_path):
    header = {"format": "impasto checkpoint", "version": VERSION + 1}
    save_file({"x": torch.zeros(3)}, tmp_path / "later", metadata={"impasto": json.dumps(header)})
    with pytest.raises(CheckpointError, match=rf"{VERSION + 1}.* 2 to {VERSION}") as caught:
        load_checkpoint(tmp_path / "later")
    assert "\n" not in str(caught.value)


def test_one_of_format_2_is_read(tmp_path, checkpoint):
    """It called a scale a stage, and knew no adjustments."""
    save_checkpoint(tmp_path / "new", checkpoint)
    data = (tmp_path / "new").read_bytes()
    header = json.loads(
        json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]["impasto"]
    )
    header |= {"version": 2, "stage": header.pop("scale")}
    del header["adjustments"]
    save_file(load_file(tmp_path / "new"), tmp_path / "old", metadata={"impasto": json.dumps(header)})
    back = load_checkpoint(tmp_path / "old")
    assert (back.scale, back.step, back.adjustments) == (1, 7, [])
    assert back.settings == checkpoint.settings


def test_one_with_something_missing_is_refused(tmp_path):
    header = {"format": "impasto checkpoint", "version": 2, "settings": {}}
    save_file({"x": torch.zeros(3)}, tmp_path / "part", metadata={"impasto": json.dumps(header)})
    with pytest.raises(CheckpointError, match="inputs"):
        load_checkpoint(tmp_path / "part")


class Kept:
    """A solver's vector that is no tensor until it is asked for."""

    def __init__(self, vector):
        self.vector, self.shape, self.dtype = vector, vector.shape, vector.dtype

    def tensor(self):
        return self.vector


def test_vectors_kept_elsewhere_or_in_half_precision_become_tensors(tmp_path, checkpoint):
    halves = torch.linspace(-1, 1, 7).bfloat16()
    checkpoint.solver_state.update(s0=Kept(torch.linspace(0, 1, 5)), y0=Kept(halves), mean=halves.half())
    save_checkpoint(tmp_path / "a.checkpoint", checkpoint)
    state = SavedState(load_checkpoint(tmp_path / "a.checkpoint").solver_state, torch.device("cpu"))
    assert torch.equal(state["s0"], torch.linspace(0, 1, 5))
    assert state["y0"].dtype == torch.bfloat16 and torch.equal(state["y0"], halves)
    assert state["mean"].dtype == torch.float16 and torch.equal(state["mean"], halves.half())
    assert state["steps"] == 7 and state["finished"] is None


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits on a process")
def test_a_disk_that_fills_up_leaves_the_old_one_untouched(tmp_path, checkpoint):
    """In earnest: the process may not write a file of more than 20 kB."""
    import resource

    path = tmp_path / "a.checkpoint"
    save_checkpoint(path, checkpoint)
    before = path.read_bytes()
    checkpoint.solver_state["gradient"] = torch.zeros(1, 3, 100, 100)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        with pytest.raises(OutputError, match=r"a\.checkpoint") as caught:
            save_checkpoint(path, checkpoint)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


MEMORY = """
import sys
import torch
from impasto.layout import Layout
from impasto.painting.checkpoint import Checkpoint, SavedState, load_checkpoint, save_checkpoint
from impasto.settings import Settings

def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

def checkpoint(**state):
    return Checkpoint(Settings(recipe="glaze"), {}, "", {}, 0, 1, 0.0, [], state, [])

folder, names = sys.argv[1], ("image", "s0", "y0")
save_checkpoint(folder + "/warm", checkpoint(image=torch.zeros(9)))
SavedState(load_checkpoint(folder + "/warm").solver_state, torch.device("cpu"))["image"]
start = peak()
state = SavedState(load_checkpoint(folder + "/large").solver_state, torch.device("cpu"))
assert [state[name][-1].item() for name in names] == [0.5] * 3
print(peak() - start)
del state
save_checkpoint(folder + "/larger", checkpoint(**{name: torch.full((1 << 24,), 0.5) for name in names}))
print(peak() - start)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of memory from Linux")
def test_saving_takes_no_more_than_the_tensors_and_loading_one_of_them(tmp_path, checkpoint):
    """Three tensors of 64 MiB; the whole file built in memory would double that."""
    tensors = {name: torch.full((1 << 24,), 0.5) for name in ("image", "s0", "y0")}
    save_checkpoint(tmp_path / "large", replace(checkpoint, solver_state=tensors))
    command = [sys.executable, "-c", MEMORY, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loading, saving = map(float, done.stdout.split())
    assert 64 <= loading < 64 + 50
    assert 192 <= saving < 192 + 50


@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_a_file_takes_about_as_many_bytes_as_the_plan_says(tmp_path, solver):
    settings = Settings(recipe="glaze", steps=4, scales=1, solver=solver)
    painting = Stylizer(settings, encoder=VGG19(tiny_weights())).paint(
        random_image(72, 96, 1), random_image(40, 40, 2)
    )
    list(painting)
    painting.save_checkpoint(tmp_path / "a.checkpoint")
    size = (tmp_path / "a.checkpoint").stat().st_size
    assert painting.plan(times=False).checkpoint_bytes == pytest.approx(size, rel=0.25)
