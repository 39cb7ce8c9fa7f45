"""Costs on the picture itself (`costs/image_cost.py`), added to what the network sees: strip by strip."""

from collections.abc import Sequence

from torch import Tensor

from impasto.costs.image_cost import ImageCost, PictureRows, strips_of
from impasto.distributed.partition import WHOLE, Partition, RowExchange
from impasto.errors import SettingsError
from impasto.evaluation import Cost, Evaluate, Evaluation
from impasto.tensor_types import Image


class WithImageCosts:
    """`evaluate(image)` with costs on the picture itself added.

    costs: as they are at this scale (`ImageCost.at`). size: height and width of the whole canvas.
    partition: of a canvas that is shared by several processes; `image` is then this process's rows.
    """

    def __init__(
        self,
        evaluate: Evaluate,
        costs: Sequence[ImageCost],
        size: tuple[int, int],
        partition: Partition = WHOLE,
    ):
        self._evaluate, self._costs, self._size, self._partition = evaluate, tuple(costs), size, partition
        self._own = partition.rows_of(size[0])
        self._neighbours = {cost.halo: self._exchange(cost.halo) for cost in costs if cost.halo}

    def _exchange(self, halo: int) -> RowExchange:
        height, rows_of = self._size[0], self._partition.rows_of
        return self._partition.exchange(height, lambda rank: rows_of(height, rank).widened(halo, height))

    def __call__(self, image: Image) -> Evaluation:
        """J with these costs, and its gradient at `image`."""
        evaluation = self._evaluate(image)
        cost = evaluation.cost
        parts = {name: getattr(cost, name) for name in ("total", "content", "style", "variation", "custom")}
        for one in self._costs:
            unit = one.unit(self._size)
            own = self._add_gradient(one, image.detach(), evaluation.gradient, one.weight * unit)
            value = unit * self._partition.total(own)
            parts["total"] += one.weight * value
            parts[one.part] += one.weight * value / one.factor
        return Evaluation(Cost(**parts), evaluation.gradient)

    def _add_gradient(self, cost: ImageCost, image: Tensor, gradient: Tensor, scale: float) -> float:
        """The sum over this process's rows; its derivative, times `scale`, is added to `gradient`."""
        height, width = self._size
        seen = self._own.widened(cost.halo, height)
        wide = self._neighbours[cost.halo].widened(image) if cost.halo else image
        total = 0.0
        for strip in strips_of(self._own, width):
            needed = strip.widened(cost.halo, height)
            found = cost.evaluate(wide[:, :, needed.within(seen)], PictureRows(self._size, needed, strip))
            own = gradient[:, :, strip.within(self._own)]
            value, slope = _checked(cost, found, own)
            total += value
            own.add_(slope, alpha=scale)
        return total


def _checked(cost: ImageCost, found: object, own: Tensor) -> tuple[float, Tensor]:
    if isinstance(found, tuple) and len(found) == 2:
        value, slope = found
        fits = isinstance(slope, Tensor) and slope.shape == own.shape and slope.is_floating_point()
        if isinstance(value, float | int) and fits:
            return value, slope
    given = found if isinstance(found, tuple) else (found,)
    got = [str(list(one.shape)) if isinstance(one, Tensor) else type(one).__name__ for one in given]
    raise SettingsError(
        f"{type(cost).__name__}.evaluate must give a number and a tensor of floating point numbers {list(own.shape)}, "
        f"got {' and '.join(got) or 'nothing'}"
    )
