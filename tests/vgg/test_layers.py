"""The layer table against what is published, and its arithmetic against a real network of that shape."""

import pytest
import torch

from impasto.errors import SettingsError
from impasto.vgg.layers import CONVOLUTIONS, LAYERS, TABLE, canonical, deepest, smallest_side


def test_the_table_is_configuration_e():
    assert len(TABLE) == 16
    assert [(layer.n_in, layer.n_out) for layer in TABLE] == [
        (3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 256), (256, 256),
        (256, 512), (512, 512), (512, 512), (512, 512), (512, 512), (512, 512), (512, 512), (512, 512),
    ]  # fmt: skip
    assert CONVOLUTIONS[0] == "conv1_1"
    assert CONVOLUTIONS[-1] == "conv5_4"


def test_halos_are_the_published_ones():
    assert (LAYERS["relu3_1"].halo, LAYERS["relu4_2"].halo, LAYERS["relu5_1"].halo) == (10, 38, 70)


@pytest.mark.parametrize("name", ["relu1_1", "relu2_2", "relu3_1", "relu4_2"])
def test_an_activation_sees_its_patch_and_the_halo_and_no_more(tiny_encoder, name):
    layer = LAYERS[name]
    side = 2 * layer.halo + 3 * layer.stride
    image = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(1)).requires_grad_(True)
    activation = tiny_encoder(image, [name])[name]
    centre = activation.shape[2] // 2
    # every path counts: no ReLU may hide one, so the bound is from above
    (gradient,) = torch.autograd.grad(activation[0, :, centre, centre].sum(), image)
    rows = gradient[0].abs().sum(dim=(0, 2)).nonzero().flatten()
    first, last = centre * layer.stride - layer.halo, (centre + 1) * layer.stride - 1 + layer.halo
    assert rows.min() >= first
    assert rows.max() <= last


@pytest.mark.parametrize("name", ["relu4_2", "conv4_2", "block4_conv2", "block4_relu2", " RELU4_2 "])
def test_aliases(name):
    assert canonical(name) == "relu4_2"


@pytest.mark.parametrize("name", ["relu4_5", "relu6_1", "conv0_1", "pool1", "", "relu42"])
def test_unknown_layers_are_refused_with_the_near_names(name):
    with pytest.raises(SettingsError, match="relu"):
        canonical(name)


def test_the_near_name_is_offered():
    with pytest.raises(SettingsError, match="relu4_"):
        canonical("relu4_7")


def test_deepest_and_smallest():
    assert deepest(("relu4_2", "relu5_1", "relu1_1")) == "relu5_1"
    assert [smallest_side(name) for name in ("relu1_1", "relu2_1", "relu4_4", "relu5_4")] == [1, 2, 8, 16]
