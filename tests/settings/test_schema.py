"""The table of settings: whole, true to the fields, and to what implements its choices."""

import json
from dataclasses import fields
from types import NoneType
from typing import get_args, get_origin, get_type_hints

import numpy
import pytest

from impasto.costs.styles import STYLE_COSTS
from impasto.errors import SettingsError
from impasto.settings import CHOICES, GROUPS, PRESETS, SCHEMA, Settings
from impasto.solvers.make import SOLVERS
from impasto.vgg.convolution.choose import ALGORITHMS
from impasto.vgg.convolution.interface import POOLINGS
from impasto.vgg.device import PRECISIONS

ROWS = Settings.schema()
EACH_ROW = pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
RANGES = [row for row in ROWS if row.low is not None]


def test_the_rows_are_the_fields_and_are_json():
    assert [row.name for row in ROWS] == [one.name for one in fields(Settings)]
    told = json.loads(json.dumps([row.as_dict() for row in ROWS], allow_nan=False))
    scale = next(one for one in told if one["name"] == "style_scale")
    assert (scale["kind"], scale["low"], scale["high"], scale["group"]) == ("number", 0.05, 20, "The look")
    assert scale["default"] == dict.fromkeys(PRESETS, 1.0)
    assert scale["explore"]["paint"] == [0.5, 0.75, 1.0, 1.5, 2.0]
    steps = next(one for one in told if one["name"] == "steps")
    assert (steps["default"]["classic"], steps["default"]["glaze"]) == (500, 40)


@EACH_ROW
def test_a_row_says_what_its_field_is(row):
    hint = get_type_hints(Settings)[row.name]
    kinds = [one for one in get_args(hint) if one is not NoneType] if NoneType in get_args(hint) else [hint]
    assert row.type is (get_origin(kinds[0]) or kinds[0])
    assert row.optional is (NoneType in get_args(hint))
    assert row.group in GROUPS
    assert (row.low is None) is (row.high is None) is (row.kind not in ("whole", "number"))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_has_only_what_differs_from_the_table(preset):
    for name, value in PRESETS[preset].items():
        assert value != next(one.metadata["default"] for one in fields(Settings) if one.name == name)


@EACH_ROW
@pytest.mark.parametrize("preset", PRESETS)
def test_defaults_and_values_to_explore_are_what_the_setting_takes(row, preset):
    assert getattr(Settings(recipe=preset), row.name) == row.default[preset] or row.name == "recipe"
    for value in row.explore[preset]:
        if value != "all":
            row.checked(value)


@pytest.mark.parametrize("row", RANGES, ids=[row.name for row in RANGES])
def test_both_ends_of_a_range_belong_to_it(row):
    assert row.checked(row.low) == row.low
    assert row.checked(row.high) == row.high
    beyond = (row.low - 1, row.high * 2, 10**400, -(10**400), float("nan"), True, "1")
    for value in (*beyond, *([] if row.kind == "number" else [row.low + 0.5])):
        with pytest.raises(SettingsError) as caught:
            row.checked(value)
        assert caught.value.names == (row.name,)
        assert f"{row.low:g}" in str(caught.value) or str(row.low) in str(caught.value)


@EACH_ROW
@pytest.mark.parametrize(
    "value",
    [numpy.zeros(3), 10**5000, "x" * 100_000, [1] * 12_000, b"x", object()],
    ids=lambda one: type(one).__name__,
)
def test_no_value_is_more_than_one_short_line(row, value):
    try:
        Settings(**{row.name: value})
    except SettingsError as error:
        assert error.names == (row.name,)
        assert "\n" not in str(error)
        assert len(str(error)) < 1000


def test_choices_are_those_that_something_implements():
    assert set(CHOICES["style_cost"]) == set(STYLE_COSTS)
    assert set(CHOICES["solver"]) == set(SOLVERS)
    assert set(CHOICES["pooling"]) == set(POOLINGS)
    assert set(CHOICES["convolution"]) == set(ALGORITHMS)
    assert set(CHOICES["precision"]) == set(PRECISIONS) - {"float64"} | {"auto"}


def test_a_field_knows_the_setting_that_stands_for_it():
    with pytest.raises(SettingsError) as caught:
        Settings(strength=0.7, beta=3.0)
    assert caught.value.names == ("strength", "beta")
    assert SCHEMA["strength"].default == dict.fromkeys(PRESETS)
