"""A palette's histograms, their distances, and what the pixels owe to them, compiled by numba.

A pixel's colour y = SCALE * OKLab is computed where it is needed, some pixels at a time, and never kept. d are the
directions, [D, 3]. `costs/palette.py` has the formulas, and `images/color/spaces.py` the matrices.
"""

# mypy: disallow_untyped_defs=False

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from impasto.kernels.compile import compiled

# Sums may be taken in any order; numbers that are none stay so.
_ORDER = {"reassoc", "contract", "nsz"}
BLOCK, ROOM = 256, 13
"""Pixels that are worked on at a time, so that what is known of them stays in the nearest cache; and how many numbers
are known of each."""


class Bins(NamedTuple):
    """Where bins lie.

    darkest: linear light below which a pixel counts as that dark. lowest: the centre of the first bin. per_unit: how
    many bins there are in a unit of y. last: the largest place.
    """

    darkest: float
    lowest: float
    per_unit: float
    last: float


@compiled(fastmath=_ORDER)
def _colors(image, at, n, to_lms, to_y, darkest, light, roots, y):
    """y [3, n] of n pixels from `at` on, with the cube roots [3, n] on the way, and dlinear/dsRGB in `light` [3, n].

    A power of 12/5 is the square times the square of the fifth root; roots come from Halley's iteration, whose second
    round leaves an error below that of float32.
    """
    count, darkest = len(image) // 3, np.float32(darkest)
    for c in range(3):
        coded, linear = image[c * count + at : c * count + at + n], roots[c]
        slope = light[c]
        for i in range(n):
            x = coded[i]
            t = (max(x, np.float32(0.04045)) + np.float32(0.055)) * np.float32(1 / 1.055)
            r = _fifth_root(_fifth_root(_guess(t, np.float32(1 / 5)), t), t)
            steep = x > np.float32(0.04045)
            value = t * t * (r * r) if steep else x * np.float32(1 / 12.92)
            change = np.float32(2.4 / 1.055) * t * (r * r) if steep else np.float32(1 / 12.92)
            dark = value < darkest
            linear[i] = darkest if dark else value
            slope[i] = np.float32(0) if dark else change
    _mix(roots, to_lms, n, y)
    for c in range(3):
        root, lms = roots[c], y[c]
        for i in range(n):
            x = lms[i]
            root[i] = _cube_root(_cube_root(_guess(x, np.float32(1 / 3)), x), x)
    _mix(roots, to_y, n, y)


@compiled(fastmath=_ORDER)
def _guess(x, power):
    """x to this power within 6 percent: a float's bits, read as an integer, are nearly its logarithm."""
    one = np.float32(0x3F7A3BEA)
    return np.int32(one + power * (np.float32(np.float32(x).view(np.int32)) - one)).view(np.float32)


@compiled(fastmath=_ORDER)
def _mix(x, matrix, n, y):
    """y [3, n] = matrix x [3, n]."""
    x0, x1, x2 = x[0], x[1], x[2]
    for c in range(3):
        to, m0, m1, m2 = y[c], matrix[c, 0], matrix[c, 1], matrix[c, 2]
        for i in range(n):
            to[i] = m0 * x0[i] + m1 * x1[i] + m2 * x2[i]


@compiled(fastmath=_ORDER)
def _fifth_root(r, x):
    """A fifth root of x that is nearer than r."""
    power = r * r * (r * r) * r
    return r * (np.float32(2) * power + np.float32(3) * x) / (np.float32(3) * power + np.float32(2) * x)


@compiled(fastmath=_ORDER)
def _cube_root(r, x):
    """A cube root of x that is nearer than r."""
    power = r * r * r
    return r * (power + np.float32(2) * x) / (np.float32(2) * power + x)


@compiled(fastmath=_ORDER)
def _places(y, n, d, bins, below, beyond):
    """The bin below d . y of each of n pixels, and the fraction from there to the next, from 0 to 1."""
    a, b, c = y[0], y[1], y[2]
    x0, x1, x2 = d[0], d[1], d[2]
    lowest, per_unit, last = np.float32(bins.lowest), np.float32(bins.per_unit), np.float32(bins.last)
    for i in range(n):
        place = (x0 * a[i] + x1 * b[i] + x2 * c[i] - lowest) * per_unit
        place = place if place > 0 else np.float32(0)  # what is no number, too: it must not become an index
        place = place if place < last else last
        below[i] = np.int32(place)
        beyond[i] = place - np.float32(below[i])


