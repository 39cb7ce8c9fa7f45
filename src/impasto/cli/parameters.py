"""The arguments and options of the commands that are no settings, each declared once."""

from pathlib import Path
from typing import Annotated, Any

import typer

from impasto.cli.options import KEEPING, axes
from impasto.cli.options import option as _option
from impasto.settings import COMPUTER, EXPLORE_SIZE, HOW, PICTURE, SCHEMA
from impasto.studio import LOOPBACK, PORT
from impasto.video.temporal import DEFAULT_RATE, Temporal


def _argument(metavar: str, help: str) -> Any:
    return typer.Argument(metavar=metavar, help=help, show_default=False)


def _switch(help: str, panel: str | None, *names: str) -> Any:
    return typer.Option(*names, help=help, rich_help_panel=panel)


def _setting(name: str, panel: str | None = None) -> Any:
    """An option that is a setting, in a command that takes few of them."""
    row = SCHEMA[name]
    return _option(row.shown_metavar, row.help_with_default(), panel)


_OUTPUT = ("-o", "--output")
_FORCE = ("--force", "-f")

# fmt: off
# Of several commands

Content = Annotated[Path, _argument("CONTENT", "The photograph to paint.")]
Styles = Annotated[list[str], _argument("STYLE...",
    "The painting whose manner it takes; several are blended, as PATH or PATH:WEIGHT; a folder: all in it.")]
Quiet = Annotated[bool, _switch("Say nothing but errors.", COMPUTER, "--quiet", "-q")]
Force = Annotated[bool, _switch("Replace files that exist.", PICTURE, *_FORCE)]
Json = Annotated[bool, _switch("Everything, as JSON.", None, "--json")]

# Of stylize

Output = Annotated[Path, _option("OUT", "Where the result goes: .png, .jpg, .tif or .webp.", PICTURE, *_OUTPUT)]
Checkpoint = Annotated[Path | None, _option("FILE",
    "The file from which the painting can go on, until it is done [default: OUT.checkpoint].", KEEPING)]
CheckpointEvery = Annotated[int | None, _option("N",
    "Steps between checkpoints; 0: only at Ctrl-C [default: one a minute].", KEEPING, min=0)]
SaveEvery = Annotated[int | None, _option("N",
    "Also save the picture every N steps, as OUT-0040.png and so on.", KEEPING, min=1)]
Plot = Annotated[Path | None, _option("FILE", "Draw the cost curve: .png, .pdf or .svg.", KEEPING)]
Adjust = Annotated[list[str] | None, _option("STEP:NAME=VALUE",
    "What changes after so many steps, as in 40:strength=0.7: strength, alpha, beta, style-layers, content-layer, "
    "styles (weights, as in 2,1), variation or protect-strength. May be given again.", HOW)]

# Of recolor

ColorsFrom = Annotated[list[str], _argument("STYLE...",
    "The painting whose colours it takes; several are blended, as PATH or PATH:WEIGHT; a folder: all in it.")]
RecolorSize = Annotated[int | None, _setting("size", PICTURE)]
Bits = Annotated[int | None, _setting("bits", PICTURE)]
Protect = Annotated[Path | None, _option("MASK", "What stays as photographed: a grey picture, white there.")]
ProtectStrength = Annotated[float | None, _setting("protect_strength")]

# Of video

Film = Annotated[Path, _argument("FILM",
    "The film to paint: a file, a folder of pictures, or a pattern such as shot-%04d.png.")]
FilmOutput = Annotated[Path, _option("OUT",
    "Where the film goes: .mp4, .mov or .mkv; a name without an end is a folder of PNGs.", PICTURE, *_OUTPUT)]
From = Annotated[float, _option("SECONDS", "Where the painted part begins.", PICTURE, "--from", min=0)]
To = Annotated[float | None, _option("SECONDS", "Where it ends [default: with the film].", PICTURE, "--to", min=0)]
Every = Annotated[int, _option("N", "Paint one of so many frames only, for a trial.", PICTURE, min=1)]
Rate = Annotated[float | None, _option("FRAMES",
    f"Frames a second of a film of pictures [default: {DEFAULT_RATE}].", PICTURE, min=0.01, max=1000)]
Codec = Annotated[str | None, _option("NAME",
    "How the film is coded: h264, prores, ffv1 (without loss) or png (a folder) [default: h264].", PICTURE)]
FilmWorkers = Annotated[int | None, _option("N",
    "Parts of the film painted at the same time, each by a process of its own; needs impasto\\[batch] "
    "[default: the whole film by this process].", COMPUTER, "--workers", min=1)]
SegmentFrames = Annotated[int | None, _option("FRAMES",
    "With --workers or --scheduler: shots of more frames are cut into parts that fade into one another "
    "[default: a part is a shot].", COMPUTER, "--segment", min=2)]
HoldWeight = Annotated[float | None, _option("WEIGHT",
    "Weight of the temporal cost: how firmly a frame keeps the paint that the motion brings "
    f"[default: {Temporal.hold:g}].", HOW, "--hold", min=0)]
FrameSteps = Annotated[int | None, _option("N",
    f"Steps of each frame after the first of a shot [default: {Temporal.frame_steps}].", HOW, min=1)]
Passes = Annotated[int, _option("N", "How often the film is gone through, back and forth.", HOW, min=1, max=100)]
Loop = Annotated[bool, _switch(
    "Let the first frame follow from the last one, for a film that repeats.", HOW, "--loop")]
Keys = Annotated[list[str] | None, _option("SECONDS:NAME=VALUE",
    "What a setting is at a time of the film, as in 2.5:strength=0.7; between two it changes evenly: styles (weights, "
    "as in 2,1), strength, alpha, beta, variation or protect-strength. May be given again.", HOW, "--key")]

