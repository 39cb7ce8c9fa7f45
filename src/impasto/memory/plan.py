"""The plan of a painting: every scale with its layout, its memory and its time, and what the user should know of it."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from impasto.layout import Layout
from impasto.memory.choose_layout import choose, least
from impasto.memory.network_memory import VECTOR
from impasto.memory.peak import MemoryRequest, ScaleSizes
from impasto.settings.values import bytes_text
from impasto.solvers.adam import Adam
from impasto.solvers.lbfgs import LBFGS
from impasto.solvers.make import SOLVERS

ROUND_UP = 1.05
"""An amount of memory that is suggested lies this much above what was computed: what is free changes a little."""


@dataclass(frozen=True)
class PlannedScale:
    """One scale. peak: bytes that the whole process holds at most. seconds: None while no time was forecast."""

    scale: ScaleSizes
    layout: Layout
    peak: int
    seconds: float | None = None

    @property
    def solver(self) -> type[LBFGS] | type[Adam]:
        """The class of the solver."""
        return SOLVERS[self.layout.solver]

    @property
    def solver_words(self) -> str:
        """The solver, and how it keeps its memory, in words."""
        return ", ".join(filter(None, (self.solver.TITLE, self.solver.memory_words(self.layout))))


@dataclass(frozen=True)
class Plan:
    """All scales, coarse to fine.

    limit: bytes that the process may hold. named: whether the user named that limit; otherwise it is a safe part of
    what is free. demand, base: what it was made from, `base` being the bytes that the process held then. reached: the
    most that it had held until then, for reading pictures and weights, say. other_seconds: what is done once, between
    scales and at the end; None while no time was forecast.
    """

    scales: tuple[PlannedScale, ...]
    limit: int
    named: bool
    demand: MemoryRequest
    base: int
    reached: int = 0
    other_seconds: float | None = None

    @property
    def peak(self) -> int:
        """The most bytes that the process holds, or has held."""
        return max(self.reached, *(one.peak for one in self.scales))

    @property
    def seconds(self) -> float | None:
        """From the first step to the written picture; None while no time was forecast."""
        if self.other_seconds is None:
            return None
        return self.other_seconds + sum(one.seconds or 0.0 for one in self.scales)

    @property
    def checkpoint_bytes(self) -> int:
        """The most bytes that a checkpoint takes, about: of its tensors."""
        return max(
            VECTOR * math.prod(one.scale.size) * one.solver.saved_vectors(one.layout, self.demand)
            for one in self.scales
        )

    def departures(self) -> list[str]:
        """Where the plan is not what the settings ask for, a sentence each."""
        other = [one for one in self.scales if one.layout.solver != self.demand.solver]
        disk = [one for one in self.scales if one.layout.kept == "disk"]
        found = []
        if self.named and self.reached > self.limit:
            found.append(
                f"{bytes_text(self.reached)} of {self.demand.where} were taken before the painting began, to read the "
                f"pictures, say: more than the {bytes_text(self.limit)} allowed"
            )
        if other:
            asked, used = (SOLVERS[name].TITLE for name in (self.demand.solver, other[-1].layout.solver))
            needed = least(self.demand, other[-1].scale, self.base, solver=self.demand.solver)
            found.append(
                f"{asked} does not fit {self._into()} at {_sizes(other)}: {used} paints there, and may want more "
                f"--steps; --memory {_amount(needed)} would allow {asked}"
            )
        if disk:
            size = max(self.demand.written(one.scale, replace(one.layout, encoding="memory")) for one in disk)
            found.append(
                f"the past steps of {disk[-1].solver.TITLE} do not fit {self._into()} at {_sizes(disk)}: "
                f"{bytes_text(size)} of them are kept on disk"
            )
        return found

    def notes(self) -> list[str]:
        """Notes for the user, a sentence each; the departures first."""
        half = [one for one in self.scales if one.layout.kept == "float16"]
        encoded = [one for one in self.scales if one.layout.encoding == "disk"]
        notes = self.departures()
        if half:
            notes.append(
                f"the past steps of {half[-1].solver.TITLE} are kept in half precision at {_sizes(half)}"
            )
        if encoded:
            size = max(self.demand.written(one.scale, replace(one.layout, kept="float32")) for one in encoded)
            notes.append(
                f"the photograph's encoding is kept on disk at {_sizes(encoded)}: {bytes_text(size)}"
            )
        return notes

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; sizes are [height, width], memory is in bytes."""
        return {
            "scales": [
                {
                    "size": list(one.scale.size),
                    "style_size": list(one.scale.style_size),
                    "steps": one.scale.steps,
                    **asdict(one.layout),
                    "peak": one.peak,
                    "seconds": one.seconds,
                }
                for one in self.scales
            ],
            "peak": self.peak,
            "seconds": self.seconds,
            "limit": self.limit,
            "limit_from": "--memory" if self.named else "free memory",
            "notes": self.notes(),
        }

    def _into(self) -> str:
        return f"into {bytes_text(self.limit)}" + ("" if self.named else ", a safe part of what is free,")


def make_plan(
    demand: MemoryRequest,
    scales: Sequence[ScaleSizes],
    base: int,
    limit: int,
    *,
    named: bool,
    reached: int = 0,
) -> Plan:
    """The best layout for each scale whose peak stays within `limit` bytes.

    Raises SettingsError, with what would be needed, when there is none for some scale.
    """
    demand = replace(demand, final=scales[-1].size)
    # The largest first: when it cannot be done, that is the one to tell of.
    chosen = [(scale, *choose(demand, scale, base, limit)) for scale in reversed(scales)]
    return Plan(tuple(PlannedScale(*one) for one in reversed(chosen)), limit, named, demand, base, reached)


def _sizes(scales: Sequence[PlannedScale]) -> str:
    return " and ".join(f"{one.scale.size[1]} x {one.scale.size[0]}" for one in scales)


def _amount(size: int) -> str:
    """An amount as --memory takes it, a little more than computed."""
    return bytes_text(int(size * ROUND_UP)).replace(" ", "")