@compiled()
def histogram_share(
    worker, workers, image, weight, part, directions, to_lms, to_y, bins, room, places, totals
):
    """totals[worker] [D, K, bins, 2]: what this worker's share of the pixels counts in a bin and in the next one.

    image: [3, pixels] in one row. weight: of each of the pixels; none where all count 1. part: which of K parts each
    belongs to; none where there is one. room, places: each worker's room for what is known of a block.
    """
    own = totals[worker]
    own[:] = 0
    light, roots, y = room[worker, 0:3], room[worker, 3:6], room[worker, 6:9]
    beyond, below = room[worker, 12], places[worker]
    wanted = len(image) // 3
    end = wanted * (worker + 1) // workers
    for begin in range(wanted * worker // workers, end, BLOCK):
        n = min(BLOCK, end - begin)
        _colors(image, begin, n, to_lms, to_y, bins.darkest, light, roots, y)
        for number in range(len(directions)):
            _places(y, n, directions[number], bins, below, beyond)
            counts = own[number]
            for i in range(n):
                w = weight[begin + i] if len(weight) else np.float32(1)
                k = part[begin + i] if len(part) else np.uint8(0)
                above = np.float64(w) * beyond[i]
                pair = counts[k, below[i]]
                pair[0] += w - above
                pair[1] += above


@compiled()
def gradient_share(
    worker, workers, image, weight, part, directions, to_lms, to_y, bins, room, places, rise, gradient
):
    """gradient [3, pixels] += the derivative by this worker's share of the pixels.

    rise: how much J rises from d . y = one bin to the next, for each direction and part, a number for each unit of y,
    [D, K, bins]. The rest as of `histogram_share`.
    """
    light, roots, y, by_y = room[worker, 0:3], room[worker, 3:6], room[worker, 6:9], room[worker, 9:12]
    beyond, below = room[worker, 12], places[worker]
    wanted = len(image) // 3
    end = wanted * (worker + 1) // workers
    for begin in range(wanted * worker // workers, end, BLOCK):
        n = min(BLOCK, end - begin)
        _colors(image, begin, n, to_lms, to_y, bins.darkest, light, roots, y)
        by_y[:] = 0
        for number in range(len(directions)):
            d, of_bin = directions[number], rise[number]
            _places(y, n, d, bins, below, beyond)
            for i in range(n):
                k = part[begin + i] if len(part) else np.uint8(0)
                beyond[i] = of_bin[k, below[i]]
            for c in range(3):
                to, factor = by_y[c], d[c]
                for i in range(n):
                    to[i] += factor * beyond[i]
        if len(weight):
            for c in range(3):
                for i in range(n):
                    by_y[c, i] *= weight[begin + i]
        _add(by_y, roots, light, n, to_lms, to_y, gradient, begin)


@compiled(fastmath=_ORDER)
def _add(by_y, roots, light, n, to_lms, to_y, gradient, at):
    """Add the derivative by n pixels from `at` on, given that by their y."""
    count = len(gradient) // 3
    for j in range(3):
        root, m0, m1, m2 = roots[j], to_y[0, j], to_y[1, j], to_y[2, j]
        for i in range(n):  # the root of LMS becomes the derivative by LMS
            by_root = m0 * by_y[0, i] + m1 * by_y[1, i] + m2 * by_y[2, i]
            root[i] = by_root / (np.float32(3) * root[i] * root[i])
    for c in range(3):
        to, slope = gradient[c * count + at : c * count + at + n], light[c]
        m0, m1, m2 = to_lms[0, c], to_lms[1, c], to_lms[2, c]
        for i in range(n):
            to[i] += slope[i] * (m0 * roots[0, i] + m1 * roots[1, i] + m2 * roots[2, i])


@compiled()
def distances(total, shares_S, width, shares, squared, slope):
    """squared [R]: W^2 of R histograms [R, bins] from others, whose shares up to each bin are shares_S [R, bins].

    slope [R, bins]: its derivative by the histograms. `costs/palette.py` has the formulas. Both rows of shares are gone
    through once, from level to level.
    """
    rows, bins = total.shape
    for row in range(rows):
        here, there, potential = total[row], shares_S[row], slope[row]
        count = 0.0
        for k in range(bins):
            count += here[k]
            shares[k] = count
        count = max(count, 1e-300)
        for k in range(bins):
            shares[k] /= count
        i, j, level, sum_of_squares = 0, 0, 0.0, 0.0
        while i < bins or j < bins:
            of_G = i < bins and (j == bins or shares[i] <= there[j])
            following = shares[i] if of_G else there[j]
            sum_of_squares += (following - level) * (i - j) * (i - j)
            level = following
            if of_G:
                i += 1
            else:
                j += 1
        squared[row] = sum_of_squares * width * width
        j, height, mean = 0, 0.0, 0.0
        for k in range(bins):
            potential[k] = height
            mean += height * here[k]
            while j < bins and there[j] < shares[k]:
                j += 1
            height += width * width * (2 * k + 1 - 2 * min(j, bins - 1))
        for k in range(bins):
            potential[k] = (potential[k] - mean / count) / count
