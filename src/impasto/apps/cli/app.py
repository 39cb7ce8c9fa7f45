"""The commands, each told from its function: `impasto stylize`, `plan`, `demo`, `resume`, `info`, `weights`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from impasto.apps.cli.options import COMPUTER, KEEPING, PICTURE, given, plain, takes_settings
from impasto.version import __version__

app = typer.Typer(
    name="impasto",
    help="Paint a photograph in a painting's manner.",
    epilog="The first picture: impasto demo. Your own: impasto stylize PHOTO PAINTING -o RESULT.png",
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Say nothing but errors.", rich_help_panel=COMPUTER)
]
Force = Annotated[
    bool,
    typer.Option("--force", "-f", help="Replace files that exist.", rich_help_panel=PICTURE),
]


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
def stylize(
    content: Annotated[
        Path, typer.Argument(metavar="CONTENT", help="The photograph to paint.", show_default=False)
    ],
    style: Annotated[
        Path, typer.Argument(metavar="STYLE", help="The painting whose manner it takes.", show_default=False)
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help="Where the result goes: .png, .jpg, .tif or .webp.",
            rich_help_panel=PICTURE,
            show_default=False,
        ),
    ],
    force: Force = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=plain(
                "Where all that is needed to go on is kept until it is done [default: OUT.checkpoint]."
            ),
            rich_help_panel=KEEPING,
            show_default=False,
        ),
    ] = None,
    checkpoint_every: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help=plain("Steps between checkpoints; 0: only at Ctrl-C [default: one a minute]."),
            rich_help_panel=KEEPING,
            show_default=False,
        ),
    ] = None,
    save_every: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Also keep the picture every N steps, as OUT-0040.png and so on.",
            rich_help_panel=KEEPING,
            show_default=False,
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw the cost curve: .png, .pdf or .svg.",
            rich_help_panel=KEEPING,
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
    **fields: Any,
) -> int:
    """Paint the photograph CONTENT in the manner of the painting STYLE."""
    from impasto.apps.cli.commands.stylize import stylize as run
    from impasto.apps.cli.job import Job, default_checkpoint, start_file

    named = given(fields)
    job = Job(
        content=content,
        style=style,
        output=output,
        checkpoint=checkpoint or default_checkpoint(output),
        start=start_file(named.get("start")),
        checkpoint_every=checkpoint_every,
        save_every=save_every,
        plot=plot,
        force=force,
    )
    return run(job, named, quiet)


@app.command()
@takes_settings
def plan(
    content: Annotated[
        Path, typer.Argument(metavar="CONTENT", help="The photograph to paint.", show_default=False)
    ],
    style: Annotated[
        Path, typer.Argument(metavar="STYLE", help="The painting whose manner it takes.", show_default=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    **fields: Any,
) -> int:
    """Say beforehand what a painting will take: memory, time, and how each scale will be computed."""
    from impasto.apps.cli.commands.plan import plan as run

    return run(content, style, given(fields), as_json)


@app.command()
def demo(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="Where the result goes.")
    ] = Path("impasto-demo.png"),
    size: Annotated[int, typer.Option(metavar="PIXELS", help="Long side of the result.")] = 512,
    force: Force = False,
    quiet: Quiet = False,
) -> int:
    """Paint the pictures that come with impasto: a first look, in a minute or two."""
    from impasto.apps.cli.commands.demo import demo as run

    return run(output, size, force, quiet)


@app.command()
def resume(
    checkpoint: Annotated[
        Path,
        typer.Argument(
            metavar="CHECKPOINT", help="The file that an unfinished painting left.", show_default=False
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="OUT", help="Another place for the result.", show_default=False
        ),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where the VGG-19 weights are now, if they were moved.", show_default=False
        ),
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> int:
    """Go on with a painting that was stopped, as if it had never been."""
    from impasto.apps.cli.commands.resume import resume as run

    return run(checkpoint, output, weights, force, quiet)


@app.command()
def info(
    output: Annotated[
        Path, typer.Argument(metavar="OUT", help="A picture that impasto painted.", show_default=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    toml: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write its settings to a file that --settings reads, every one explained; -: show them.",
            show_default=False,
        ),
    ] = None,
    force: Force = False,
) -> int:
    """Say how a picture was painted: what it carries inside it, and the command that makes it again."""
    from impasto.apps.cli.commands.info import info as run

    return run(output, as_json, toml, force)


@app.command()
def weights(
    file: Annotated[
        Path | None,
        typer.Option(
            "--weights",
            metavar="FILE",
            help=plain("VGG-19 weights file [default: the one that stylize would use]."),
            show_default=False,
        ),
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Check them thoroughly.")] = False,
) -> int:
    """Say which VGG-19 weights are in use, from where, and under what licence."""
    from impasto.apps.cli.commands.weights import weights as run

    return run(file, verify)
