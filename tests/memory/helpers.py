"""What the planner is asked for in its tests (the default recipe, a process of 300 MB), and what torch allocates."""

from dataclasses import replace

from torch.profiler import ProfilerActivity, profile

from impasto.memory.network_memory import Network
from impasto.memory.peak import MemoryRequest, ScaleSizes

BASE = 300_000_000
STYLE_LAYERS = frozenset(f"relu{block}_1" for block in range(1, 6))
PAINT = MemoryRequest(
    network=Network(frozenset({"relu4_2"}), STYLE_LAYERS, "average", compiled=False),
    engine="auto",
    tile=None,
    solver="lbfgs",
    history=20,
    margin=16,
    disk=10**15,
)


def asked(**fields) -> MemoryRequest:
    return replace(PAINT, **fields)


def square(side: int, steps: int = 40) -> ScaleSizes:
    return ScaleSizes((side, side), (side, side), steps)


def most_allocated(run) -> int:
    """Bytes that torch's allocator held at most during `run`, beside what it held before."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as watch:
        run()
    events = watch.profiler.kineto_results.events()
    now = most = 0
    for event in sorted((one for one in events if one.name() == "[memory]"), key=lambda one: one.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most
