"""TOML with line numbers; what is written is read back by the standard library."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impasto.errors import SettingsError
from impasto.settings import toml

VALUES = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
STATEMENTS = [
    "a = 1",
    "# b = 2",
    "",
    'c = """x\n\n# y = 3\n"""',
    "d = [\n 1, # one\n\n 2\n]",
    "'e.f' = 1",
    " g.h = '''\n'''",
    'i = """"a\n"""""',
    "j = { k = '[', l = [ '#' ] } # ]",
]
KEYS = {"'": "e.f", **{letter: letter for letter in "acdgij"}}


@given(VALUES)
def test_values_are_read_back_as_they_were(value):
    assert tomllib.loads(f"x = {toml.literal(value)}") == {"x": value}
    assert "\n" not in toml.literal(value)


@given(st.permutations(STATEMENTS))
def test_statements_begin_where_they_were_put(parts):
    line, expected = 1, []
    for part in parts:
        if part and not part.startswith("#"):
            expected.append((line, KEYS[part.lstrip()[0]]))
        line += part.count("\n") + 1
    text = "\n".join(parts)
    tomllib.loads(text)
    assert [(one.line, one.key) for one in toml.statements(text)] == expected


def test_tables_are_told_from_values():
    found = toml.statements("a = [\n  [1],\n]\n[b]\n[[c]] # four\nd = 1")
    assert [(one.line, one.is_table) for one in found] == [(1, False), (4, True), (5, True), (6, False)]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a = 1\nb = paint\n", 2, "invalid value in column 5"),
        ("a = 1\n\nnonsense\n", 3, "in column 9"),
        ("a = 1\na = 2", 2, "cannot overwrite a value"),
        ("a = 1\nb = [1,\n2\n\n# the end", 2, "unclosed array"),
        ('a = """\nx = 1\ny = 2', 1, ""),
        ("a = 1\nb = 'x", 2, ""),
        ("\n\n[a\n", 3, ""),
        (f"a = 1\nb = {'[' * 20_000}", 2, "recursion"),
        (f"a = 1\nb = {'9' * 5000}", 2, "digits"),
        ("a = 1\nb = 2020-02-30", 2, "date"),
        ("a = 1\rb = 2", 1, "column"),
    ],
)
def test_what_is_no_toml_is_one_line_with_the_line_at_fault(text, line, what):
    with pytest.raises(SettingsError) as caught:
        toml.parse(text, "my.toml")
    assert str(caught.value).startswith(f"'my.toml', line {line}: ")
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)


def test_text_that_is_no_unicode_is_refused():
    with pytest.raises(SettingsError, match=r"caf\\udce9\.png"):
        toml.literal("caf\udce9.png")
