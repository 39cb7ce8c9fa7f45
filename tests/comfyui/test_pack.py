"""The node pack in a stand-in of ComfyUI: what a user connects comes out as impasto paints it alone."""

import json
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch

import impasto
from tests.comfyui import stand_in
from tests.helpers import random_image, tiny_encoder

PACK = Path(__file__).resolve().parents[2] / "integrations" / "comfyui"
WORKFLOWS = sorted(PACK.glob("example_workflows/*.json"))
QUICK = {"recipe": "paint", "size": 48, "strength": -1, "style_scale": -1, "colour": "as the recipe"}
FEW = {"steps": 2, "seed": 0}


@pytest.fixture
def server(monkeypatch):
    started = stand_in.Server()
    for name, module in started.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    stand_in.PICTURES.clear()
    stand_in.SHOWN.clear()
    return started


@pytest.fixture
def nodes(server, monkeypatch):
    """The pack's nodes with a tiny network, and ComfyUI's own."""
    pack = stand_in.load_pack(PACK)
    with impasto.encoders_made_by(tiny_encoder):
        yield {**stand_in.CORE, **pack.NODE_CLASS_MAPPINGS}
    for name in [name for name in sys.modules if name.startswith(str(PACK))]:
        del sys.modules[name]


def image(seed, height=36, width=48, count=1):
    """An IMAGE."""
    return torch.cat([random_image(height, width, seed + i) for i in range(count)]).permute(0, 2, 3, 1)


def alone(photograph, painting, **more):
    """What impasto paints of IMAGEs of one picture each, as an IMAGE."""
    settings = {"recipe": "paint", "size": 48, "steps": 2} | more.pop("settings", {})
    stylizer = impasto.Stylizer(impasto.Settings(**settings))
    paintings = painting if isinstance(painting, list) else painting[0].numpy()
    return stylizer.stylize(photograph[0].numpy(), paintings, **more).image.permute(0, 2, 3, 1)


def styled(nodes, *paintings, **more):
    return nodes["ImpastoStyle"]().add(*paintings, **{"weight": 1.0} | more)[0]


def painted(nodes, photograph, style, **more):
    with torch.inference_mode():
        return nodes["ImpastoStylize"]().paint(photograph, style, settings=dict(FEW), **QUICK | more)


@pytest.mark.slow
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_an_example_workflow_runs(path, nodes, server):
    stand_in.PICTURES |= {
        name: image(seed)
        for seed, name in enumerate(["photograph.jpg", "painting.jpg", "second-painting.jpg"])
    }
    prompt = stand_in.prompt_of(json.loads(path.read_text("utf-8")), nodes)
    (stylize,) = [one["inputs"] for one in prompt.values() if one["class_type"] == "ImpastoStylize"]
    stylize |= {"size": 48}
    done = stand_in.run(prompt, nodes)
    (number,) = [n for n, one in prompt.items() if one["class_type"] == "ImpastoStylize"]
    assert done[number][0].shape == (1, 36, 48, 3)
    assert done[number][0].min() >= 0 and done[number][0].max() <= 1
    assert all(
        value.isfinite().all()
        for one in stand_in.SHOWN
        for value in one.values()
        if hasattr(value, "isfinite")
    )
    assert server.bars[-1][0] == server.bars[-1][1]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_an_example_workflow_has_its_picture(path):
    assert path.with_suffix(".jpg").is_file()


def test_the_example_workflows_use_every_node(nodes):
    used = {one["type"] for path in WORKFLOWS for one in json.loads(path.read_text("utf-8"))["nodes"]}
    assert {name for name in nodes if name.startswith("Impasto")} <= used


def test_a_photograph_is_painted_as_impasto_paints_it_alone(nodes):
    photograph, painting = image(1), image(2, 40, 30)
    found, results = painted(nodes, photograph, styled(nodes, painting))
    assert torch.equal(found, alone(photograph, painting))
    assert found.dtype == torch.float32 and len(results) == 1