# Of explore

Vary = Annotated[list[str], _option("SETTING[=VALUE,...]",
    "What changes from picture to picture: any setting, as in strength or strength=0.2,0.5,0.8. In lists of layers + "
    "joins what is one value: style-layers=relu1_1,relu1_1+relu2_1. Once, or twice for a grid.", PICTURE,
    autocompletion=axes)]
Folder = Annotated[Path | None, _option("FOLDER",
    "Where the pictures go, and the pages that show them [default: named for what is explored].", PICTURE, *_OUTPUT)]
ExploreSize = Annotated[int | None, _option("PIXELS",
    f"Long side of each picture, in pixels [default: {EXPLORE_SIZE}].", PICTURE)]
ForceGrid = Annotated[bool, _switch(
    "Start from scratch, whatever was explored in the folder.", PICTURE, *_FORCE)]
ExploreWorkers = Annotated[int | None, _option("N",
    "Pictures painted at the same time, each by a process of its own; needs impasto\\[batch] [default: one after "
    "another, by this process].", COMPUTER, "--workers", min=1)]

# Of batch

Photos = Annotated[list[str] | None, _argument("PHOTO...",
    "The photographs: files, folders, or patterns such as 'holiday/*.jpg'.")]
BatchStyles = Annotated[list[str] | None, _option("PAINTING",
    "A painting, or a folder or pattern of them; again for more. Every photograph is painted with each.", PICTURE,
    "--style")]
Jobs = Annotated[Path | None, _option("TABLE",
    "Instead of PHOTOs and --style: a table of jobs, .csv or .toml, a row for each picture.", PICTURE, "--jobs")]
Pairs = Annotated[bool, _switch(
    "The first PHOTO with the first --style, the second with the second.", PICTURE, "--pairs")]
Results = Annotated[Path, _option("FOLDER", "Where the results go.", PICTURE, *_OUTPUT)]
ResultName = Annotated[str | None, _option("PATTERN",
    "How results are called [default: {photo}__{painting}.png]; also {photo_folder}, {painting_folder}, {number}, or "
    "a setting; the suffix is the format.", PICTURE, "--name")]
ReplaceResults = Annotated[bool, _switch(
    "Replace pictures that are there and are not as asked for.", PICTURE, *_FORCE)]
BatchCheckpoint = Annotated[int | None, _option("N",
    "Steps between checkpoints; 0: only at Ctrl-C [default: four a minute].", KEEPING, "--checkpoint-every", min=0)]
BatchReport = Annotated[bool, _switch("Also measure every picture, into report.csv.", KEEPING, "--report")]
DryRun = Annotated[bool, _switch(
    "Only say how many pictures, hours, memory and disk it takes.", KEEPING, "--dry-run")]
Workers = Annotated[int | None, _option("N",
    "Pictures painted at the same time [default: one on each core, as far as the memory goes].", COMPUTER,
    "--workers", min=1)]
Scheduler = Annotated[str | None, _option("ADDRESS",
    "Paint on the cluster of this scheduler of dask.distributed, such as tcp://10.0.0.1:8786.", COMPUTER,
    "--scheduler")]

# Of demo and resume

DemoOutput = Annotated[Path, typer.Option(*_OUTPUT, metavar="OUT", help="Where the result goes.")]
DemoSize = Annotated[int, typer.Option(metavar="PIXELS", help="Long side of the result.")]
Unfinished = Annotated[Path, _argument("CHECKPOINT",
    "The file that an unfinished painting left, or the folder of an unfinished film.")]
OtherOutput = Annotated[Path | None, _option("OUT", "Another place for the result.", None, *_OUTPUT)]
MovedWeights = Annotated[Path | None, _option("FILE", "Where the VGG-19 weights are now, if they were moved.")]

# Of info, report and weights

Painted = Annotated[Path, _argument("OUT", "A picture that impasto painted.")]
Toml = Annotated[Path | None, _option("FILE",
    "Write its settings to a file that --settings reads, every one explained; -: show them.")]
AnyResult = Annotated[Path, _argument("OUT", "A result, of impasto or any other program.")]
Photograph = Annotated[Path | None, _option("CONTENT",
    "The photograph [default: the one that OUT names, beside it or here].")]
Painting = Annotated[Path | None, _option("STYLE", "The painting [default: likewise].")]
Page = Annotated[Path | None, _option("FILE", "Also draw it as one picture: .png, .pdf or .svg.", None, *_OUTPUT)]
Identity = Annotated[bool, _switch(
    "Paint the photograph in its own manner, which must give it back; some seconds more.", None,
    "--identity/--no-identity")]
ReportWeights = Annotated[Path | None, _option("FILE",
    "VGG-19 weights file [default: the one that OUT was painted with].")]
ReplacePage = Annotated[bool, _switch("Replace files that exist.", None, *_FORCE)]
UsedWeights = Annotated[Path | None, _option("FILE",
    "VGG-19 weights file [default: the one that stylize would use].", None, "--weights")]
Verify = Annotated[bool, _switch("Check them thoroughly.", None, "--verify")]

# Of studio

Host = Annotated[str, _option("ADDRESS",
    "Address to listen at; one that other machines reach gets a token into the page's address. "
    f"[default: {LOOPBACK}]", None, "--host")]
Port = Annotated[int, _option("N", f"Port to listen at; 0 for any that is free. [default: {PORT}]", None, "--port")]
StudioFolder = Annotated[Path | None, _option("FOLDER",
    "The folder of everything. [default: in your data folder]", None, "--folder")]
OpenPage = Annotated[bool, _switch("Open the page in your browser.", None, "--open/--no-open")]
# fmt: on
