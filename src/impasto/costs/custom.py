"""A cost of the user's own: a class with a measurement and a rule, and the term that it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from impasto.costs.image_cost import ImageCost, check_halo, check_weight, fingerprint
from impasto.costs.term import Slices, Summary, TileWindow
from impasto.errors import SettingsError
from impasto.tensor_types import Features, Scalar
from impasto.vgg.layers import canonical


class CustomCost:
    """A cost of your own on activations, once you derive a class from it: `Stylizer(settings, costs=[MyCost()])`.

    layer: whose activations are measured; any name that VGG-19's layers have.
    weight: what the rule's value is multiplied by before it is added to J, as alpha J_content and beta J_style are.

    The same is measured of three pictures, and the rule compares them. The measurement is a sum over positions, because
    a picture may be walked whole, in tiles, or by several processes: `measure` is then given a part of the positions,
    and the results are added up. A checkpoint holds no code: give the same objects again to resume.

    >>> class Mean(CustomCost):
    ...     layer = "relu3_1"
    ...     def measure(self, a):
    ...         return a.sum((0, 2, 3))
    ...     def rule(self, generated, content, style):
    ...         return (generated.mean - style.mean).square().mean()
    """

    layer: str
    weight: float = 1.0

    def measure(self, a: Features) -> Tensor:
        """A sum over positions, of any shape, floating point, differentiable by `a`.

        a: activations [1, n_C, n_H, n_W] after the ReLU; n_H n_W are only some of the picture's positions.
        """
        raise NotImplementedError

    def rule(self, generated: Summary, content: Summary, style: Summary) -> Scalar:
        """The cost: a tensor with one number, differentiable by `generated.total`.

        Of each picture: `total`, what `measure` gives for all positions, `count`, how many there are, and `mean`,
        the one divided by the other. At each scale content and style are what they are at that size. Several styles
        are one average position between theirs: `total` and `mean` are their weighted mean, and `count` is 1.
        """
        raise NotImplementedError

    def fingerprint(self) -> str:
        """An identification for checkpoints: its class, and all fields that are numbers, texts or tensors.

        Override it where these do not tell two such costs apart.
        """
        return fingerprint(self)


def check_costs(costs: Sequence[object]) -> tuple[tuple[CustomCost, ...], tuple[ImageCost, ...]]:
    """Costs of the user's own: those on activations, and those on the picture itself, each in the order given.

    Raises SettingsError for what is no cost, or has no layer of VGG-19, no weight or no halo.
    """
    if not isinstance(costs, list | tuple):
        raise SettingsError(f"costs must be a list of costs, as in costs=[MyCost()], got {costs!r}")
    for cost in costs:
        if isinstance(cost, ImageCost):
            check_halo(cost)
        elif isinstance(cost, CustomCost):
            layer = getattr(cost, "layer", None)
            if not isinstance(layer, str):
                raise SettingsError(f'{_name(cost)} needs a layer, as in layer = "relu3_1", got {layer!r}')
            canonical(layer)
        else:
            raise SettingsError(
                f"costs takes objects of classes derived from impasto.CustomCost or impasto.ImageCost, got {cost!r}; "
                "make the object first, as in costs=[MyCost()]"
            )
        check_weight(_name(cost), cost.weight)
    return (
        tuple(cost for cost in costs if isinstance(cost, CustomCost)),
        tuple(cost for cost in costs if isinstance(cost, ImageCost)),
    )


def custom_layers(costs: Sequence[CustomCost]) -> list[str]:
    """The layers they look at, by their own names, each once."""
    return list(dict.fromkeys(canonical(cost.layer) for cost in costs))


@dataclass(frozen=True, eq=False)
class CustomTerm:
    """A custom cost against what it measured of the content and the style image."""

    cost: CustomCost
    content: Summary
    style: Summary
    part: Literal["custom"] = "custom"

    @property
    def layer(self) -> str:
        """The layer's own name."""
        return canonical(self.cost.layer)

    @property
    def weight(self) -> float:
        """The cost's."""
        return self.cost.weight

    def measure(
        self, a_G: Features, window: TileWindow | None = None, *, value: bool = True
    ) -> tuple[Summary, Features]:
        """The sums over the positions of `a_G`, or over its window."""
        return custom_summary(self.cost, a_G, None if window is None else window.in_tile)

    def rule(self, summary: Summary) -> Scalar:
        """The cost's rule.

        Raises SettingsError when it gives anything but a tensor with one number.
        """
        found = self.cost.rule(summary, self.content, self.style)
        if not isinstance(found, Tensor) or found.numel() != 1 or not found.is_floating_point():
            raise SettingsError(
                f"{_name(self.cost)}.rule must give a tensor with one number, got {_shown(found)}"
            )
        return found.reshape(()).to(summary.total)


def custom_summary(cost: CustomCost, a: Features, place: Slices | None = None) -> tuple[Summary, Features]:
    """The sums that a cost measures in some rows and columns of `a`, and `a` to continue with.

    Raises SettingsError when that is no tensor of floating point numbers.
    """
    owned = a if place is None else a[..., place[0], place[1]]
    total = cost.measure(owned)
    if not isinstance(total, Tensor) or not total.is_floating_point():
        raise SettingsError(
            f"{_name(cost)}.measure must give a tensor of floating point numbers, got {_shown(total)}"
        )
    return Summary(total.to(a), owned.shape[2] * owned.shape[3]), a


def check_measure(cost: CustomCost, a: Features) -> None:
    """Try a cost's measurement on some activations, and on their halves.

    Raises SettingsError when it is not additive.
    """
    whole = custom_summary(cost, a)[0].total
    for axis, names in ((2, "rows"), (3, "columns")):
        halves = [custom_summary(cost, part)[0].total for part in a.split((a.shape[axis] + 1) // 2, axis)]
        if not _add_up(halves, whole):
            raise SettingsError(
                f"{_name(cost)}.measure is not a sum over positions: measured on the two halves of a layer's "
                f"{names} it does not add up to that of both; take means and roots in its rule"
            )


def _add_up(parts: Sequence[Tensor], whole: Tensor) -> bool:
    """Is their sum the whole, in its shape?"""
    if any(part.shape != whole.shape for part in parts):
        return False
    scale = float(whole.abs().max()) if whole.numel() else 0.0
    return torch.allclose(sum(parts[1:], start=parts[0]), whole, rtol=1e-3, atol=1e-3 * scale)


def check_rule(term: CustomTerm, a: Features) -> None:
    """Try a cost's rule on what it measures of some activations.

    Raises SettingsError when it gives no number, or one without a derivative.
    """
    whole, _ = custom_summary(term.cost, a)
    with torch.enable_grad():
        total = whole.total.detach().requires_grad_(True)
        found = term.rule(Summary(total, whole.count))
        slope = torch.autograd.grad(found, total, allow_unused=True)[0] if found.requires_grad else None
    if slope is None:
        raise SettingsError(
            f"{_name(term.cost)}.rule does not depend on generated.total, or has no derivative by it"
        )


def _name(cost: object) -> str:
    return type(cost).__name__


def _shown(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of {str(value.dtype).removeprefix('torch.')} {list(value.shape)}"
    return repr(value)
