"""A page for people to judge by: two pictures of one pair beside each other, without names; click the better one.

Every two contenders meet on every pair that both painted. Duels and sides are shuffled. The totals stand at the end.
"""

import random
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from shutil import copyfile
from typing import Any

import jinja2

SEED = 1


def write_blind_page(
    path: Path, pictures: Mapping[str, Mapping[str, Path]], parents: Mapping[str, Any]
) -> None:
    """Write the page and, beside it, `blind/` with copies of the pictures whose names say nothing.

    Args:
        path: the page.
        pictures: by pair, then by contender.
        parents: the files of each pair's photograph and painting.
    """
    folder = path.parent / "blind"
    folder.mkdir(exist_ok=True)
    chance, known = random.Random(SEED), dict[Path, str]()

    def nameless(file: Path) -> str:
        if file not in known:
            known[file] = f"blind/{len(known):03}{file.suffix}"
            copyfile(file, path.parent / known[file])
        return known[file]

    duels = []
    for pair, found in pictures.items():
        for one, other in combinations(found, 2):
            names = [one, other]
            chance.shuffle(names)  # before the files are numbered: nor do the numbers tell whose they are
            sides = [(name, nameless(found[name])) for name in names]
            duels.append({"parents": [nameless(file) for file in parents[pair]], "pictures": sides})
    chance.shuffle(duels)
    template = Path(__file__).with_suffix(".html").read_text("utf-8")
    page = jinja2.Environment(autoescape=True).from_string(template).render(duels=duels)
    path.write_text(page, "utf-8")
