"""The commands, each told from its function: `impasto stylize`, `plan`, `explore`, `demo`, `resume` and so on."""

from pathlib import Path
from typing import Annotated, Any

import typer

from impasto.cli import parameters as p
from impasto.cli.options import given, paintings, takes_settings
from impasto.version import __version__

app = typer.Typer(
    name="impasto",
    help="Paint a photograph in a painting's manner.",
    epilog="The first picture: impasto demo. Your own: impasto stylize PHOTO PAINTING -o RESULT.png",
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"impasto {__version__}")
        raise typer.Exit


@app.callback()
def impasto(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Paint a photograph in a painting's manner."""


@app.command()
@takes_settings
@p.takes_masks
def stylize(
    content: p.Content,
    style: p.Styles,
    output: p.Output,
    force: p.Force = False,
    checkpoint: p.Checkpoint = None,
    checkpoint_every: p.CheckpointEvery = None,
    save_every: p.SaveEvery = None,
    plot: p.Plot = None,
    quiet: p.Quiet = False,
    **fields: Any,
) -> int:
    """Paint the photograph CONTENT in the manner of the painting STYLE, or of several."""
    from impasto.cli.commands.stylize import stylize as run
    from impasto.cli.job import Job, default_checkpoint, start_file, where_of

    where, named = where_of(fields), given(fields)
    job = Job(
        content=content,
        styles=tuple(paintings(style)),
        output=output,
        checkpoint=checkpoint or default_checkpoint(output),
        start=start_file(named.get("start")),
        where=where,
        checkpoint_every=checkpoint_every,
        save_every=save_every,
        plot=plot,
        force=force,
    )
    return run(job, named, quiet)


@app.command()
@takes_settings
@p.takes_masks
def plan(
    content: p.Content,
    style: p.Styles,
    as_json: p.Json = False,
    **fields: Any,
) -> int:
    """Say beforehand what a painting will take: memory, time, and how each scale will be computed."""
    from impasto.cli.commands.plan import plan as run
    from impasto.cli.job import where_of

    where = where_of(fields)
    return run(content, paintings(style), where, given(fields), as_json)


@app.command()
@takes_settings
@p.takes_masks
def explore(
    content: p.Content,
    style: p.Styles,
    vary: p.Vary,
    output: p.Folder = None,
    size: p.ExploreSize = None,
    force: p.Anew = False,
    quiet: p.Quiet = False,
    **fields: Any,
) -> int:
    """Paint a grid of small pictures that shows what one or two settings do; begun again, it goes on."""
    from impasto.cli.commands.explore import explore as run
    from impasto.cli.job import where_of

    where, file = where_of(fields), fields.pop("settings")
    return run(content, style, where, vary, output, given({"size": size, **fields}), file, force, quiet)


@app.command()
def demo(
    output: p.DemoOutput = Path("impasto-demo.png"),
    size: p.DemoSize = 512,
    force: p.Force = False,
    quiet: p.Quiet = False,
) -> int:
    """Paint the pictures that come with impasto: a first look, in a minute or two."""
    from impasto.cli.commands.demo import demo as run

    return run(output, size, force, quiet)


@app.command()
def resume(
    checkpoint: p.Unfinished,
    output: p.OtherOutput = None,
    weights: p.MovedWeights = None,
    force: p.Force = False,
    quiet: p.Quiet = False,
) -> int:
    """Go on with a painting that was stopped, as if it had never been."""
    from impasto.cli.commands.resume import resume as run

    return run(checkpoint, output, weights, force, quiet)


@app.command()
def info(output: p.Painted, as_json: p.Json = False, toml: p.Toml = None, force: p.Force = False) -> int:
    """Say how a picture was painted: what it carries inside it, and the command that makes it again."""
    from impasto.cli.commands.info import info as run

    return run(output, as_json, toml, force)


@app.command()
def report(
    result: p.AnyResult,
    content: p.Photograph = None,
    style: p.Painting = None,
    page: p.Page = None,
    as_json: p.Json = False,
    identity: p.Identity = True,
    weights: p.ReportWeights = None,
    force: p.ReplacePage = False,
) -> int:
    """Measure a result beside its two parents: distances, colours, sharpness, noise, seams, border, identity."""
    from impasto.cli.commands.report import report as run

    return run(result, content, style, page, as_json, identity, weights, force)


@app.command()
def weights(file: p.UsedWeights = None, verify: p.Verify = False) -> int:
    """Say which VGG-19 weights are in use, from where, and under what licence."""
    from impasto.cli.commands.weights import weights as run

    return run(file, verify)
