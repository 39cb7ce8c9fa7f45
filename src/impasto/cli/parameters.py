"""The arguments and options of the commands that are no settings, each declared once."""

from pathlib import Path
from typing import Annotated, Any

import typer

from impasto.cli.options import KEEPING, axes, plain
from impasto.settings import COMPUTER, EXPLORE_SIZE, HOW, PICTURE, SCHEMA
from impasto.studio.address import LOOPBACK, PORT
from impasto.video.temporal import DEFAULT_RATE, Temporal


def _argument(metavar: str, help: str) -> Any:
    return typer.Argument(metavar=metavar, help=help, show_default=False)


def _option(*names: str, metavar: str, help: str, panel: str | None = None, **more: Any) -> Any:
    """An option with a value; what it is without one stands in its help."""
    return typer.Option(
        *names, metavar=metavar, help=plain(help), rich_help_panel=panel, show_default=False, **more
    )


def _switch(*names: str, help: str, panel: str | None = None) -> Any:
    return typer.Option(*names, help=help, rich_help_panel=panel)


def _setting(name: str, panel: str | None = None) -> Any:
    """An option that is a setting, in a command that takes few of them."""
    row = SCHEMA[name]
    return _option(metavar=row.shown_metavar, help=row.help_with_default(), panel=panel)


# Of several commands

Content = Annotated[Path, _argument("CONTENT", "The photograph to paint.")]
Styles = Annotated[
    list[str],
    _argument(
        "STYLE...",
        "The painting whose manner it takes; several are blended, as PATH or PATH:WEIGHT; a folder: all in it.",
    ),
]
Quiet = Annotated[bool, _switch("--quiet", "-q", help="Say nothing but errors.", panel=COMPUTER)]
Force = Annotated[bool, _switch("--force", "-f", help="Replace files that exist.", panel=PICTURE)]
Json = Annotated[bool, _switch("--json", help="Everything, as JSON.")]

# Of stylize

Output = Annotated[
    Path,
    _option(
        *("-o", "--output"),
        metavar="OUT",
        help="Where the result goes: .png, .jpg, .tif or .webp.",
        panel=PICTURE,
    ),
]
Checkpoint = Annotated[
    Path | None,
    _option(
        metavar="FILE",
        help="Where all that is needed to go on is kept until it is done [default: OUT.checkpoint].",
        panel=KEEPING,
    ),
]
CheckpointEvery = Annotated[
    int | None,
    _option(
        metavar="N",
        min=0,
        help="Steps between checkpoints; 0: only at Ctrl-C [default: one a minute].",
        panel=KEEPING,
    ),
]
SaveEvery = Annotated[
    int | None,
    _option(
        metavar="N",
        min=1,
        help="Also keep the picture every N steps, as OUT-0040.png and so on.",
        panel=KEEPING,
    ),
]
Plot = Annotated[
    Path | None, _option(metavar="FILE", help="Draw the cost curve: .png, .pdf or .svg.", panel=KEEPING)
]
Adjust = Annotated[
    list[str] | None,
    _option(
        metavar="STEP:NAME=VALUE",
        help="What changes after so many steps, as in 40:strength=0.7: strength, alpha, beta, style-layers, "
        "content-layer, styles (weights, as in 2,1), variation or protect-strength. May be given again.",
        panel=HOW,
    ),
]

# Of recolor

ColorsFrom = Annotated[
    list[str],
    _argument(
        "STYLE...",
        "The painting whose colours it takes; several are blended, as PATH or PATH:WEIGHT; a folder: all in it.",
    ),
]
RecolorSize = Annotated[int | None, _setting("size", PICTURE)]
Bits = Annotated[int | None, _setting("bits", PICTURE)]
Protect = Annotated[
    Path | None, _option(metavar="MASK", help="What stays as photographed: a grey picture, white there.")
]
ProtectStrength = Annotated[float | None, _setting("protect_strength")]

# Of video

