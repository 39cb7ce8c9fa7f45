"""Axes and grids: what values mean, where the cells stand, and what is refused."""

from dataclasses import fields

import pytest

from impasto.errors import SettingsError
from impasto.explore.grid import make_grid, own_values, parse_axis
from impasto.settings import Settings
from impasto.settings.presets import STATED_STYLE_LAYERS

NO_LIST = {"weights", "device", "tile", "memory", "threads"}


def labels(vary, **given):
    return [cell.labels for cell in make_grid(vary, given).cells]


def test_the_first_axis_goes_across_and_the_second_down():
    grid = make_grid(["strength=0.2,0.5,0.8", "seed=1,2"], {"steps": 3})
    assert (grid.columns, grid.rows) == (3, 2)
    assert [(cell.row, cell.column, cell.settings.seed, cell.settings.strength) for cell in grid.cells] == [
        *((0, 0, 1, 0.2), (0, 1, 1, 0.5), (0, 2, 1, 0.8)),
        *((1, 0, 2, 0.2), (1, 1, 2, 0.5), (1, 2, 2, 0.8)),
    ]
    assert {cell.settings.steps for cell in grid.cells} == {3}
    assert {cell.settings.size for cell in grid.cells} == {256}
    assert grid.title(grid.cells[4]) == "strength 0.5, seed 2"
    assert grid.cells[4].name == "strength-0.5_seed-2"


@pytest.mark.parametrize(
    ("count", "shape"), [(1, (1, 1)), (6, (6, 1)), (7, (4, 2)), (10, (5, 2)), (13, (5, 3)), (100, (6, 17))]
)
def test_a_single_axis_goes_on_in_new_rows(count, shape):
    grid = make_grid([f"seed={','.join(map(str, range(count)))}"], {})
    assert (grid.columns, grid.rows) == shape
    places = [(cell.row, cell.column) for cell in grid.cells]
    assert places == sorted(set(places))


@pytest.mark.parametrize("field", [one.name for one in fields(Settings) if one.name not in NO_LIST])
@pytest.mark.parametrize("recipe", ["paint", "classic"])
def test_every_list_of_its_own_is_one_that_settings_take(field, recipe):
    if field != "recipe":
        solver = {"solver": "adam"} if field == "learning_rate" else {}
        assert len(make_grid([field.replace("_", "-")], {"recipe": recipe, **solver}).cells) >= 2


def test_the_values_of_the_important_axes():
    assert own_values("content_layer") == ("relu1_2", "relu2_2", "relu3_2", "relu4_2", "relu5_2")
    assert own_values("style_layers") == ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1", "all")
    assert own_values("beta", "glaze") == ("1.25", "5", "20", "80", "320")
    assert own_values("beta", "classic") == ("2.5", "10", "40", "160", "640")
    every = make_grid(["style-layers"], {}).cells[-1].settings
    assert every == Settings(size=256, precision="auto", style_layers=STATED_STYLE_LAYERS)


def test_layers_within_a_value_are_joined_by_a_plus():
    cells = make_grid(["style_layers=relu1_1+conv3_1,relu2_1:0.7+relu4_1:0.1"], {}).cells
    assert cells[0].settings.style_layers == {"relu1_1": 0.5, "relu3_1": 0.5}
    assert cells[1].settings.style_layers == {"relu2_1": 0.7, "relu4_1": 0.1}


def test_values_are_shown_as_one_would_write_them():
    assert labels(["strength=.50,0.123456789"]) == [("0.5",), ("0.123456789",)]
    assert labels(["smoothing=yes,OFF"]) == [("on",), ("off",)]
    assert labels(["start=content+noise,a b.png"]) == [("content+noise",), ("a b.png",)]


def test_names_are_safe_and_distinct_and_stay_with_their_values():
    names = [cell.name for cell in make_grid(["start=a/b.png,a-b.png,ä.png"], {}).cells]
    assert len(set(names)) == 3
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-._+") for name in names)
    assert make_grid(["start=ä.png,noise"], {}).cells[0].name == names[2]
    assert max(len(cell.name) for cell in make_grid(["start=noise," + "x" * 300], {}).cells) < 100


@pytest.mark.parametrize(
    ("vary", "given", "words"),
    [
        (["streng"], {}, "there is no setting to vary named 'streng'; did you mean strength"),
        (["strength=0.5,1.5"], {}, "strength must be a number from 0 to 1, got 1.5"),
        (["strength=much"], {}, "strength must be a number, got 'much'"),
        (["steps=1.5"], {}, "steps must be a whole number, got '1.5'"),
        (["smoothing=perhaps"], {}, "smoothing must be on or off, got 'perhaps'"),
        (["steps=1,,2"], {}, "has an empty value"),
        (["steps="], {}, "has an empty value"),
        (["steps=7,7"], {}, "steps has the value 7 twice"),
        (["content-layer=conv4_2,relu4_2"], {}, "conv4_2 and relu4_2 are the same settings"),
        (["content-layer=relu9_9"], {}, "no layer named 'relu9_9'"),
        (["weights"], {}, "weights has no list of values of its own: name some"),
        (["strength"], {"strength": 0.4}, "strength is varied, and cannot be 0.4 as well"),
        (["size"], {"size": 256}, "size is varied"),
        (["strength"], {"beta": 3.0}, "give strength or beta, not both"),
        (["seed", "seed=3"], {}, "seed is varied twice"),
        (["seed", "strength", "beta"], {}, "one or two settings are varied, got 3"),
        ([], {}, "one or two settings are varied, got 0"),
        (
            [f"seed={','.join(map(str, range(51)))}", "strength=0.1,0.2"],
            {},
            "the grid has 102 pictures; at most",
        ),
    ],
)
def test_what_cannot_be_explored_is_told_in_one_line(vary, given, words):
    with pytest.raises(SettingsError) as caught:
        make_grid(vary, given)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_axis_along_which_nothing_changes_is_noted():
    assert make_grid(["seed"], {}).notes() == [
        "seed changes nothing here: nothing is random with start underpainting"
    ]
    assert not make_grid(["seed"], {"start": "noise"}).notes()
    assert not make_grid(["seed", "start"], {}).notes()
    assert make_grid(["learning-rate"], {"solver": "lbfgs"}).notes() == [
        "learning-rate changes nothing here: solver lbfgs does not use it"
    ]
    assert make_grid(["history"], {"solver": "adam"}).notes()
    assert not make_grid(["strength", "content-layer"], {}).notes()


def test_an_axis_knows_its_settings_name():
    axis = parse_axis("style_scale")
    assert (axis.field, axis.name) == ("style_scale", "style-scale")
