"""Make jobs of what a user names: photographs and paintings as files, folders or patterns, or a table of jobs."""

import glob
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from itertools import product
from pathlib import Path
from string import Formatter
from typing import Any

from impasto.batch.job import Job
from impasto.batch.table import Row, read_table
from impasto.errors import OutputError, PictureError, SettingsError
from impasto.files.readable import check_regular
from impasto.inputs.style_sources import SUFFIXES, pictures_in
from impasto.settings import SCHEMA, Settings, near
from impasto.settings.toml_file import over

NAME = "{photo}__{painting}.png"
"""How results are called, unless the user says otherwise."""
FIELDS = ("photo", "painting", "photo_folder", "painting_folder", "number")
"""The names that a pattern may hold in braces, in addition to those of settings."""
UNFINISHED = "unfinished"
"""The folder, next to the results, of the files that are needed while pictures are painted."""
_LONGEST = 60
AnyPath = str | os.PathLike[str]


@dataclass(frozen=True)
class Habits:
    """The options that all jobs of a batch have in common.

    folder: of the results. name: the pattern of their names. settings: those that were named; a table's row wins over
    them. where: masks and maps, by the arguments of `Stylizer.paint`; their paths may hold {photo} and {painting}.
    """

    folder: Path
    name: str = NAME
    settings: Mapping[str, Any] = field(default_factory=dict)
    where: Mapping[str, Any] = field(default_factory=dict)
    force: bool = False
    checkpoint_every: int | None = None

    @cached_property
    def base(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The settings of a job that has none of its own: those that were named, and all of them, filled in."""
        return _with_absolute_paths(self.settings), Settings.from_dict(dict(self.settings)).as_dict()

    def for_row(self, row: Row) -> tuple[dict[str, Any], dict[str, Any]]:
        """Like `base`, for a row, whose own settings win. Raises SettingsError for one that cannot be used."""
        if not row.settings:
            return self.base
        values = over(self.settings, row.settings)
        return _with_absolute_paths(values), Settings.from_dict(values).as_dict()


def find_jobs(
    photos: Sequence[AnyPath],
    paintings: Sequence[AnyPath],
    table: AnyPath | None,
    habits: Habits,
    *,
    pairs: bool,
) -> list[Job]:
    """The jobs of `jobs_of`; or, where there is a table, those of `jobs_in`. Raises what these raise."""
    if table is None:
        return jobs_of(photos, paintings, habits, pairs=pairs)
    if photos or paintings or pairs:
        raise SettingsError("a table of jobs names photographs and paintings: omit the others")
    return jobs_in(table, habits)


def jobs_of(
    photos: Sequence[AnyPath], paintings: Sequence[AnyPath], habits: Habits, *, pairs: bool = False
) -> list[Job]:
    """A job for every photograph with every painting, painting by painting; or, with `pairs`, first with first.

    photos, paintings: files, folders (every picture directly in them) or patterns such as "holiday/*.jpg".
    Raises PictureError for a file that is missing and a pattern that fits no picture; SettingsError for numbers that
    make no pairs, and two jobs with one name; OutputError for a result in the place of a picture that is read.
    """
    contents, styles = _pictures(photos, "photograph"), _pictures(paintings, "painting")
    if not pairs:
        couples = [(content, style) for style, content in product(styles, contents)]
    elif len(contents) == len(styles):
        couples = list(zip(contents, styles, strict=True))
    else:
        raise SettingsError(
            f"{len(contents)} photographs and {len(styles)} paintings make no pairs: give as many of each, in order"
        )
    rows = (Row("", content, ((style, 1.0),)) for content, style in couples)
    return _checked([_job(row, number, habits) for number, row in enumerate(rows, 1)])


def jobs_in(table: AnyPath, habits: Habits) -> list[Job]:
    """A job for every row of a table; see `table.py` for its form.

    Raises PictureError, SettingsError, OutputError: as `jobs_of`, with the table's line.
    """
    found = []
    for number, row in enumerate(read_table(Path(table)), 1):
        try:
            found.append(_job(row, number, habits))
        except SettingsError as error:
            raise SettingsError(f"{row.place}: {error}", names=error.names) from None
        except PictureError as error:
            raise PictureError(f"{row.place}: {error}") from None
    if not found:
        raise SettingsError(f"'{table}' has no jobs: give it a row with a content and a style")
    return _checked(found)


def _pictures(words: Sequence[AnyPath], role: str) -> list[Path]:
    """The files that these words name, in order."""
    found = [path for word in words for path in _named(os.fspath(word), role)]
    if not found:
        option = " (--style)" if role == "painting" else ""
        raise SettingsError(f"there is no {role}: give at least one{option}, or a table of jobs")
    return found


def _named(word: str, role: str) -> list[Path]:
    path = Path(word)
    if os.path.isdir(word):  # noqa: PTH112  (Path.is_dir fails for a name that is too long)
        return pictures_in(path)
    if os.path.lexists(word) or not glob.has_magic(word):
        return [path]
    matches = sorted(one for one in glob.glob(word, recursive=True) if os.path.isfile(one))  # noqa: PTH113, PTH207
    pictures = [Path(one) for one in matches if Path(one).suffix.lower() in SUFFIXES]
    if not pictures:
        raise PictureError(f"no picture is called like '{word}' ({role}): check the pattern and the folder")
    return pictures


def _job(row: Row, number: int, habits: Habits) -> Job:
    settled, settings = habits.for_row(row)
    known = {
        "photo": row.content.stem,
        "painting": "+".join(path.stem for path, _ in row.styles),
        "photo_folder": _folder_of(row.content),
        "painting_folder": _folder_of(row.styles[0][0]),
        "number": number,
        **settings,
    }
    name = _suffixed(row.output or _filled(habits.name, known, "the pattern of names"))
    filled = partial(_filled, known=known, what="the mask's path")
    where = {**{key: _each(filled, one) for key, one in habits.where.items()}, **row.where}
    output = os.path.abspath(habits.folder / name)  # noqa: PTH100
    return Job(
        name=Path(name).as_posix(),
        content=_absolute(row.content),
        styles=tuple((_absolute(path), weight) for path, weight in row.styles),
        output=output,
        unfinished=os.path.abspath(habits.folder / UNFINISHED / _safe(name)),  # noqa: PTH100
        settings=settled,
        where={key: _each(_absolute, one) for key, one in where.items() if one},
        force=habits.force,
        checkpoint_every=habits.checkpoint_every,
    )


def _each(change: Callable[[str], str], files: Any) -> Any:
    """The path of a mask or a map, or the paths, changed."""
    several = isinstance(files, list | tuple)
    return [change(os.fspath(one)) for one in files] if several else change(os.fspath(files))


def _filled(pattern: str, known: Mapping[str, Any], what: str) -> str:
    """A pattern with its fields filled in; only plain ones, `{photo}` and `{number:04}`."""
    try:
        fields = [name for _, name, _, _ in Formatter().parse(pattern) if name is not None]
        unknown = [name for name in fields if name not in known]
        if not unknown:
            return pattern.format_map(known)
    except (ValueError, IndexError) as error:
        wrong = f"cannot be filled in ({error}): expected it as in {NAME}"
        raise SettingsError(f"{what} '{pattern}' {wrong}") from None
    expected = ", ".join(f"{{{one}}}" for one in FIELDS)
    meant = near(unknown[0], [*FIELDS, *SCHEMA])
    raise SettingsError(f"{what} '{pattern}' has {{{unknown[0]}}}{meant}; expected {expected}, or a setting")


def _suffixed(name: str) -> str:
    """A name with a suffix: .png where it has none that says a format."""
    return name if re.fullmatch(r"\.(png|jpe?g|tiff?|webp)", Path(name).suffix.lower()) else f"{name}.png"


def _safe(name: str) -> str:
    """A file's stem that no other name has, good on any system."""
    digest = sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]
    return f"{re.sub(r'[^A-Za-z0-9._-]', '-', name)[:_LONGEST]}-{digest}"


