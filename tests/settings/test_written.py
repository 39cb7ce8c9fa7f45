"""What is written reads back, and every setting is in it."""

import re
import tomllib

import hypothesis
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from typer.main import get_command

from impasto import read_settings, write_settings
from impasto.cli.app import app
from impasto.errors import OutputError, SettingsError
from impasto.settings import GROUPS, PRESETS, SCHEMA, STARTS, Settings, groups
from impasto.settings.toml_file import settings_as_toml
from impasto.vgg.layers import LAYERS
from tests.settings.helpers import NAMES, fault, read

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

    return [value for value in (*SCHEMA[name].choices, *POOLS[SCHEMA[name].type]) if takes(value)]


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


@pytest.mark.slow
@hypothesis.settings(max_examples=60)
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


@pytest.mark.parametrize("recipe", PRESETS)
@pytest.mark.parametrize(
    "changes", [{}, {"strength": 0.3}, {"size": 300, "alpha": 7.0, "border": "replicate"}]
)
def test_every_setting_is_there_with_its_help_and_only_changes_count(recipe, changes):
    settings = Settings(recipe=recipe, **changes)
    text = settings_as_toml(settings)
    assert tomllib.loads(text) == {"recipe": recipe, **{k.replace("_", "-"): v for k, v in changes.items()}}
    for name in NAMES:
        key = name.replace("_", "-")
        assert (
            len(re.findall(f"^# {re.escape(SCHEMA[name].help_with_default())}\n#?{key} = .+$", text, re.M))
            == 1
        )


@pytest.mark.parametrize(
    "settings", [Settings(recipe=one, strength=strength) for one in PRESETS for strength in (None, 0.3)]
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


def test_changes_win_over_the_file(tmp_path):
    text = "recipe = 'classic'\nsteps = 5\nsize = 'large'\nalpha = 3"
    settings = read(text, tmp_path, size=300, steps=7)
    assert (settings.recipe, settings.steps, settings.size, settings.alpha) == ("classic", 7, 300, 3.0)
    assert read(text, tmp_path, size=300, strength=0.5) == Settings(
        recipe="classic", steps=5, size=300, strength=0.5
    )
    assert read("alpha = 3", tmp_path, strength=None).alpha == 3
    assert fault("strength = 0.5", tmp_path, beta=3.0).startswith("my.toml, line 1: strength stands for")


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


def test_a_file_is_replaced_only_when_asked_and_stays_whole(tmp_path):
    path = tmp_path / "my.toml"
    path.write_text("dear")
    with pytest.raises(OutputError, match=r"my\.toml"):
        write_settings(path, Settings())
    with pytest.raises(SettingsError, match="caf"):
        write_settings(path, Settings(start="caf\udce9.png"), overwrite=True)
    assert path.read_text() == "dear"
    write_settings(path, Settings(seed=3), overwrite=True)
    assert read_settings(path) == Settings(seed=3)
    with pytest.raises(OutputError, match="none"):
        write_settings(tmp_path / "none" / "my.toml", Settings())
    assert [one.name for one in tmp_path.iterdir()] == ["my.toml"]
