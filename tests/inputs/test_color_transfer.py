"""Whole paintings in each choice of colours, with a tiny network: what is kept, resuming, tiles, 16 bits."""

import numpy as np
import pytest
import torch

import impasto
from impasto.errors import SettingsError
from impasto.images.color.recolor import palette_of
from impasto.images.color.spaces import linear_from_srgb, oklab_from_linear, srgb_from_oklab
from impasto.images.resize import resize_picture
from impasto.inputs.color_transfer import ColorTransfer
from impasto.inputs.inputs import Inputs, read_inputs
from impasto.painting.checkpoint import load_checkpoint
from impasto.settings import CHOICES, Settings
from impasto.stylizer import Stylizer
from impasto.vgg.vgg19 import VGG19
from tests.helpers import IMAGES, needs_pictures, random_image, tiny_weights
from tests.helpers import canvas as canvas_of

RECIPES = {
    "classic": {"recipe": "classic", "steps": 6},
    "paint": {"recipe": "paint", "steps": 3, "scales": 2},
    "paint with Adam": {"recipe": "paint", "steps": 3, "scales": 2, "solver": "adam", "start": "noise"},
}


def muted(height: int, width: int, seed: int) -> torch.Tensor:
    return 0.3 + 0.4 * random_image(height, width, seed)


CONTENT, STYLE = muted(36, 48, 1) * torch.tensor([1, 0.8, 0.6]).view(3, 1, 1), muted(40, 40, 2)


def stylizer(**fields) -> Stylizer:
    return Stylizer(Settings(**fields), encoder=VGG19(tiny_weights()))


def oklab(rgb: torch.Tensor) -> torch.Tensor:
    return oklab_from_linear(linear_from_srgb(rgb.double()))


def painted_inputs(colour: str, content: torch.Tensor) -> Inputs:
    return ColorTransfer.of(colour, read_inputs(content, STYLE)).inputs


def palette(rgb):
    return palette_of(impasto.read_picture(rgb))


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_photographs_chroma_is_kept_within_a_ten_thousandth(recipe):
    """Wherever sRGB can show it in the painted light; the canvas itself is grey to the last bit."""
    painting = stylizer(**RECIPES[recipe], colour="photograph").paint(CONTENT, STYLE)
    list(painting)
    canvas, found = canvas_of(painting), painting.result().image
    assert (canvas.amax(dim=1) - canvas.amin(dim=1)).max() < 1e-6
    wanted = torch.cat([oklab(canvas)[:, :1], oklab(CONTENT)[:, 1:]], dim=1)
    assert (oklab(found) - wanted)[:, 0].abs().max() < 1e-4
    shown = (oklab(srgb_from_oklab(wanted)) - wanted).norm(dim=1) < 1e-6
    assert shown.double().mean() > 0.5
    assert (oklab(found) - wanted)[:, 1:].norm(dim=1)[shown].max() < 1e-4
    assert (found - CONTENT).abs().max() > 1e-3


def test_a_grey_photograph_stays_grey():
    grey = CONTENT[:, :1].expand(-1, 3, -1, -1)
    for colour in ("photograph", "match"):
        style = painted_inputs(colour, grey).styles[0].picture.rgb
        assert (style.amax(dim=1) - style.amin(dim=1)).max() < 1e-4
    result = stylizer(colour="photograph", scales=1, steps=2).stylize(grey, STYLE).image
    assert (result.amax(dim=1) - result.amin(dim=1)).max() < 1e-4


def test_the_painting_has_the_photographs_palette_or_its_light():
    wanted = palette(CONTENT)
    for colour, axes in (("match", 3), ("photograph", 1)):
        found = palette_of(painted_inputs(colour, CONTENT).styles[0].picture)
        torch.testing.assert_close(found.mean[:axes], wanted.mean[:axes], rtol=0, atol=1e-5)
        torch.testing.assert_close(
            found.covariance[:axes, :axes], wanted.covariance[:axes, :axes], rtol=0, atol=1e-6
        )


@pytest.mark.parametrize("colour", CHOICES["colour"])
def test_a_painting_of_itself_is_itself(colour):
    result = stylizer(colour=colour, scales=2, steps=4).stylize(CONTENT, CONTENT)
    assert (result.image - CONTENT).abs().max() < 1e-3


def test_recolouring_paints_nothing():
    result = impasto.recolor(CONTENT, STYLE)
    assert (result.history, result.stopped) == ([], "recoloured")
    found, wanted = palette(result.image), palette(STYLE)
    torch.testing.assert_close(found.mean, wanted.mean, rtol=0, atol=1e-3)
    assert result.metadata["settings"]["colour"] == "only"
    assert (result.metadata["steps"], result.metadata["width"], result.metadata["height"]) == (0, 48, 36)
    tiny = impasto.recolor(CONTENT, random_image(9, 9), size=20)
    assert tiny.image.shape == (1, 3, 15, 20)  # no layer has to fit
    with pytest.raises(SettingsError, match=r"impasto\.recolor") as caught:
        stylizer(colour="only").paint(CONTENT, STYLE)
    assert "\n" not in str(caught.value)


def test_the_one_shot_function_recolours_too():
    mask = np.linspace(0, 1, 48)[None].repeat(36, 0)
    fields = {"size": 40, "protect_strength": 0.5}
    one = stylizer(colour="only", **fields).stylize(CONTENT, STYLE, protect=mask)
    other = impasto.recolor(CONTENT, STYLE, protect=mask, **fields)
    assert torch.equal(one.image, other.image)
    assert one.metadata == other.metadata


