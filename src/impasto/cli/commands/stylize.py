"""`impasto stylize`."""

from collections.abc import Mapping, Sequence
from typing import Any

from impasto.cli import parameters as p
from impasto.cli.checks import check_new
from impasto.cli.commands.recolor import recolor_pictures
from impasto.cli.job import PaintingJob, default_checkpoint, start_file
from impasto.cli.options import given, paintings, takes_masks, takes_settings, where_of, words_of
from impasto.errors import SettingsError
from impasto.settings import ADJUSTABLE, Settings


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


def read_adjustments(texts: Sequence[str], recipe: str | None = None) -> list[tuple[int, dict[str, Any]]]:
    """The changes by the number of steps after which they are made, for `Stylizer.paint`.

    texts: such as "40:strength=0.7" or "40:styles=2,1". recipe: the one that is painted by.
    Raises SettingsError: a text of another form, a name that cannot change, or a value that cannot be used.
    """
    found: dict[int, dict[str, str]] = {}
    for text in texts:
        step, name, value = _parts(text)
        if name in found.setdefault(step, {}):
            raise SettingsError(f"--adjust {text}: {name} is given twice for step {step}: give it once")
        found[step][name] = value
    base = {} if recipe is None else {"recipe": recipe}
    return [(step, _values(step, found[step], base)) for step in sorted(found)]


def _parts(text: str) -> tuple[int, str, str]:
    step, colon, change = text.partition(":")
    name, equals, value = change.partition("=")
    name = name.strip().replace("-", "_")
    if not (colon and equals and step.isascii() and step.isdigit() and len(step) <= 9):
        raise SettingsError(f"--adjust {text} is not STEP:NAME=VALUE: write 40:strength=0.7, for example")
    if name not in ADJUSTABLE:
        names = ", ".join(one.replace("_", "-") for one in ADJUSTABLE)
        raise SettingsError(f"--adjust {text}: {name} cannot change while it is painted: expected {names}")
    return int(step), name, value


def _values(step: int, texts: Mapping[str, str], base: Mapping[str, str]) -> dict[str, Any]:
    values = {name: _value(f"--adjust {step}:{name}={text}", name, text) for name, text in texts.items()}
    fields = {name: value for name, value in values.items() if name != "styles"}
    try:
        checked = Settings.from_dict({**base, **fields})
    except SettingsError as error:
        raise SettingsError(f"--adjust, step {step}: {error}") from None
    return {name: getattr(checked, name) if name in fields else value for name, value in values.items()}


def _value(option: str, name: str, text: str) -> Any:
    if name in ("style_layers", "content_layer"):
        return text
    try:
        return [float(one) for one in text.split(",")] if name == "styles" else float(text)
    except ValueError:
        wanted = "numbers such as 2,1" if name == "styles" else "a number"
        raise SettingsError(f"{option}: expected {wanted}") from None