@pytest.mark.slow
def test_a_batch_is_painted_picture_by_picture(nodes, server):
    photographs, painting = image(1, count=2), image(3)
    found, results = painted(nodes, photographs, styled(nodes, painting))
    each = [alone(one[None], painting) for one in photographs]
    assert torch.equal(found, torch.cat(each)) and len(results) == 2
    values = [value for value, _, _ in server.bars]
    assert values == sorted(values) and values[-1] == server.bars[-1][1] == 2000


def test_the_preview_is_the_picture_as_a_jpeg_for_the_browser(nodes, server):
    photograph = image(1)
    found, _ = painted(nodes, photograph, styled(nodes, image(2)))
    kind, preview, longest = server.bars[-1][2]
    assert (kind, preview.size, longest) == ("JPEG", (48, 36), 512)
    assert np.abs(np.asarray(preview) / 255 - found[0].numpy()).max() <= 0.5 / 255 + 1e-6


@pytest.mark.slow
def test_styles_are_blended_by_weight(nodes):
    photograph, one, two = image(1), image(2), image(3)
    chain = styled(nodes, two, styles=styled(nodes, one, weight=3.0))
    found, _ = painted(nodes, photograph, chain)
    assert torch.equal(found, alone(photograph, [(one[0].numpy(), 3.0), (two[0].numpy(), 1.0)]))


@pytest.mark.slow
def test_masks_say_where_each_style_goes(nodes):
    left = torch.zeros(1, 36, 48)
    left[..., :24] = 1
    photograph, one, two = image(1), image(2), image(3)
    chain = styled(nodes, two, mask=1 - left, styles=styled(nodes, one, mask=left))
    found, _ = painted(nodes, photograph, chain)
    masks = [left[0].numpy(), 1 - left[0].numpy()]
    assert torch.equal(found, alone(photograph, [one[0].numpy(), two[0].numpy()], masks=masks))


@pytest.mark.slow
def test_a_part_of_one_painting_counts(nodes):
    part = torch.zeros(1, 36, 48)
    part[:, :18] = 1
    photograph, one, two = image(1), image(2), image(3)
    chain = styled(nodes, two, styles=styled(nodes, one, painting_mask=part))
    found, _ = painted(nodes, photograph, chain)
    style_masks = [part[0].numpy(), np.ones((36, 48), np.float32)]
    assert torch.equal(found, alone(photograph, [one[0].numpy(), two[0].numpy()], style_masks=style_masks))


def test_a_style_without_a_mask_beside_one_with_a_mask_is_refused(nodes):
    chain = styled(nodes, image(2), styles=styled(nodes, image(3), mask=torch.ones(1, 36, 48)))
    with pytest.raises(ValueError, match="style 2 of 2"):
        painted(nodes, image(1), chain)


def test_what_is_protected_stays(nodes):
    mask = torch.zeros(1, 36, 48)
    mask[:, 9:27, 12:36] = 1
    found, _ = painted(nodes, image(1), styled(nodes, image(2)), protect=mask)
    assert torch.equal(found[:, 9:27, 12:36], image(1)[:, 9:27, 12:36])
    assert not torch.equal(found, image(1))


def test_the_black_mask_of_a_picture_without_transparency_is_no_mask(nodes):
    none = torch.zeros(1, 64, 64)
    style = styled(nodes, image(2), mask=none, painting_mask=none)
    found, _ = painted(nodes, image(1), style, protect=none)
    assert torch.equal(found, alone(image(1), image(2)))


def test_values_outside_the_range_are_clipped_and_a_start_is_taken(nodes):
    found, _ = painted(nodes, 3 * image(1) - 1, styled(nodes, image(2)), start=image(5))
    clipped = (3 * image(1) - 1).clamp(0, 1)
    assert torch.equal(found, alone(clipped, image(2), start=image(5)[0].numpy()))


def test_only_the_colours_are_taken_over(nodes):
    found, _ = painted(nodes, image(1), styled(nodes, image(2)), colour="only")
    expected = impasto.recolor(image(1)[0].numpy(), image(2)[0].numpy(), size=48)
    assert torch.equal(found, expected.image.permute(0, 2, 3, 1))


def test_an_interrupt_ends_the_painting_at_once(nodes, server):
    server.interrupted = True
    with pytest.raises(stand_in.InterruptProcessingException):
        painted(nodes, image(1), styled(nodes, image(2)))
    assert server.bars == []
    assert painted(nodes, image(1), styled(nodes, image(2)))[0].shape == (1, 36, 48, 3)


