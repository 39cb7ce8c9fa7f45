"""Whether code still has to be compiled before the first evaluation, which takes memory and time."""

from pathlib import Path
from typing import Any

from impasto.kernels import can_compile


def to_be_compiled(convolutions: bool, neighbours: bool, palette: bool) -> bool:
    """Does numba still have to compile Gram matrices, or what is used of convolutions, neighbours and palette?

    Told from its cache: an index for each function, no older than the function's source.
    """
    if not can_compile():
        return False
    from impasto.kernels import gram

    functions: list[Any] = [gram.gram_share, gram.times_share]
    if neighbours:
        from impasto.kernels import pairs

        functions += [pairs.sums_share, pairs.add_share]
    if palette:
        from impasto.kernels import palette as pixels

        functions += [pixels.histogram_share, pixels.gradient_share, pixels.distances]
    if convolutions:
        from impasto.kernels.convolution import patches, winograd

        functions += [patches.forward_share, patches.backward_share, winograd.convolve_share]
    return not all(_is_cached(one) for one in functions)


def _is_cached(function: Any) -> bool:
    source = Path(function.py_func.__code__.co_filename)
    name = f"{source.stem}.{function.py_func.__qualname__}-*.nbi"
    try:
        written = source.stat().st_mtime
        return any(one.stat().st_mtime >= written for one in Path(function.stats.cache_path).glob(name))
    except OSError:
        return False
