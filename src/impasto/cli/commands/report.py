"""`impasto report`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import impasto
from impasto.cli import parameters as p
from impasto.cli.checks import check_free, check_inputs
from impasto.cli.messages import note, say
from impasto.cli.options import absolute_weights
from impasto.demo.pictures import demo_picture
from impasto.errors import PictureError
from impasto.files.figure import check_figure
from impasto.files.readable import fingerprint_of, is_regular

PARENTS = {"content": "photograph", "style": "painting"}


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
    check_inputs({"result": result})
    inputs = _inputs(result)
    given = {"content": content, "style": style}
    parents = {role: _parent(result, role, path, inputs.get(role)) for role, path in given.items()}
    if page is not None:
        check_figure(page, force, "report")
        read = {"result": result, **{PARENTS[role]: path for role, path in parents.items()}}
        check_free(page, read, "report")
    found = impasto.report(
        result,
        parents["content"],
        parents["style"],
        weights=None if weights is None else absolute_weights(weights),
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
        return {}  # no metadata; an error if it is no picture comes when it is read
    if not isinstance(inputs, Mapping):
        return {}
    return {role: one for role, one in inputs.items() if isinstance(one, Mapping) and _names_a_file(one)}


def _names_a_file(one: Mapping[str, Any]) -> bool:
    return isinstance(one.get("name"), str) and isinstance(one.get("fingerprint"), str)


def _parent(result: Path, role: str, given: Path | None, named: Mapping[str, str] | None) -> Path:
    """The file of one of the parents. Raises PictureError: it is not there, or nobody says which it is."""
    if given is not None:
        check_inputs({PARENTS[role]: given})
        if named and fingerprint_of(given, PARENTS[role], PictureError) != named["fingerprint"]:
            note(f"'{given}' is not the very file that '{result}' was painted from")
        return given
    if named is None:
        raise PictureError(
            f"'{result}' does not say what it was painted from: name both pictures with --content and --style"
        )
    places = [result.parent / named["name"], Path(named["name"]), demo_picture(role)]
    there = [path for path in places if is_regular(path)]
    for path in there:
        if fingerprint_of(path, PARENTS[role], PictureError) == named["fingerprint"]:
            return path
    changed = [path for path in there if path.name == named["name"] and path != places[-1]]
    lost = "is neither next to it nor in this folder"
    why = f"has changed: '{changed[0]}' is another file" if changed else lost
    raise PictureError(f"the {PARENTS[role]} '{named['name']}' of '{result}' {why}; name it with --{role}")