def _folder_of(path: Path) -> str:
    return os.path.basename(os.path.dirname(_absolute(path)))  # noqa: PTH119, PTH120


def _absolute(path: AnyPath) -> str:
    return os.path.abspath(path)  # noqa: PTH100


def _with_absolute_paths(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that were named, with absolute paths."""
    found = {name: value for name, value in values.items() if value is not None}
    for name, value in found.items():
        if SCHEMA[name].names_file(value):
            found[name] = _absolute(os.path.expanduser(value))  # noqa: PTH111
    return found


def _checked(jobs: list[Job]) -> list[Job]:
    """Check that every file exists and every result has a path of its own.

    Raises PictureError, SettingsError, OutputError: as `jobs_of`.
    """
    inputs: set[str] = set()
    for job in jobs:
        for role, path in job.inputs().items():
            if path not in inputs:
                check_regular(path, role, PictureError)
                inputs.add(path)
    outputs: dict[str, Job] = {}
    for job in jobs:
        if job.output in inputs:
            raise OutputError(f"'{job.output}' is read, too: choose another folder with -o, or other names")
        other = outputs.setdefault(job.output.casefold(), job)
        if other is not job:
            raise SettingsError(
                f"'{job.name}' would be painted twice, from {_about(other)} and from {_about(job)}: omit one, or tell "
                "them apart with --name, as in '{photo_folder}-{photo}__{painting}.png'"
            )
    return jobs


def _about(job: Job) -> str:
    return f"'{job.content}' with {' and '.join(repr(path) for path, _ in job.styles)}"