@pytest.mark.parametrize("name", ["masks", "start", "adjustments"])
def test_what_needs_a_painting_is_refused_where_nothing_is_painted(name):
    given = {"masks": [np.ones((36, 48))], "start": CONTENT, "adjustments": [(1, {"beta": 2})]}
    with pytest.raises(SettingsError, match=name):
        stylizer(colour="only").stylize(CONTENT, STYLE, **{name: given[name]})
    stylizer(colour="only").stylize(CONTENT, STYLE, masks=(), start=None)


@pytest.mark.parametrize(
    ("recipe", "colour", "stop_after"), [("paint", "photograph", 5), ("classic", "match", 1)]
)
def test_resumed_it_is_the_same_to_the_bit(tmp_path, recipe, colour, stop_after):
    fields = {**RECIPES[recipe], "colour": colour}
    straight = stylizer(**fields).stylize(CONTENT, STYLE)
    painting = stylizer(**fields).paint(CONTENT, STYLE)
    for step in painting:
        if step.number == stop_after:
            break
    painting.save_checkpoint(tmp_path / "a.checkpoint")
    checkpoint = load_checkpoint(tmp_path / "a.checkpoint")
    resumed = Stylizer(checkpoint.settings, encoder=VGG19(tiny_weights()))
    assert torch.equal(_end(resumed.paint(CONTENT, STYLE, resume=checkpoint)), straight.image)


def _end(painting) -> torch.Tensor:
    for _ in painting:
        pass
    return painting.result().image


@pytest.mark.slow
@pytest.mark.parametrize("colour", ["photograph", "match"])
def test_in_tiles_it_is_the_same_picture(colour):
    """With short steps: longer ones jump over the minimum of so small a network, and magnify rounding."""
    content, style = muted(75, 98, 1), muted(64, 80, 2)
    fields = {
        "recipe": "glaze",
        "colour": colour,
        "solver": "adam",
        "learning_rate": 1e-3,
        "steps": 4,
        "scales": 2,
    }
    whole, tiled = (
        stylizer(**fields, engine=engine, tile=tile).stylize(content, style)
        for engine, tile in (("whole", None), ("tiled", 32))
    )
    assert tiled.history[0].total == pytest.approx(whole.history[0].total, rel=1e-5)
    assert (tiled.image - whole.image).abs().mean() < 1e-4
    assert (whole.image - content).abs().mean() > 1e-3


@pytest.mark.parametrize("colour", CHOICES["colour"])
def test_transparency_is_kept_and_what_is_hidden_does_not_count(colour):
    rgba = np.dstack([CONTENT[0].permute(1, 2, 0).numpy(), np.ones((36, 48), np.float32)])
    rgba[:, 30:, 3] = 0
    garish = rgba.copy()
    garish[:, 30:, :3] = [1, 0, 1]
    one, other = (stylizer(colour=colour, scales=1, steps=2).stylize(x, STYLE) for x in (rgba, garish))
    assert torch.equal(one.alpha[0, 0], torch.from_numpy(rgba[..., 3]))
    torch.testing.assert_close(one.image, other.image, rtol=0, atol=1e-6)


def test_an_unfinished_picture_has_its_colours_too():
    painting = stylizer(**RECIPES["paint"], colour="photograph").paint(CONTENT, STYLE)
    next(painting)
    result = painting.result().image
    assert result.shape == (1, 3, 36, 48)
    assert (oklab(result) - oklab(CONTENT))[:, 1:].norm(dim=1).mean() < 1e-3


@pytest.mark.parametrize("colour", ["photograph", "only"])
def test_16_bits_reach_the_file(tmp_path, colour):
    result = stylizer(colour=colour, scales=1, steps=1, bits=16).stylize(CONTENT, STYLE)
    result.save(tmp_path / "out.png")
    back = impasto.read_picture(tmp_path / "out.png")
    assert back.colors.array.dtype == np.uint16
    assert (back.rgb - result.image).abs().max() <= 0.5 / 65535 + 1e-7
    assert impasto.read_metadata(tmp_path / "out.png")["settings"]["colour"] == colour


@pytest.mark.slow
@needs_pictures
@pytest.mark.parametrize(
    ("content", "style"), [("tubingen", "starry_night_google"), ("louvre", "the_scream")]
)
def test_real_pictures_keep_their_chroma(content, style):
    """With another picture's light, as strong as a painted one's, 99 pixels in a hundred keep all their colour."""
    # Adam's first step moves the light of each pixel by the rate: that is how strong this light is.
    settings = Settings(colour="photograph", size=192, steps=1, scales=1, learning_rate=0.02)
    painting = Stylizer(settings, encoder=VGG19(tiny_weights())).paint(
        IMAGES / "content" / f"{content}.jpg", IMAGES / "style" / f"{style}.jpg"
    )
    next(painting)
    found = oklab(painting.result().image)
    photograph = resize_picture(painting.result().pictures["content"], painting.size)
    off = (found - oklab(photograph.rgb))[:, 1:].norm(dim=1)
    assert off.mean() < 1e-3
    assert (off < 1e-4).double().mean() > 0.95


@pytest.mark.parametrize("colour", ["photograph", "only"])
def test_what_is_protected_has_the_photographs_own_colours_to_the_bit(colour):
    mask = torch.zeros(CONTENT.shape[2], CONTENT.shape[3]).numpy()
    mask[:20] = 1
    image = stylizer(colour=colour, scales=2, steps=5).stylize(CONTENT, STYLE, protect=mask).image
    assert torch.equal(image[:, :, :20], CONTENT[:, :, :20])
    assert (image[:, :, 30:] - CONTENT[:, :, 30:]).abs().mean() > 1e-3


def test_several_paintings_give_the_palette_of_all_of_them():
    several, one = impasto.recolor(CONTENT, [(STYLE, 1.0), (STYLE, 3.0)]), impasto.recolor(CONTENT, STYLE)
    torch.testing.assert_close(several.image, one.image, rtol=0, atol=1e-5)
