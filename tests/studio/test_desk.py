"""The desk: knobs and pictures that are checked, undone, kept, and become an order."""

import pytest

import impasto
from impasto.studio.desk import PART, PROTECT, REGION
from tests.studio.conftest import lay


@pytest.fixture
def desk(open_atelier, pictures):
    atelier = open_atelier(begin=False)
    lay(atelier, pictures)
    return atelier.desk


def test_a_knob_takes_what_the_setting_takes(desk):
    desk.turn("strength", 0.7)
    assert desk.settings.strength == 0.7
    version = desk.version
    with pytest.raises(impasto.SettingsError, match=r"strength.*0.*1"):
        desk.turn("strength", 7)
    assert (desk.settings.strength, desk.version) == (0.7, version)
    desk.turn("strength", None)
    assert desk.settings == impasto.Settings(recipe="glaze", size=48, scales=2, steps=6, threads=1)


def test_strength_and_what_it_stands_for_take_each_others_place(desk):
    desk.turn("beta", 3.0)
    desk.turn("strength", 0.25)
    assert "beta" not in desk.contents.named
    desk.turn("alpha", 2.0)
    assert "strength" not in desk.contents.named
    assert desk.settings.alpha == 2.0


def test_changes_are_taken_back_one_by_one_and_a_dragged_slider_at_once(desk):
    before = desk.settings
    for strength in (0.5, 0.6, 0.7):
        desk.turn("strength", strength)
    desk.turn("steps", 9)
    assert desk.undo()
    assert (desk.settings.steps, desk.settings.strength) == (6, 0.7)
    assert desk.undo()
    assert desk.settings == before
    while desk.undo():
        pass
    assert desk.contents.photograph is None


def test_another_photograph_takes_the_masks_of_the_one_before_away(desk, open_atelier):
    photograph, (painting, _) = desk.contents.photograph, desk.contents.styles[0]
    desk.mask(PROTECT, photograph)
    desk.mask(REGION, photograph, painting.key)
    desk.mask(PART, painting, painting.key)
    desk.place_photograph(painting)
    assert desk.contents.protect is None
    assert desk.contents.regions == {}
    assert desk.contents.parts == {painting.key: painting}


def test_it_is_kept(desk, open_atelier, pictures):
    desk.turn("style_layers", "relu1_1:0.5,relu3_1:2")
    desk.weigh(desk.contents.styles[0][0].key, 2.0)
    desk.mask(PROTECT, desk._library.add_copy(pictures / "photo.png", "face.png"))
    desk.save()
    kept = type(desk)(desk._path, desk._library)
    assert kept.contents == desk.contents
    assert kept.order() == desk.order()


def test_a_file_of_nonsense_is_an_empty_desk(desk):
    for text in ("", "[]", '{"styles": 3}', '{"photograph": "../..", "styles": []}'):
        desk._path.write_text(text)
        assert type(desk)(desk._path, desk._library).contents.photograph is None


def test_what_is_missing_for_an_order_is_one_line(open_atelier, pictures):
    atelier = open_atelier(begin=False)
    with pytest.raises(impasto.SettingsError, match="photograph"):
        atelier.desk.order()
    atelier.desk.place_photograph(atelier.library.add_copy(pictures / "photo.png", "photo.png"))
    with pytest.raises(impasto.SettingsError, match="painting"):
        atelier.desk.order()


def test_a_mask_belongs_to_a_painting_that_is_there(desk):
    for kind in (REGION, PART):
        with pytest.raises(impasto.SettingsError, match="no such painting"):
            desk.mask(kind, desk.contents.photograph, "nobody")


def test_masks_go_with_their_paintings(desk, pictures):
    library, (first, _) = desk._library, desk.contents.styles[0]
    second = library.add_copy(pictures / "monet.png", "monet.png")
    desk.add_style(second)
    sky = library.add_copy(pictures / "photo.png", "sky.png")
    desk.mask(REGION, sky, second.key)
    with pytest.raises(impasto.SettingsError, match=r"paint\.png"):
        desk.order()
    ground = library.add_copy(pictures / "photo.png", "ground.png")
    desk.mask(REGION, ground, first.key)
    assert desk.order().masks == (ground, sky)
    desk.mask(PART, sky, second.key)
    all_of_it, part = desk.order().style_masks
    assert part == sky
    rgb = impasto.read_picture(library.file(all_of_it)).rgb
    assert (rgb.shape[-2:], float(rgb.min())) == ((40, 40), 1.0)
