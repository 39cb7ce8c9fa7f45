"""A fault is told in one line, with the file and its line."""

import datetime
import os
import time

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impasto import read_settings
from impasto.errors import SettingsError
from impasto.settings import Settings
from impasto.settings.toml import LARGEST_FILE
from impasto.settings.toml_file import settings_as_toml
from tests.settings.helpers import NAMES, fault, read

FAULTS = [
    ("steps = 5\nstile-scale = 1.5", "line 2: there is no setting named 'stile-scale'; did you mean style-scale"),
    ("# x\n\n[look]\nsize = 300", "line 3: there is no setting named 'look'"),
    ("steps = 5\n# a remark\nsize = 8\nseed = 1", "line 3: size must be a whole number from 16"),
    ("bits = 8\nsize = 'large'", "line 2: size must be a whole number from 16 to 65536, got 'large'"),
    ("\n\nsolver = 'sgd'", "line 3: solver must be adam or lbfgs, got 'sgd'"),
    ("balance = 'no'", "line 1: balance must be true or false, got 'no' (Divide each cost"),
    ("memory = 4", "line 1: memory must be text, got 4 (Most memory"),
    ("memory = 'much'", "line 1: memory must be an amount"),
    ("alpha = [1]", "line 1: alpha must be a number"),
    ("style-layers = 3", "line 1: style-layers must name layers, as in relu4_2"),
    ("style-layers = [1, 2]", "line 1: style-layers must name layers, as in relu4_2"),
    ("style-layers = { relu1_1 = 1, relu9_1 = 2 }", "line 1: VGG-19 has no layer named 'relu9_1'"),
    ("style-layers = [\n 'relu1_1',\n 'relu9_1',\n]", "line 1: VGG-19 has no layer named 'relu9_1'"),
    ("seed = 1\n[style-layers]\nrelu1_1 = 1\nrelu2_1 = -1", "line 2: the weight of relu2_1 in style-layers"),
    ("style-layers.relu1_1 = 1\nstyle-layers.relu2_1 = 'x'", "lines 1 and 2: the weight of relu2_1 in style-layers"),
    ("seed = 1\n[style-layers]", "line 2: style-layers needs at least one layer"),
    ("[[style-layers]]\n[[style-layers]]", "lines 1 and 2: style-layers must name layers"),
    ("strength = 0.5\nseed = 1\nbeta = 3", "lines 1 and 3: strength stands for alpha and beta"),
    ("alpha = 0\n\n\nbeta = 0", "lines 1 and 4: alpha and beta are both 0"),
    ("style-scale = 1\nseed = 2\nstyle_scale = 1", "lines 1 and 3: style_scale is given twice"),
    ("seed = 1\nseed = 2", "line 2: cannot overwrite a value"),
    ("seed = 1\nsolver = adam", "line 2: invalid value in column 10; expected TOML: NAME = VALUE, text in quotes"),
    ("start = '''\na\n'''\nsteps = 0", "line 4: steps must be a whole number"),
    ("seed = 2020-01-01", "line 1: seed must be a whole number"),
    ("size = 8\nsteps = 0", "line 1: size must be a whole number"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), FAULTS)
def test_a_fault_is_told_with_its_line(text, told, tmp_path):
    assert fault(text, tmp_path).startswith(f"my.toml, {told}")


def test_lines_are_counted_as_editors_do(tmp_path):
    assert fault("\ufeffseed = 1\r\nsteps = 0\r\n", tmp_path).startswith("my.toml, line 2: steps")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "value", [True, -3, 2.5, "", "x", [], [1], {"a": 1}, datetime.date(2020, 1, 1)], ids=repr
)
def test_no_value_of_any_kind_is_more_than_an_error_with_its_line(name, value, tmp_path):
    written = value.isoformat() if isinstance(value, datetime.date) else repr(value)
    written = {"True": "true", "{'a': 1}": "{ a = 1 }"}.get(written, written)
    try:
        assert read(f"\n{name} = {written}", tmp_path)
    except SettingsError as error:
        assert str(error).startswith(f"'{tmp_path / 'my.toml'}', line 2: ")


def test_a_fault_of_the_changes_is_not_laid_to_the_file(tmp_path):
    assert fault("seed = 1", tmp_path, steps=0).startswith("steps must be a whole number")
    assert fault("seed = 1", tmp_path, sise=0).startswith(
        "there is no setting named 'sise'; did you mean size"
    )


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"seed = 1\nstart = 'caf\xe9.png'\n", "', line 2: this is not UTF-8 text"),
        ("seed = 1".encode("utf-16"), "' is not text: expected UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "' is not text: expected UTF-8"),
        (b"#" * (LARGEST_FILE + 1), "' is too large: it has more than 50000 bytes"),
    ],
)
def test_what_is_no_settings_file(data, told, tmp_path):
    (tmp_path / "my.toml").write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        read_settings(tmp_path / "my.toml")
    assert f"{tmp_path / 'my.toml'}{told}" in str(caught.value)


MANY = "\n".join(f"[[package]]\nname = 'n{number}'\nversion = [\n '1',\n]" for number in range(300))


def test_another_programs_file_is_refused_at_once(tmp_path):
    assert fault(f"version = 4\n{MANY}", tmp_path).startswith(
        "my.toml, line 1: there is no setting named 'version'"
    )
    assert fault(f"seed = 4\n{MANY}", tmp_path).startswith(
        "my.toml, lines 2 and 7: there is no setting named 'package'"
    )


@pytest.mark.parametrize("name", ["package", "style-layers", "steps"])
def test_a_long_array_is_refused_at_once(name, tmp_path):
    values = "\n".join(" 1," for _ in range(12_000))
    begun = time.process_time()  # others may be at work here
    assert fault(f"seed = 1\n{name} = [\n{values}\n]", tmp_path).startswith("my.toml, line 2: ")
    assert time.process_time() - begun < 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match="pipe"):
        read_settings(tmp_path / "pipe")


@hypothesis.settings(max_examples=150)
@given(
    damage=st.binary(max_size=40)
    | st.text(max_size=40).map(str.encode)
    | st.tuples(st.integers(0, 4000), st.integers(0, 30), st.binary(max_size=6))
)
def test_damage_is_an_error_in_one_line_if_it_is_one(damage, drawer):
    data = settings_as_toml(Settings(size=300, strength=0.3)).encode()
    if isinstance(damage, tuple):
        at, length, put = damage
        damage = data[:at] + put + data[at + length :]
    path = drawer / "damaged.toml"
    path.write_bytes(damage)
    try:
        assert read_settings(path)
    except SettingsError as error:
        assert "\n" not in str(error)
        assert str(path) in str(error)


def test_files_that_are_not_there(tmp_path):
    for path, told in (
        ("none.toml", "does not exist"),
        ("", "is a folder"),
        ("a/b.toml", "does not exist"),
        ("a\0b", "null"),
    ):
        with pytest.raises(SettingsError, match=told) as caught:
            read_settings(f"{tmp_path}/{path}")
        assert "\n" not in str(caught.value)


def test_a_closed_file(tmp_path, monkeypatch):
    def closed(*_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "my.toml").touch()
    monkeypatch.setattr(os, "open", closed)
    with pytest.raises(SettingsError, match=r"my\.toml.*Permission denied"):
        read_settings(tmp_path / "my.toml")
