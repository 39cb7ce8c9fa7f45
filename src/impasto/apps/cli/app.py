"""The commands, each told from its function: `impasto stylize`, `plan`, `explore`, `demo`, `resume` and so on."""

from pathlib import Path
from typing import Annotated, Any

import typer

from impasto.apps.cli.options import KEEPING, axes, given, paintings, plain, takes_settings
from impasto.settings import COMPUTER, EXPLORE_SIZE, PICTURE, WHERE
from impasto.version import __version__

app = typer.Typer(
    name="impasto",
    help="Paint a photograph in a painting's manner.",
    epilog="The first picture: impasto demo. Your own: impasto stylize PHOTO PAINTING -o RESULT.png",
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Styles = Annotated[
    list[str],
    typer.Argument(
        metavar="STYLE...",
        help="The painting whose manner it takes; several are blended, as PATH or PATH:WEIGHT; a folder: all in it.",
        show_default=False,
    ),
]
Masks = Annotated[
    list[Path] | None,
    typer.Option(
        "--mask",
        metavar="MASK",
        help="Where the style goes: a grey picture, white there; again for each further STYLE, in order.",
        rich_help_panel=WHERE,
        show_default=False,
    ),
]
StyleMasks = Annotated[
    list[Path] | None,
    typer.Option(
        "--style-mask",
        metavar="MASK",
        help="Which part of the painting is looked at; again for each --mask, or each STYLE, in order.",
        rich_help_panel=WHERE,
        show_default=False,
    ),
]
Regions = Annotated[
    Path | None,
    typer.Option(
        "--regions",
        metavar="MAP",
        help="Instead of masks: a map of the photograph, one colour a region; STYLEs go by reading order.",
        rich_help_panel=WHERE,
        show_default=False,
    ),
]
StyleRegions = Annotated[
    Path | None,
    typer.Option(
        "--style-regions",
        metavar="MAP",
        help="A map of the painting: each region learns from the part of its own colour.",
        rich_help_panel=WHERE,
        show_default=False,
    ),
]
Protect = Annotated[
    Path | None,
    typer.Option(
        "--protect",
        metavar="MASK",
        help="What stays as photographed, such as a face: a grey picture, white there.",
        rich_help_panel=WHERE,
        show_default=False,
    ),
]
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
    style: Styles,
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
    mask: Masks = None,
    style_mask: StyleMasks = None,
    regions: Regions = None,
    style_regions: StyleRegions = None,
    protect: Protect = None,
    quiet: Quiet = False,
    **fields: Any,
) -> int:
    """Paint the photograph CONTENT in the manner of the painting STYLE, or of several."""
    from impasto.apps.cli.commands.stylize import stylize as run
    from impasto.apps.cli.job import Job, Where, default_checkpoint, start_file

    named = given(fields)
    job = Job(
        content=content,
        styles=tuple(paintings(style)),
        output=output,
        checkpoint=checkpoint or default_checkpoint(output),
        start=start_file(named.get("start")),
        where=Where(tuple(mask or ()), tuple(style_mask or ()), regions, style_regions, protect),
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
    style: Styles,
    mask: Masks = None,
    style_mask: StyleMasks = None,
    regions: Regions = None,
    style_regions: StyleRegions = None,
    protect: Protect = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    **fields: Any,
) -> int:
    """Say beforehand what a painting will take: memory, time, and how each scale will be computed."""
    from impasto.apps.cli.commands.plan import plan as run
    from impasto.apps.cli.job import Where

    where = Where(tuple(mask or ()), tuple(style_mask or ()), regions, style_regions, protect)
    return run(content, paintings(style), where, given(fields), as_json)


@app.command()
@takes_settings
def explore(
    content: Annotated[
        Path, typer.Argument(metavar="CONTENT", help="The photograph to paint.", show_default=False)
    ],
    style: Annotated[
        Path, typer.Argument(metavar="STYLE", help="The painting whose manner it takes.", show_default=False)
    ],
    vary: Annotated[
        list[str],
        typer.Option(
            metavar="SETTING[=VALUE,...]",
            help="What changes from picture to picture: any setting, as in strength or strength=0.2,0.5,0.8. In lists "
            "of layers + joins what is one value: style-layers=relu1_1,relu1_1+relu2_1. Once, or twice for a grid.",
            rich_help_panel=PICTURE,
            autocompletion=axes,
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FOLDER",
            help=plain(
                "Where the pictures go, and the pages that show them [default: named for what is explored]."
            ),
            rich_help_panel=PICTURE,
            show_default=False,
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(
            metavar="PIXELS",
            help=plain(f"Long side of each picture, in pixels [default: {EXPLORE_SIZE}]."),
            rich_help_panel=PICTURE,
            show_default=False,
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", "-f", help="Begin anew, whatever was explored in the folder.", rich_help_panel=PICTURE
        ),
    ] = False,
    quiet: Quiet = False,
    **fields: Any,
) -> int:
    """Paint a grid of small pictures that shows what one or two settings do; begun again, it goes on."""
    from impasto.apps.cli.commands.explore import explore as run

    file = fields.pop("settings")
    return run(content, style, vary, output, given({"size": size, **fields}), file, force, quiet)


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
def report(
    result: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="A result, of impasto or any other program.", show_default=False),
    ],
    content: Annotated[
        Path | None,
        typer.Option(
            metavar="CONTENT",
            help=plain("The photograph [default: the one that OUT names, beside it or here]."),
            show_default=False,
        ),
    ] = None,
    style: Annotated[
        Path | None,
        typer.Option(metavar="STYLE", help=plain("The painting [default: likewise]."), show_default=False),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Also draw it as one picture: .png, .pdf or .svg.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    identity: Annotated[
        bool,
        typer.Option(
            "--identity/--no-identity",
            help="Paint the photograph in its own manner, which must give it back; some seconds more.",
        ),
    ] = True,
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=plain("VGG-19 weights file [default: the one that OUT was painted with]."),
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace files that exist.")] = False,
) -> int:
    """Measure a result beside its two parents: distances, colours, sharpness, noise, seams, border, identity."""
    from impasto.apps.cli.commands.report import report as run

    return run(result, content, style, page, as_json, identity, weights, force)


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
