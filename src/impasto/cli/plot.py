"""The cost curve: J and its parts over the steps, as a picture file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.files.figure import check_figure, save_figure

if TYPE_CHECKING:
    from impasto import Result


def write_cost_curve(
    path: Path, result: "Result", scales: Sequence[tuple[int, int, int]], overwrite: bool
) -> None:
    """Draw J, alpha J_content and beta J_style over the steps of a painting.

    scales: (first step, width, height) of every scale.
    """
    import matplotlib

    check_figure(path, overwrite, "plot")
    with matplotlib.rc_context({"font.size": 9}):
        save_figure(_figure(result, scales), path, overwrite, dpi=150)


def _figure(result: "Result", scales: Sequence[tuple[int, int, int]]) -> Any:
    from matplotlib.figure import Figure  # not pyplot: it looks for a display, and holds on to every figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    steps = range(1, len(result.history) + 1)
    lines = ("k-", "C0--", "C3:", "C2-.", "C4:")
    for (name, values), style in zip(_curves(result).items(), lines, strict=True):
        if any(values):
            axes.plot(steps, values, style, label=name, linewidth=1.4)
    if all(cost.total > 0 for cost in result.history):
        axes.set_yscale("log")
    _mark(axes, scales)
    axes.set(xlabel="step", ylabel="cost", xlim=(1, max(2, len(result.history))))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


def _curves(result: "Result") -> dict[str, list[float]]:
    """J and its parts, weighted so that they add up to it; those that are 0 throughout are not drawn."""
    alpha, beta, weight = result.settings.alpha, result.settings.beta, result.settings.variation
    return {
        "J": [cost.total for cost in result.history],
        f"{alpha:g} × content": [alpha * cost.content for cost in result.history],
        f"{beta:g} × style": [beta * cost.style for cost in result.history],
        f"{weight:g} × variation": [weight * cost.variation for cost in result.history],
        "custom": [cost.custom for cost in result.history],
    }


def _mark(axes: Any, scales: Sequence[tuple[int, int, int]]) -> None:
    """Say where each scale begins."""
    for first, width, height in scales:
        if first > 1:
            axes.axvline(first - 0.5, color="0.6", linewidth=0.8)
        axes.annotate(
            f"{width} × {height}",
            (first, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, 2),
            textcoords="offset points",
            color="0.4",
            fontsize=8,
            va="bottom",
        )
