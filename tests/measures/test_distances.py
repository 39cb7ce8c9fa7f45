"""Distances as VGG-19 sees them, against the public cost functions."""

import math

import pytest
import torch

import impasto
from impasto.costs.normalization import content_moments, content_reference
from impasto.measures import distances as module
from impasto.measures.distances import ALWAYS, distances
from impasto.measures.measure import ComparedImages
from impasto.objective.transforms import MARGIN, mirrored
from impasto.vgg.layers import LAYERS
from impasto.vgg.vgg19 import VGG19
from tests.helpers import random_image, tiny_weights

G, C, S = random_image(60, 80, 1), random_image(60, 80, 2), random_image(48, 64, 3)


def by_name(images, encoder, margin=0, layers=()):
    return {one.name: one.values for one in distances(images, encoder, margin, layers)}


def seen(encoder, image, margin):
    """The activations of a picture within its margin; a position that lies over part of the picture counts."""
    found = {}
    for layer, a in encoder(mirrored(image, margin) if margin else image, ALWAYS).items():
        stride = LAYERS[layer].stride
        sides = (
            slice(margin // stride, min(math.ceil((margin + side) / stride), positions))
            for side, positions in zip(image.shape[2:], a.shape[2:], strict=True)
        )
        found[layer] = a[:, :, *sides]
    return found


@pytest.mark.parametrize("margin", [0, MARGIN])
def test_they_are_the_public_costs_over_their_references(tiny_encoder, margin):
    found = by_name(ComparedImages(G, C, S), tiny_encoder, margin)
    a_G, a_C, a_S = (seen(tiny_encoder, one, margin) for one in (G, C, S))
    assert list(found["content distance"]) == list(ALWAYS)
    for layer in ALWAYS:
        content = impasto.content_cost(a_C[layer], a_G[layer]) / content_reference(
            content_moments(a_C[layer])
        )
        assert found["content distance"][layer]["result"] == pytest.approx(float(content), rel=1e-4)
        gram = impasto.gram_matrix(a_S[layer]) / a_S[layer][0, 0].numel()
        for picture, a in (("result", a_G), ("photograph", a_C)):
            style = impasto.layer_style_cost(a_S[layer], a[layer]) / (
                gram.square().sum() / (4 * len(gram) ** 2)
            )
            assert found["style distance"][layer][picture] == pytest.approx(float(style), rel=1e-4)


def test_equal_pictures_have_no_distance(tiny_encoder):
    found = by_name(ComparedImages(C, C, C), tiny_encoder, MARGIN)
    for values in found.values():
        for row in values.values():
            assert all(value < 1e-12 for value in row.values())


def test_a_flat_picture_is_1_from_the_photograph_at_the_first_layer():
    """A convolution that passes red on, and a picture that is the photograph's mean red everywhere."""
    weights = tiny_weights()
    weights.kernels["conv1_1"].zero_()[0, 0, 1, 1] = 1.0
    weights.biases["conv1_1"].fill_(2.0)  # what the tiny network's colours are shifted by, and 1 more
    flat = C.mean(dim=(2, 3), keepdim=True).expand_as(C).contiguous()
    found = by_name(ComparedImages(flat, C, S), VGG19(weights))
    assert found["content distance"]["relu1_1"]["result"] == pytest.approx(1.0, rel=1e-4)


def test_in_tiles_they_are_the_same(tiny_encoder, monkeypatch):
    images = ComparedImages(G, C, S)
    whole = by_name(images, tiny_encoder, MARGIN)
    monkeypatch.setattr(module, "TILE", 32)
    tiled = by_name(images, tiny_encoder, MARGIN)
    for name, values in whole.items():
        for layer, row in values.items():
            assert tiled[name][layer] == pytest.approx(row, rel=1e-4, abs=1e-7)


def test_layers_can_be_added_and_too_deep_ones_are_left_out(tiny_encoder):
    assert "relu3_2" in by_name(ComparedImages(G, C, S), tiny_encoder, layers=["relu3_2"])["style distance"]
    small = torch.rand(1, 3, 12, 12)
    assert (
        list(by_name(ComparedImages(small, small, small), tiny_encoder)["content distance"])[-1] == "relu4_4"
    )