def test_the_network_is_loaded_once(nodes, monkeypatch):
    painted(nodes, image(1), styled(nodes, image(2)))
    monkeypatch.setattr(impasto.stylizer, "encoder_for", None)
    painted(nodes, image(1), styled(nodes, image(2)), style_scale=0.5)


def test_every_setting_has_one_widget_with_its_own_words(nodes):
    """Left alone, all of them say nothing: the recipe decides."""
    rows = {row.name: row for row in impasto.Settings.schema()}
    one, two = (stand_in.declared(nodes[name]) for name in ("ImpastoStylize", "ImpastoSettings"))
    own = {name: widget for name, widget in one.items() if stand_in.is_widget(widget[0])}
    assert set(own) | set(two) | {"bits"} == set(rows)
    assert not set(own) & set(two)
    for name, (_, options) in (own | two).items():
        assert options["tooltip"].startswith(rows[name].help_with_default())
    untouched = {name: options["default"] for name, (_, options) in two.items()}
    assert nodes["ImpastoSettings"]().set(**untouched) == ({},)
    assert nodes["ImpastoSettings"].VALIDATE_INPUTS(**untouched) is True
    json.loads(stand_in.object_info(nodes))


def test_a_new_setting_moves_no_widget_of_a_saved_workflow(nodes):
    settings = sys.modules[f"{PACK}.nodes.settings"]
    assert settings.NAMES[: len(settings._PLACES)] == settings._PLACES, "ComfyUI saves values by place"


def test_what_is_typed_becomes_settings(nodes):
    typed = {
        "steps": 7,
        "alpha": 2.5,
        "smoothing": "off",
        "style_layers": "relu1_1:0.5,relu3_1:2",
        "pooling": "max",
    }
    (settings,) = nodes["ImpastoSettings"]().set(**typed)
    assert settings == typed | {"smoothing": False}
    made = impasto.Settings(**settings)
    assert (made.steps, made.smoothing, made.style_layers) == (7, False, {"relu1_1": 0.5, "relu3_1": 2.0})


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"style_layers": "relu9_9"}, "relu9_9"),
        ({"smallest_scale": 3}, "16"),
        ({"device": "toaster"}, "toaster"),
    ],
)
def test_a_fault_is_told_before_anything_is_painted(typed, said, nodes):
    prompt = {"1": {"class_type": "ImpastoSettings", "inputs": _defaults(nodes["ImpastoSettings"]) | typed}}
    (fault,) = stand_in.faults(prompt, nodes)
    assert said in fault and "\n" not in fault


def _defaults(node):
    return {name: options["default"] for name, (_, options) in stand_in.declared(node).items()}


def test_a_size_that_is_none_is_told_by_the_node_that_paints(nodes):
    assert "16" in nodes["ImpastoStylize"].VALIDATE_INPUTS(**QUICK | {"size": 3})
    assert nodes["ImpastoStylize"].VALIDATE_INPUTS(recipe="classic") is True


@pytest.mark.slow
def test_a_report_says_what_impasto_says(nodes):
    found, results = painted(nodes, image(1), styled(nodes, image(2)))
    with torch.inference_mode():
        page, text = nodes["ImpastoReport"]().measure(result=results)
        _, of_pictures = nodes["ImpastoReport"]().measure(image=found, photograph=image(1), painting=image(2))
    assert text == impasto.report_table(impasto.report(results[0]))
    assert page.ndim == 4 and page.shape[3] == 3 and page.std() > 0.05
    assert of_pictures.count("\n") > 20
    with pytest.raises(ValueError, match="connect a result"):
        nodes["ImpastoReport"]().measure(image=found)


def test_the_pack_says_what_it_needs():
    told = tomllib.loads((PACK / "pyproject.toml").read_text("utf-8"))
    assert told["project"]["dependencies"] == (PACK / "requirements.txt").read_text().split()
    assert told["project"]["version"] == impasto.__version__
    assert set(told["tool"]["comfy"]) >= {"PublisherId", "DisplayName"}
