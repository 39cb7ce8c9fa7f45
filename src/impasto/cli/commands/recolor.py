"""`impasto recolor`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import impasto
from impasto.cli import parameters as p
from impasto.cli.checks import check_free, check_inputs
from impasto.cli.messages import say
from impasto.cli.options import paintings
from impasto.distributed.join import process_info
from impasto.settings import Settings
from impasto.ui.guides import inputs_of


def recolor(
    content: p.Content,
    style: p.ColorsFrom,
    output: p.Output,
    size: p.RecolorSize = None,
    protect: p.Protect = None,
    protect_strength: p.ProtectStrength = None,
    bits: p.Bits = None,
    force: p.Force = False,
    quiet: p.Quiet = False,
) -> int:
    """Give the photograph CONTENT the colours of the painting STYLE, or of several; nothing is painted."""
    named = {"size": size, "protect_strength": protect_strength, "bits": bits}
    settings = Settings.from_dict({name: value for name, value in named.items() if value is not None})
    return recolor_pictures(content, paintings(style), output, settings, protect, force, quiet)


def recolor_pictures(
    content: Path,
    styles: Sequence[tuple[Path, float]],
    output: Path,
    settings: Settings,
    protect: Any,
    force: bool,
    quiet: bool,
) -> int:
    """Check the files, take the colours, write; returns the exit code."""
    inputs = inputs_of(content, styles, None, {"protect": protect} if protect else {})
    check_inputs(inputs)
    if process_info().rank > 0:  # it is done at once, by the first of several processes
        return 0
    check_free(output, inputs)
    impasto.check_writable(output, bits=settings.bits, overwrite=force)
    fields: dict[str, Any] = {name: getattr(settings, name) for name in ("size", "protect_strength", "bits")}
    result = impasto.recolor(content, list(styles), protect=protect, **fields)
    result.save(output, overwrite=force)
    if not quiet:
        height, width = result.image.shape[-2:]
        say(f"Recoloured {output}, {width} x {height} pixels: the photograph with the painting's colours.")
    return 0