Film = Annotated[
    Path,
    _argument("FILM", "The film to paint: a file, a folder of pictures, or a pattern such as shot-%04d.png."),
]
FilmOutput = Annotated[
    Path,
    _option(
        *("-o", "--output"),
        metavar="OUT",
        help="Where the film goes: .mp4, .mov or .mkv; a name without an end is a folder of PNGs.",
        panel=PICTURE,
    ),
]
From = Annotated[
    float, _option("--from", metavar="SECONDS", min=0, help="Where the painted part begins.", panel=PICTURE)
]
To = Annotated[
    float | None,
    _option("--to", metavar="SECONDS", min=0, help="Where it ends [default: with the film].", panel=PICTURE),
]
Every = Annotated[
    int, _option(metavar="N", min=1, help="Paint one of so many frames only, for a trial.", panel=PICTURE)
]
Rate = Annotated[
    float | None,
    _option(
        metavar="FRAMES",
        min=0.01,
        max=1000,
        help=f"Frames a second of a film of pictures [default: {DEFAULT_RATE}].",
        panel=PICTURE,
    ),
]
Codec = Annotated[
    str | None,
    _option(
        metavar="NAME",
        help="How the film is coded: h264, prores, ffv1 (without loss) or png (a folder) [default: h264].",
        panel=PICTURE,
    ),
]
FilmWorkers = Annotated[
    int | None,
    _option(
        "--workers",
        metavar="N",
        min=1,
        help="Parts of the film painted at the same time, each by a process of its own; needs impasto\\[batch] "
        "[default: the whole film by this process].",
        panel=COMPUTER,
    ),
]
SegmentFrames = Annotated[
    int | None,
    _option(
        "--segment",
        metavar="FRAMES",
        min=2,
        help="With --workers or --scheduler: shots of more frames are cut into parts that fade into one another "
        "[default: a part is a shot].",
        panel=COMPUTER,
    ),
]
HoldWeight = Annotated[
    float | None,
    _option(
        "--hold",
        metavar="WEIGHT",
        min=0,
        help="Weight of the temporal cost: how firmly a frame keeps the paint that the motion brings "
        f"[default: {Temporal.hold:g}].",
        panel=HOW,
    ),
]
FrameSteps = Annotated[
    int | None,
    _option(
        metavar="N",
        min=1,
        help=f"Steps of each frame after the first of a shot [default: {Temporal.frame_steps}].",
        panel=HOW,
    ),
]
Passes = Annotated[
    int,
    _option(
        metavar="N", min=1, max=100, help="How often the film is gone through, back and forth.", panel=HOW
    ),
]
Loop = Annotated[
    bool,
    _switch(
        "--loop", help="Let the first frame follow from the last one, for a film that repeats.", panel=HOW
    ),
]
Keys = Annotated[
    list[str] | None,
    _option(
        "--key",
        metavar="SECONDS:NAME=VALUE",
        help="What a setting is at a time of the film, as in 2.5:strength=0.7; between two it changes evenly: "
        "styles (weights, as in 2,1), strength, alpha, beta, variation or protect-strength. May be given again.",
        panel=HOW,
    ),
]

# Of explore

Vary = Annotated[
    list[str],
    _option(
        metavar="SETTING[=VALUE,...]",
        help="What changes from picture to picture: any setting, as in strength or strength=0.2,0.5,0.8. In lists "
        "of layers + joins what is one value: style-layers=relu1_1,relu1_1+relu2_1. Once, or twice for a grid.",
        panel=PICTURE,
        autocompletion=axes,
    ),
]
Folder = Annotated[
    Path | None,
    _option(
        *("-o", "--output"),
        metavar="FOLDER",
        help="Where the pictures go, and the pages that show them [default: named for what is explored].",
        panel=PICTURE,
    ),
]
ExploreSize = Annotated[
    int | None,
    _option(
        metavar="PIXELS",
        help=f"Long side of each picture, in pixels [default: {EXPLORE_SIZE}].",
        panel=PICTURE,
    ),
]
ForceGrid = Annotated[
    bool,
    _switch("--force", "-f", help="Start from scratch, whatever was explored in the folder.", panel=PICTURE),
]

ExploreWorkers = Annotated[
    int | None,
    _option(
        "--workers",
        metavar="N",
        min=1,
        help="Pictures painted at the same time, each by a process of its own; needs impasto\\[batch] [default: one "
        "after another, by this process].",
        panel=COMPUTER,
    ),
]

# Of batch

