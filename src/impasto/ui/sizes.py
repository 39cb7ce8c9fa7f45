"""How large pictures are shown."""


def shrunk(size: tuple[int, ...], side: int) -> tuple[int, int]:
    """A picture's height and width, of its shape or size, shrunk to a long side of at most `side`.

    >>> shrunk((300, 400), 200), shrunk((30, 40, 3), 200)
    ((150, 200), (30, 40))
    """
    scale = min(1.0, side / max(size[:2]))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
