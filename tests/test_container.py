"""The container's file: linted, and what it copies is there. No test builds it: that takes a builder, and minutes."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from impasto.studio import PORT

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


LINTER = Path(sys.executable).parent / "hadolint"


@pytest.mark.skipif(not LINTER.exists(), reason="hadolint is not here: it is made for no Windows")
def test_the_linter_has_nothing_to_say():
    done = subprocess.run([LINTER, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_it_copies_is_there_and_is_sent_to_the_builder():
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.M)
        for source in line.split()[:-1]
    ]
    assert {"src", "pyproject.toml", "constraints.txt"} <= set(sources)
    first, *kept = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert first == "*"
    for source in sources:
        assert (ROOT / source).exists()
        assert f"!{source}" in kept
        assert not any(fnmatch(source, pattern) for pattern in kept)


def test_it_listens_where_the_studio_does_and_runs_without_rights():
    assert re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.M) == [str(PORT)]
    assert set(re.findall(r"--publish 127\.0\.0\.1:(\d+):(\d+)", DOCKERFILE)) == {(str(PORT), str(PORT))}
    (user,) = re.findall(r"^USER (\d+):\d+$", DOCKERFILE, re.M)
    assert int(user) > 0
    assert DOCKERFILE.index("USER") < DOCKERFILE.index("ENTRYPOINT")
