"""`impasto report`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import impasto
from impasto.cli.checks import same_file
from impasto.cli.commands.demo import demo_picture
from impasto.cli.commands.stylize import anywhere
from impasto.cli.messages import note, say
from impasto.cli.output_files import fingerprint
from impasto.cli.plot import check_plot
from impasto.errors import OutputError, PictureError

PARENTS = {"content": "photograph", "style": "painting"}


def report(
    result: Path,
    content: Path | None,
    style: Path | None,
    page: Path | None,
    as_json: bool,
    identity: bool,
    weights: Path | None,
    force: bool,
) -> int:
    """Find both parents, measure, and show; returns the exit code."""
    if not result.exists():
        raise PictureError(f"the result '{result}' does not exist: check the path")
    inputs = _inputs(result)
    given = {"content": content, "style": style}
    parents = {role: _parent(result, role, path, inputs.get(role)) for role, path in given.items()}
    if page is not None:
        check_plot(page, force, "report")
        for other in (result, *parents.values()):
            if same_file(page, other):
                raise OutputError(f"'{page}' is one of the pictures: choose another name for the report")
    found = impasto.report(
        result,
        parents["content"],
        parents["style"],
        weights=None if weights is None else anywhere(weights),
        identity=identity,
    )
    if page is not None:
        impasto.save_report(found, page, overwrite=force)
    if as_json:
        say(json.dumps(found.as_dict(), indent=1))
        return 0
    say(impasto.report_table(found))
    if page is not None:
        say(f"\nThe report is {page}.")
    return 0


def _inputs(result: Path) -> Mapping[str, Any]:
    """The pictures that a result says it was painted from, by role; none for another program's."""
    try:
        inputs = impasto.read_metadata(result).get("inputs")
    except PictureError:
        return {}  # no recipe; whether it is a picture at all is told when it is read
    return inputs if isinstance(inputs, Mapping) else {}


def _parent(result: Path, role: str, given: Path | None, named: Mapping[str, str] | None) -> Path:
    """The file of one of the parents.

    Raises:
        PictureError: it is not there, or nobody says which it is.
    """
    if given is not None:
        if not given.exists():
            raise PictureError(f"the {PARENTS[role]} '{given}' does not exist: check the path")
        if named and fingerprint(given) != named["fingerprint"]:
            note(f"'{given}' is not the very file that '{result}' was painted from")
        return given
    if named is None:
        raise PictureError(
            f"'{result}' does not say what it was painted from: name both pictures with --content and --style"
        )
    places = [result.parent / named["name"], Path(named["name"]), demo_picture(role)]
    there = [path for path in places if path.is_file()]
    for path in there:
        if fingerprint(path) == named["fingerprint"]:
            return path
    changed = [path for path in there if path.name == named["name"] and path != places[-1]]
    raise PictureError(
        f"the {PARENTS[role]} '{named['name']}' of '{result}' "
        + (f"has changed: '{changed[0]}' is another file" if changed else "is neither beside it nor here")
        + f"; name it with --{role}"
    )
