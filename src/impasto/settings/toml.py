"""TOML (toml.io, version 1.0) as settings files need it: read with line numbers, and values written.

The standard library's `tomllib` reads, but says of no value where it stands, and does not write.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from impasto.errors import SettingsError

LARGEST_FILE = 50_000
"""Bytes; a settings file with every setting and its help has about a tenth of it."""

_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_AT_THE_END = " (at end of document)"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_TO_ESCAPE = re.compile(r'["\\\x00-\x1f\x7f]')


@dataclass(frozen=True)
class Statement:
    """One `key = value` or one `[table]` of a text: its lines, the first counted from 1; a value may take several."""

    first: int
    last: int
    is_table: bool


def read_text(path: Path) -> str:
    """The text of a small UTF-8 file; a byte order mark is left away, as Windows' editors put one there.

    Raises SettingsError, one line that names the file and where it can the line, when there is no such text.
    """
    name = f"the settings file '{path}'"
    try:
        if path.is_dir():
            raise SettingsError(f"{name} is a folder: give the name of a file")
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise SettingsError(f"{name} does not exist: check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(f"{name} cannot be read ({reason}): check the path") from None
    if b"\0" in data:
        raise SettingsError(f"{name} is no text: expected UTF-8, as impasto info OUT --toml FILE writes it")
    if len(data) > LARGEST_FILE:
        raise SettingsError(f"{name} is no settings file: it has more than {LARGEST_FILE} bytes")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"'{path}', line {line}: this is no UTF-8 text; save the file as UTF-8") from None


def parse(text: str, name: str) -> dict[str, Any]:
    """The values of a TOML text.

    Raises SettingsError, one line with `name` and the line, when it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        what, place = str(error), _PLACE.search(str(error))
        if place:
            what, line = f"{what[: place.start()]} in column {place[2]}", int(place[1])
        else:  # a value that does not end, or cannot be read at all: the last statement never becomes one
            begun = statements(text)
            what, line = what.removesuffix(_AT_THE_END), begun[-1].first if begun else 1
        raise SettingsError(
            f"'{name}', line {line}: {what[:1].lower()}{what[1:]}; expected TOML: NAME = VALUE, text in quotes"
        ) from None


def statements(text: str) -> list[Statement]:
    """The statements of a valid TOML text, in order; comments and empty lines are none.

    Each of them is TOML by itself, and no beginning of one is: so the shortest lines that are, are a statement.

    >>> [(one.first, one.last) for one in statements("a = 1\\n\\nb = [\\n  2,\\n]")]
    [(1, 1), (3, 5)]
    """
    lines, found, begin = text.split("\n"), [], 0
    while begin < len(lines):
        end = begin + 1
        while end < len(lines) and not _is_toml("\n".join(lines[begin:end])):
            end += 1
        content = lines[begin].strip()
        if content and not content.startswith("#"):
            found.append(Statement(begin + 1, end, content.startswith("[")))
        begin = end
    return found


def statements_at_fault(text: str, fault: Callable[[str], str | None]) -> list[Statement]:
    """The first one or two statements of a valid TOML text without any one of which it has another fault, or none.

    fault: what is wrong with a text, None when nothing is. Tables are blamed when none of their values is.
    Halves are tried, then halves of those that matter, so that a long file takes little longer than a short one.

    >>> wrong = lambda text: "b is small" if "b = 0" in text else None
    >>> [one.first for one in statements_at_fault("a = 0\\nb = 0", wrong)]
    [2]
    """
    told, found = fault(text), statements(text)

    def among(some: list[Statement]) -> Iterator[Statement]:
        if not some or fault(_without(text, some)) == told:
            return
        half = len(some) // 2
        yield from chain(among(some[:half]), among(some[half:])) if half else some

    values, tables = ([one for one in found if one.is_table is kind] for kind in (False, True))
    return list(islice(among(values), 2)) or list(islice(among(tables), 2))


def literal(value: Any) -> str:
    """A value as TOML has it, on one line; mappings become inline tables.

    Raises SettingsError for text that is no Unicode (a file name of other bytes), which TOML cannot hold.

    >>> print(literal({"relu1_1": 0.5, "a b": ["x", True, 3]}))
    { relu1_1 = 0.5, "a b" = ["x", true, 3] }
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(name)} = {literal(one)}" for name, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(one) for one in value)}]"
    assert isinstance(value, str), value
    return _quoted(value)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise SettingsError(
            f"{text!r} is no Unicode text and cannot be written to a TOML file: rename it"
        ) from None
    return f'"{_TO_ESCAPE.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}"


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _without(text: str, some: list[Statement]) -> str:
    lines = text.split("\n")
    for one in some:
        lines[one.first - 1 : one.last] = [""] * (one.last - one.first + 1)
    return "\n".join(lines)
