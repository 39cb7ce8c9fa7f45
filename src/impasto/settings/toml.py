"""TOML (toml.io, version 1.0) as settings files need it: read with line numbers, and values written.

The standard library's `tomllib` reads, but says of no value where it stands, and does not write.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impasto.errors import SettingsError
from impasto.files import readable
from impasto.settings.values import shown

LARGEST_FILE = 50_000  # bytes; a settings file with every setting and its help has about a tenth of it

_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_AT_THE_END = " (at end of document)"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BEGINNING = re.compile(r"""[ \t]*(\[{0,2})[ \t]*("(?:\\.|[^"\\\n])*"|'[^'\n]*'|[\w-]+)""")
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"{3,5}|\Z)'
    r"|'''.*?(?:'{3,5}|\Z)"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}\n]",
    re.DOTALL,
)
"""Tokens that may hold a meaningless line break or bracket (text, remarks), and those that mean something."""


@dataclass(frozen=True)
class Statement:
    """One `key = value` or one `[table]` of a text: the line it begins at, from 1; its key up to a dot; all of it."""

    line: int
    key: str
    is_table: bool
    text: str


def read_text(path: Path) -> str:
    """The text of a settings file; raises SettingsError as `files.readable.read_text`."""
    like = ", as impasto info OUT --toml FILE writes it"
    return readable.read_text(path, f"the settings file '{path}'", LARGEST_FILE, SettingsError, like)


def parse(text: str, name: str) -> dict[str, Any]:
    """The values of a TOML text. Raises SettingsError: it is not TOML. One line with `name` and the line."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        what, place = str(error), _PLACE.search(str(error))
        if place:
            what, line = f"{what[: place.start()]} in column {place[2]}", int(place[1])
        else:  # a value that does not end, or cannot be read at all
            begun = statements(text)
            unreadable = [one for one in begun if not _is_toml(one.text)]
            line = unreadable[0].line if unreadable else begun[-1].line if begun else 1
        what = what.removesuffix(_AT_THE_END)
        raise SettingsError(
            f"'{name}', line {line}: {what[:1].lower()}{what[1:]}; expected TOML: NAME = VALUE, text in quotes"
        ) from None


def statements(text: str) -> list[Statement]:
    """The statements of a TOML text, in order; comments and empty lines are none.

    >>> [(one.line, one.key) for one in statements("a = 1\\n\\nb.c = [\\n  2,\\n]")]
    [(1, 'a'), (3, 'b')]
    """
    found, line, begin = [], 1, 0
    while begin < len(text):
        begun = _BEGINNING.match(text, begin)
        end = _end(text, begun.end(), len(begun[1])) if begun else _end(text, begin)
        if begun:
            found.append(Statement(line, _unquoted(begun[2]), bool(begun[1]), text[begin:end]))
        line += text.count("\n", begin, end)
        begin = end
    return found


def lines_of(text: str, keys: tuple[str, ...]) -> list[int]:
    """The lines at which the first one or two statements with these keys begin; dash and underscore are the same."""
    wanted = {key.replace("-", "_") for key in keys}
    found: list[int] = []
    within_table = False
    for one in statements(text):
        within_table = within_table or one.is_table
        if one.key.replace("-", "_") in wanted and one.is_table is within_table:
            found.append(one.line)
    return found[:2]


def literal(value: Any) -> str:
    """A value as TOML has it, on one line; mappings become inline tables. Raises SettingsError for what is not Unicode.

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
        why = "is not valid Unicode and cannot be written to a TOML file"
        raise SettingsError(f"{shown(text)} {why}: rename it") from None
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON leaves DEL as it is


def _unquoted(key: str) -> str:
    return next(iter(tomllib.loads(f"{key} = 0")), key) if key[0] in "\"'" and _is_toml(f"{key} = 0") else key


def _end(text: str, begin: int, depth: int = 0) -> int:
    """The end of the statement that goes on at `begin`, within so many brackets."""
    for token in _TOKEN.finditer(text, begin):
        if token[0] == "\n" and depth <= 0:
            return token.end()
        depth += (token[0] in "[{") - (token[0] in "]}")
    return len(text)


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