Photos = Annotated[
    list[str] | None,
    _argument(
        "PHOTO...",
        "The photographs: files, folders, or patterns such as 'holiday/*.jpg'.",
    ),
]
BatchStyles = Annotated[
    list[str] | None,
    _option(
        "--style",
        metavar="PAINTING",
        help="A painting, or a folder or pattern of them; again for more. Every photograph is painted with each.",
        panel=PICTURE,
    ),
]
Jobs = Annotated[
    Path | None,
    _option(
        "--jobs",
        metavar="TABLE",
        help="Instead of PHOTOs and --style: a table of jobs, .csv or .toml, a row for each picture.",
        panel=PICTURE,
    ),
]
Pairs = Annotated[
    bool,
    _switch(
        "--pairs", help="The first PHOTO with the first --style, the second with the second.", panel=PICTURE
    ),
]
Results = Annotated[
    Path, _option("-o", "--output", metavar="FOLDER", help="Where the results go.", panel=PICTURE)
]
ResultName = Annotated[
    str | None,
    _option(
        "--name",
        metavar="PATTERN",
        help="How results are called [default: {photo}__{painting}.png]; also {photo_folder}, {painting_folder}, "
        "{number}, or a setting; the suffix is the format.",
        panel=PICTURE,
    ),
]
ReplaceResults = Annotated[
    bool,
    _switch("--force", "-f", help="Replace pictures that are there and are not as asked for.", panel=PICTURE),
]
BatchCheckpoint = Annotated[
    int | None,
    _option(
        "--checkpoint-every",
        metavar="N",
        min=0,
        help="Steps between checkpoints; 0: only at Ctrl-C [default: four a minute].",
        panel=KEEPING,
    ),
]
BatchReport = Annotated[
    bool, _switch("--report", help="Also measure every picture, into report.csv.", panel=KEEPING)
]
DryRun = Annotated[
    bool,
    _switch("--dry-run", help="Only say how many pictures, hours, memory and disk it takes.", panel=KEEPING),
]
Workers = Annotated[
    int | None,
    _option(
        "--workers",
        metavar="N",
        min=1,
        help="Pictures painted at the same time [default: one on each core, as far as the memory goes].",
        panel=COMPUTER,
    ),
]
Scheduler = Annotated[
    str | None,
    _option(
        "--scheduler",
        metavar="ADDRESS",
        help="Paint on the cluster of this scheduler of dask.distributed, such as tcp://10.0.0.1:8786.",
        panel=COMPUTER,
    ),
]

# Of demo and resume

DemoOutput = Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Where the result goes.")]
DemoSize = Annotated[int, typer.Option(metavar="PIXELS", help="Long side of the result.")]
Unfinished = Annotated[
    Path,
    _argument(
        "CHECKPOINT", "The file that an unfinished painting left, or the folder of an unfinished film."
    ),
]
OtherOutput = Annotated[
    Path | None, _option("-o", "--output", metavar="OUT", help="Another place for the result.")
]
MovedWeights = Annotated[
    Path | None, _option(metavar="FILE", help="Where the VGG-19 weights are now, if they were moved.")
]

# Of info, report and weights

Painted = Annotated[Path, _argument("OUT", "A picture that impasto painted.")]
Toml = Annotated[
    Path | None,
    _option(
        metavar="FILE",
        help="Write its settings to a file that --settings reads, every one explained; -: show them.",
    ),
]
AnyResult = Annotated[Path, _argument("OUT", "A result, of impasto or any other program.")]
Photograph = Annotated[
    Path | None,
    _option(metavar="CONTENT", help="The photograph [default: the one that OUT names, beside it or here]."),
]
Painting = Annotated[Path | None, _option(metavar="STYLE", help="The painting [default: likewise].")]
Page = Annotated[
    Path | None,
    _option("-o", "--output", metavar="FILE", help="Also draw it as one picture: .png, .pdf or .svg."),
]
Identity = Annotated[
    bool,
    _switch(
        "--identity/--no-identity",
        help="Paint the photograph in its own manner, which must give it back; some seconds more.",
    ),
]
ReportWeights = Annotated[
    Path | None,
    _option(metavar="FILE", help="VGG-19 weights file [default: the one that OUT was painted with]."),
]
ReplacePage = Annotated[bool, _switch("--force", "-f", help="Replace files that exist.")]
UsedWeights = Annotated[
    Path | None,
    _option(
        "--weights",
        metavar="FILE",
        help="VGG-19 weights file [default: the one that stylize would use].",
    ),
]
Verify = Annotated[bool, _switch("--verify", help="Check them thoroughly.")]

# Of studio

Host = Annotated[
    str,
    _option(
        "--host",
        metavar="ADDRESS",
        help="Address to listen at; one that other machines reach gets a token into the page's address. "
        f"[default: {LOOPBACK}]",
    ),
]
Port = Annotated[
    int, _option("--port", metavar="N", help=f"Port to listen at; 0 for any that is free. [default: {PORT}]")
]
StudioFolder = Annotated[
    Path | None,
    _option("--folder", metavar="FOLDER", help="Where everything is kept. [default: in your data folder]"),
]
OpenPage = Annotated[bool, _switch("--open/--no-open", help="Open the page in your browser.")]
