"""Settings: recipes, what is accepted, and one clear line for what is not."""

import dataclasses
import json
from itertools import pairwise

import pytest

from impasto.errors import SettingsError
from impasto.settings import PRESETS, SCHEMA, Settings, groups


def test_classic_is_the_stated_method():
    classic = Settings(recipe="classic")
    assert (classic.alpha, classic.beta) == (10, 40)
    assert (classic.solver, classic.learning_rate) == ("adam", 0.01)
    assert (classic.start, classic.noise, classic.scales) == ("content+noise", 0.25, 1)
    assert classic.style_layers == {f"relu{block}_1": 0.2 for block in (1, 2, 3, 4, 5)}
    assert not classic.balance


@pytest.mark.parametrize("recipe", PRESETS)
def test_settings_survive_json(recipe):
    settings = Settings(recipe=recipe, size=300, style_layers={"conv1_1": 2, "block3_conv1": 0.5}, seed=7)
    assert Settings.from_dict(json.loads(json.dumps(settings.as_dict()))) == settings


def test_strength_survives_too_and_its_middle_is_the_recipe():
    assert Settings(strength=0.5).beta == Settings().beta
    assert Settings(strength=0.5).alpha == Settings().alpha
    assert Settings(strength=0.0).beta == 0
    assert Settings(strength=1.0).alpha == 0
    settings = Settings(strength=0.3)
    assert Settings.from_dict(settings.as_dict()) == settings
    higher = Settings(strength=0.75)
    assert higher.beta / higher.alpha == pytest.approx(3 * Settings().beta)


@pytest.mark.parametrize("recipe", PRESETS)
def test_more_strength_is_less_of_the_photograph(recipe):
    found = [Settings(recipe=recipe, strength=s / 100) for s in range(1, 100)]
    weights = [(one.beta / one.alpha, -one.fidelity, -one.placement) for one in found]
    for before, after in pairwise(weights):
        assert before < after
        assert all(x <= y for x, y in zip(before, after, strict=True))


def test_layers_as_text_lists_and_mappings():
    assert Settings(style_layers="conv1_1:2,relu3_1:0.5").style_layers == {"relu1_1": 2.0, "relu3_1": 0.5}
    assert Settings(style_layers=["relu1_1", "relu2_1"]).style_layers == {"relu1_1": 0.5, "relu2_1": 0.5}
    assert Settings(content_layer="block5_conv2").content_layer == {"relu5_2": 1.0}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"recipe": "pant"}, "paint"),
        ({"style_layers": "relu9_1"}, "no layer named 'relu9_1'"),
        ({"style_layers": {"relu1_1": -1}}, "weight of relu1_1"),
        ({"style_layers": "relu1_1:much"}, "not a number"),
        ({"style_layers": ""}, "at least one layer"),
        ({"style_layers": "relu1_1,conv1_1"}, "twice"),
        ({"content_layer": {"relu4_2": 0}}, "weight above 0"),
        ({"alpha": -1}, "alpha must be a number"),
        ({"beta": float("nan")}, "beta must be a number"),
        ({"alpha": 0, "beta": 0}, "nothing to minimise"),
        ({"style_cost": "grams"}, "style-cost must be gram or covariance or wasserstein"),
        ({"variation": -0.1}, "variation must be a number"),
        ({"strength": 1.5}, "strength must be a number from 0 to 1"),
        ({"strength": 0.7, "beta": 3.0}, "strength or beta, not both"),
        ({"size": 8}, "size must be a whole number"),
        ({"steps": 0}, "steps must be a whole number"),
        ({"steps": 2.5}, "steps must be a whole number"),
        ({"scales": 0}, "scales"),
        ({"solver": "sgd"}, "adam or lbfgs"),
        ({"pooling": "min"}, "max or average"),
        ({"bits": 12}, "8 or 16"),
        ({"seed": -1}, "seed"),
        ({"threads": 0}, "threads"),
        ({"device": "tpu"}, "device"),
        ({"start": ""}, "start"),
        ({"balance": "no"}, r"balance must be true or false, got 'no' \(Divide each cost"),
        ({"device": 3}, "device must be text, got 3"),
        ({"style_layers": 3}, "style-layers must name layers, as in relu4_2"),
        ({"content_layer": [None]}, "content-layer must name layers, as in relu4_2"),
        ({"stile_layers": "relu1_1"}, "did you mean style_layers"),
    ],
)
def test_bad_values_are_one_line_that_names_them(values, says):
    with pytest.raises(SettingsError, match=says) as caught:
        Settings.from_dict(values)
    assert "\n" not in str(caught.value)


def test_the_same_numbers_are_the_same_settings_to_the_letter():
    whole = Settings(alpha=10, noise=0, style_layers={"relu1_1": 1, "relu2_1": 2})
    assert repr(whole) == repr(Settings(alpha=10.0, noise=0.0, style_layers="relu1_1:1,relu2_1:2"))
    assert isinstance(whole.steps, int)


def test_what_is_changed_is_told_beside_the_recipe():
    assert Settings(recipe="classic").changed() == {}
    assert Settings(recipe="classic", alpha=10, solver="lbfgs").changed() == {"solver": "lbfgs"}
    assert Settings(strength=0.3).changed() == {"strength": 0.3}
    assert list(Settings(content_layer="relu4_2,relu1_1").changed()["content_layer"]) == [
        "relu4_2",
        "relu1_1",
    ]
    turned = dict(reversed(Settings().style_layers.items()))
    assert Settings(style_layers=turned).changed() == {"style_layers": turned}


def test_every_setting_stands_in_one_group():
    names = [name for group in groups().values() for name in group]
    assert sorted(names) == sorted(field.name for field in dataclasses.fields(Settings))


def test_every_setting_has_a_sentence_of_help():
    for row in Settings.schema():
        assert row.help.endswith((".", "...")), row.name
    assert "[classic: adam; paint: adam; glaze: lbfgs]" in SCHEMA["solver"].help_with_default()
    assert "[default: 0.25]" in SCHEMA["noise"].help_with_default()


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().seed = 3
