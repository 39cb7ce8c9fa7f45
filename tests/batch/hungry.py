"""Tasks of a worker's process that needs no network: it begins in a second, and has the memory to itself."""

import time

from impasto.batch.task import tell


def hungry(_):
    tell(0.5, "eating")
    eaten = []
    for _ in range(100):
        eaten.append(b"x" * 50_000_000)  # pages that were written to count
        time.sleep(0.05)


def modest(number):
    return number
