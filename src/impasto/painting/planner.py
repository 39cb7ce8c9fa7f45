"""The plan of one painting: the memory there is, the layouts that fit into it, the peak of each scale."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from impasto.kernels.threads import computing_with
from impasto.layout import Layout
from impasto.memory.available import AvailableMemory, available_on, gpu_memory_limit, step_limit
from impasto.memory.peak import MemoryRequest, ScaleSizes
from impasto.memory.plan import Plan, PlannedScale, make_plan
from impasto.memory.request import memory_request
from impasto.memory.time_forecast import calibrate, forecast
from impasto.painting.problem import PaintingProblem
from impasto.solvers.smoothing_metric import METRIC_HALO
from impasto.vgg.device import repeatable


class Planner:
    """Plans a painting when it is first asked, with the memory that is free then.

    problem: what is painted, with the settings that it begins with; its layouts are set here.
    """

    def __init__(self, problem: PaintingProblem):
        self._problem, self._settings, self._partition = problem, problem.settings, problem.partition

    @cached_property
    def best(self) -> Plan:
        """The best layout for each scale that fits into the memory there is; no times.

        Raises SettingsError when nothing fits.
        """
        memory = self._memory
        return make_plan(
            self._request, self._parts, memory.base, memory.limit, named=memory.named, reached=memory.reached
        )

    @property
    def layouts(self) -> list[Layout]:
        """The layout of each scale: the best ones, unless others were set. Raises SettingsError when nothing fits."""
        if not self._problem.layouts:
            self._problem.layouts = [one.layout for one in self.best.scales]
        return list(self._problem.layouts)

    @layouts.setter
    def layouts(self, layouts: Sequence[Layout]) -> None:
        self._problem.layouts = list(layouts)
        self.__dict__.pop("_peaks", None)

    def plan(self, threads: int, times: bool) -> Plan:
        """The plan with the layouts as they are; `times`: with a forecast, for which some are measured."""
        scales = zip(self._parts, self.layouts, self._peaks, strict=True)
        plan = replace(self.best, scales=tuple(PlannedScale(*one) for one in scales))
        if not times:
            return plan
        with computing_with(threads):
            disk = any(one.layout.kept == "disk" for one in plan.scales)
            return forecast(plan, calibrate(self._problem.encoder, plan.demand, disk=disk))

    @contextlib.contextmanager
    def on_device(self, scale: int) -> Iterator[None]:
        """Within this block an NVIDIA GPU computes to the bit, and within its part of the memory.

        scale: where the painting is, from 0.
        """
        device = self._problem.encoder.device
        if device.type != "cuda":
            yield
            return
        peak = max(self._peaks[scale : scale + 2])  # the step may be the first of the next scale
        with repeatable(), gpu_memory_limit(step_limit(self._memory.limit, peak), device):
            yield

    @cached_property
    def _memory(self) -> AvailableMemory:
        """The memory that the process holds, and may hold: of several the one with the least memory decides."""
        partition = self._partition
        own = available_on(self._problem.encoder.device, self._settings.memory, partition.on_machine)
        base = int(partition.largest(own.base))
        spare = -int(partition.largest(own.base - own.limit))
        return AvailableMemory(base, base + spare, own.named, int(partition.largest(own.reached)))

    @cached_property
    def _request(self) -> MemoryRequest:
        problem = self._problem
        costs = problem.costs, problem.image_costs
        cached = 0 if problem.styles is None else problem.styles.limit
        return memory_request(
            self._settings, problem.encoder, problem.inputs, self._partition, *costs, cached
        )

    @cached_property
    def _parts(self) -> list[ScaleSizes]:
        """The part of each scale that one process computes: the largest, with what its tiles and the metric see."""
        problem, coarser = self._problem, None
        found = []
        for scale in problem.scales:
            style = max(problem.schedule.style_sizes(scale.size), key=lambda size: size[0] * size[1])
            part = self._part(scale.size)
            found.append(ScaleSizes(part, self._part(style), scale.steps, coarser))
            coarser = part
        return found

    def _part(self, size: tuple[int, int]) -> tuple[int, int]:
        if self._partition.size == 1:
            return size
        return min(size[0], self._partition.largest_part(size[0]) + 2 * METRIC_HALO), size[1]

    @cached_property
    def _peaks(self) -> list[int]:
        """The most bytes that the process will hold at each scale, in the layout that the scale has."""
        request = replace(self._request, final=self._parts[-1].size)
        parts = zip(self._parts, self.layouts, strict=True)
        return [request.peak(part, layout, self._memory.base) for part, layout in parts]
