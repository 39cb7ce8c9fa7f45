"""The commands, collected: `impasto stylize`, `plan`, `explore`, `demo`, `resume` and so on."""

from typing import Annotated

import typer

from impasto.cli.commands.batch import batch
from impasto.cli.commands.demo import demo
from impasto.cli.commands.explore import explore
from impasto.cli.commands.info import info
from impasto.cli.commands.plan import plan
from impasto.cli.commands.recolor import recolor
from impasto.cli.commands.report import report
from impasto.cli.commands.resume import resume
from impasto.cli.commands.studio import studio
from impasto.cli.commands.stylize import stylize
from impasto.cli.commands.video import video
from impasto.cli.commands.weights import weights
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


for command in (stylize, batch, video, plan, explore, studio, recolor, demo, resume, info, report, weights):
    app.command()(command)
