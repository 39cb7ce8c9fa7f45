"""`impasto plan`: a table for people, JSON for programs, one line for what cannot be done."""

import json
import re

import pytest

from impasto.memory import process as memory

pytestmark = pytest.mark.usefixtures("studio")
PLAN = ("plan", "content.png", "style.png", "--recipe", "glaze", "--steps", "6", "--threads", "1")


@pytest.fixture
def small_process(monkeypatch):
    """A process of 300 MB, whatever the tests before have left, on a machine with plenty."""
    monkeypatch.setattr(memory, "resident", lambda: 300_000_000)
    monkeypatch.setattr(memory, "peak", lambda: 300_000_000)
    monkeypatch.setattr(memory, "available", lambda: 50_000_000_000)


def least(refused, *options) -> float:
    """Megabytes that are said to be needed."""
    line = refused(*PLAN, *options, "--memory", "301MB")
    amount, unit = re.search(
        r"need at least ([\d.]+) ([MG])B of memory, and 301 MB is allowed", line
    ).groups()
    return float(amount) * {"M": 1, "G": 1000}[unit]


def test_a_table(run, studio):
    before = sorted(studio.iterdir())
    outcome = run(*PLAN, "--scales", "2")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["Scale", "Steps", "Computed", "Solver", "Memory", "Time"]
    assert re.fullmatch(r"24 x 18 +9 +whole +L-BFGS, past steps in memory +[\d.]+ [MG]B +[\d.]+ s", lines[1])
    assert lines[2].startswith("48 x 36")
    assert re.fullmatch(
        r"At most [\d.]+ [MG]B of memory; .* may be taken, a safe part of what is free\.", lines[4]
    )
    assert re.fullmatch(r"About .* as fast as this machine is now\.", lines[5])
    assert sorted(studio.iterdir()) == before  # nothing is painted


@pytest.mark.usefixtures("small_process")
def test_json(run):
    told = json.loads(run(*PLAN, "--scales", "2", "--json").out)
    assert [one["size"] for one in told["scales"]] == [[18, 24], [36, 48]]
    assert [one["steps"] for one in told["scales"]] == [9, 6]
    assert told["limit"] == 300_000_000 + 0.8 * 50_000_000_000
    assert told["limit_from"] == "free memory"
    assert 300_000_000 < told["peak"] < told["limit"]
    assert told["seconds"] >= sum(one["seconds"] for one in told["scales"]) > 0
    assert told["notes"] == []


@pytest.mark.slow
@pytest.mark.usefixtures("small_process")
def test_the_limit_is_the_users(run):
    told = json.loads(run(*PLAN, "--memory", "7GB", "--json").out)
    assert (told["limit"], told["limit_from"]) == (7_000_000_000, "--memory")
    assert "7.0 GB may be taken, as --memory says." in run(*PLAN, "--memory", "7GB").out


@pytest.mark.slow
@pytest.mark.usefixtures("small_process")
def test_adam_and_disk_are_told_on_stderr(run, refused):
    large = ("--size", "4096", "--scales", "1")
    tightest = least(refused, *large)  # rounded
    outcome = run(*PLAN, *large, "--memory", f"{tightest + 60:.0f}MB")
    assert outcome.code == 0
    assert re.search(r"^4096 x 3072 +6 +tiles of \d+(; deep layers \w+)? +Adam", outcome.out, re.MULTILINE)
    first, *others = outcome.err.splitlines()
    assert first.startswith("note: L-BFGS does not fit into ")
    suggested = re.search(r"--memory (\S+) would allow L-BFGS", first)[1]
    assert any("the photograph's encoding is kept on disk" in line for line in others)
    outcome = run(*PLAN, *large, "--memory", suggested)
    assert "L-BFGS, past steps on disk" in outcome.out
    assert "note: the past steps of L-BFGS do not fit into" in outcome.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--memory", "much"], "memory must be an amount such as 4GB or 800MB, got 'much'"),
        (["--memory", "1MB"], "of memory, and 1 MB is allowed: use a smaller --size, or more --memory"),
        (["--memory", "1MB", "--engine", "whole"], "let it be tiled (--engine auto)"),
        (["--engine", "whole", "--tile", "64"], "engine whole has no tiles"),
        (["--tile", "8"], "tile must be a whole number from 16"),
        (["--size", "16"], "too small for relu5_1"),
        (["--start", "nowhere.png"], "the start picture 'nowhere.png' does not exist"),
    ],
)
def test_what_cannot_be_done_is_one_line(refused, options, words):
    assert words in refused(*PLAN, *options)


@pytest.mark.parametrize("role", ["content", "style"])
def test_missing_pictures(refused, role):
    names = {"content": "content.png", "style": "style.png"} | {role: "missing.jpg"}
    assert f"the {role} picture 'missing.jpg' does not exist" in refused("plan", *names.values())
