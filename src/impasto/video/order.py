"""In which order the frames of a film are painted, and from which of those painted before each one follows."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Visit:
    """A visit: one time that a frame is painted.

    number: of the visit, from 0. frame: of the film, from 0. before: the visit from whose frame this one follows, None
    where nothing was painted before. earlier: the last visit of the same frame, None for the first.
    turned: whether the film turns round here: what follows is brought from this frame alone.
    """

    number: int
    frame: int
    before: int | None
    earlier: int | None
    turned: bool = False


def visits(count: int, passes: int, loop: bool) -> Iterator[Visit]:
    """All visits of a film of so many frames.

    passes: how often each frame is painted, forwards, backwards, forwards and so on. loop: the film is a circle, and is
    gone round once more than otherwise, forwards: each frame then follows from one that was painted before, the first
    from the last.
    """
    last: dict[int, int] = {}
    order: list[tuple[int, bool]] = []
    for lap in range(passes + loop):
        forwards = loop or lap % 2 == 0
        frames = list(range(count)) if forwards else list(range(count - 1, -1, -1))
        if lap and not loop:
            frames = frames[1:]  # where it turns, the frame has just been painted
        order += [(frame, bool(lap) and not loop and i == 0) for i, frame in enumerate(frames)]
    for number, (frame, turned) in enumerate(order):
        yield Visit(number, frame, number - 1 if number else None, last.get(frame), turned)
        last[frame] = number


def final_visits(count: int, passes: int, loop: bool) -> list[int]:
    """The number of each frame's last visit: the one that is shown."""
    found = {one.frame: one.number for one in visits(count, passes, loop)}
    return [found[frame] for frame in range(count)]
