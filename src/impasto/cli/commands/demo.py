"""`impasto demo`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import impasto
from impasto.cli import parameters as p
from impasto.cli.checks import check_new
from impasto.cli.job import PaintingJob, default_checkpoint
from impasto.cli.messages import say
from impasto.demo.pictures import demo_picture
from impasto.errors import CheckpointError, PictureError
from impasto.files.readable import fingerprint_of, is_there
from impasto.settings import Settings
from impasto.ui.commands import command, operand

PICTURES = ("content", "style")


def demo(
    output: p.DemoOutput = Path("impasto-demo.png"),
    size: p.DemoSize = 512,
    force: p.Force = False,
    quiet: p.Quiet = False,
) -> int:
    """Paint the pictures that come with impasto: a first look, in a minute or two."""
    from impasto.cli.paint import paint

    content, style = (demo_picture(role) for role in PICTURES)
    checkpoint = default_checkpoint(output)
    settings = Settings(recipe="paint", size=size)
    there = [path for path in (output, checkpoint) if is_there(path)]
    # Files of an earlier demo may be replaced, and no other file.
    replace = force or (bool(there) and all(_is_demo(path, path == checkpoint) for path in there))
    job = PaintingJob(content, ((style, 1.0),), output, checkpoint, force=replace)
    check_new(job, settings)
    code = paint(job, settings, quiet)
    if code == 0 and not quiet:
        say()
        say("Now a photograph and a painting of your own:")
        say("  impasto stylize PHOTO PAINTING -o RESULT.png")
        say(f"How this one was made: {command(['impasto', 'info', operand(output)])}")
    return code


def _is_demo(path: Path, is_checkpoint: bool) -> bool:
    try:
        found = vars(impasto.load_checkpoint(path)) if is_checkpoint else impasto.read_metadata(path)
    except (CheckpointError, PictureError):
        return False
    inputs: Any = found.get("inputs")
    return isinstance(inputs, Mapping) and all(
        inputs.get(role, {}).get("fingerprint") == fingerprint_of(demo_picture(role), "picture", PictureError)
        for role in PICTURES
    )
