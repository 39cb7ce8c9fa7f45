"""Plans against the operating system: real weights, a process of its own for each painting."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import impasto
from impasto.settings.values import bytes_of

DEMO = Path(impasto.__file__).parent / "demo"
PAINTED = """
import json, sys
import impasto
from impasto.memory import process as memory

content, style, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
memory.return_at_once()  # as where impasto is the program: the plan counts on it
painting = impasto.Stylizer(impasto.Settings(**{"recipe": "glaze", **settings})).paint(content, style)
for step in painting:
    pass
painting.result().save(sys.argv[4])
told = painting.plan(times=False).as_dict()
print(json.dumps({"tile": told["scales"][0]["tile"], "planned": told["peak"], "observed": memory.peak()}))
"""


def painted(folder, **settings):
    """Two steps, or as many as `settings` says, at one scale; what was planned, and what the process took at most."""
    settings = {"scales": 1, "steps": 2, "threads": 1, **settings}
    pictures = str(DEMO / "content.jpg"), str(DEMO / "style.jpg")
    command = [sys.executable, "-c", PAINTED, *pictures, json.dumps(settings), str(folder / "out.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_the_whole_picture_takes_what_was_planned(tmp_path):
    found = painted(tmp_path, size=512, history=2)
    assert found["tile"] is None
    assert found["planned"] == pytest.approx(found["observed"], rel=0.15)


@pytest.mark.slow
def test_in_tiles_the_promise_is_kept(tmp_path):
    # Torch's convolutions need no transformed kernels, so that there is something left to share out.
    allowed = "770MB"
    found = painted(tmp_path, size=576, solver="adam", memory=allowed, convolution="direct", steps=1)
    assert found["tile"] is not None
    assert found["observed"] <= bytes_of(allowed)
    assert found["planned"] == pytest.approx(found["observed"], rel=0.15)
