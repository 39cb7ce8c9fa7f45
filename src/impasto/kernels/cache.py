"""Whether code still has to be compiled before the first evaluation, which takes memory and time."""

from impasto.kernels import can_compile


def to_be_compiled(convolutions: bool, neighbours: bool, palette: bool) -> bool:
    """Does numba still have to compile Gram matrices, or what is used of convolutions, neighbours and palette?"""
    if not can_compile():
        return False
    from impasto.kernels import gram

    functions = [gram.gram_share, gram.times_share]
    if neighbours:
        from impasto.kernels import pairs

        functions += [pairs.sums_share, pairs.add_share]
    if palette:
        from impasto.kernels import palette as pixels

        functions += [pixels.histogram_share, pixels.gradient_share, pixels.distances]
    if convolutions:
        from impasto.kernels.convolution import patches, winograd

        functions += [patches.forward_share, patches.backward_share, winograd.convolve_share]
    return not all(one.is_kept() for one in functions)
