"""`impasto stylize`."""

from typing import Any

from impasto.cli import parameters as p
from impasto.cli.adjust import read_adjustments
from impasto.cli.checks import check_new
from impasto.cli.commands.recolor import recolor_pictures
from impasto.cli.guidance import takes_masks, where_of, words_of
from impasto.cli.job import PaintingJob, default_checkpoint, start_file
from impasto.cli.options import given, paintings, takes_settings
from impasto.errors import SettingsError
from impasto.settings import Settings


@takes_settings
@takes_masks
def stylize(
    content: p.Content,
    style: p.Styles,
    output: p.Output,
    force: p.Force = False,
    adjust: p.Adjust = None,
    checkpoint: p.Checkpoint = None,
    checkpoint_every: p.CheckpointEvery = None,
    save_every: p.SaveEvery = None,
    plot: p.Plot = None,
    quiet: p.Quiet = False,
    **fields: Any,
) -> int:
    """Paint the photograph CONTENT in the manner of the painting STYLE, or of several."""
    from impasto.cli.paint import paint

    where, named = where_of(fields), given(fields)
    settings = Settings.from_dict(named)
    adjustments = read_adjustments(adjust or [], settings.recipe)
    if not settings.paints:
        regions = {name: files for name, files in where.items() if name != "protect"}
        idle = ["--plot"] * bool(plot) + ["--adjust"] * bool(adjust) + words_of(regions)[:1]
        idle += ["--start"] * bool(start_file(settings.start))
        if idle:
            raise SettingsError(f"colour only paints nothing, so {idle[0]} would have no effect: omit it")
        protect = where.get("protect")
        return recolor_pictures(content, paintings(style), output, settings, protect, force, quiet)
    job = PaintingJob(
        content=content,
        styles=tuple(paintings(style)),
        output=output,
        checkpoint=checkpoint or default_checkpoint(output),
        start=start_file(settings.start),
        where=where,
        checkpoint_every=checkpoint_every,
        save_every=save_every,
        plot=plot,
        force=force,
    )
    check_new(job, settings)
    return paint(job, settings, quiet, adjustments)
