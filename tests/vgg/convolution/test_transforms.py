from hypothesis import given
from hypothesis import strategies as st

from impasto.kernels.convolution.winograd_transforms import (
    OUTPUTS,
    POINTS,
    REVERSED,
    TAPS,
    transform_inputs,
    transform_outputs,
    transform_taps,
)

numbers = st.floats(-10, 10)


@given(st.lists(numbers, min_size=TAPS, max_size=TAPS), st.lists(numbers, min_size=POINTS, max_size=POINTS))
def test_six_products_give_four_correlations(taps, inputs):
    products = [g * d for g, d in zip(transform_taps(taps), transform_inputs(inputs), strict=True)]
    outputs = transform_outputs(products)
    for i in range(OUTPUTS):
        assert abs(outputs[i] - sum(taps[j] * inputs[i + j] for j in range(TAPS))) < 1e-10


@given(st.lists(numbers, min_size=TAPS, max_size=TAPS))
def test_reversing_the_taps_permutes_their_transform(taps):
    backwards, forwards = transform_taps(taps[::-1]), transform_taps(taps)
    for i in range(POINTS):
        assert abs(backwards[i] - forwards[REVERSED[i]]) < 1e-12
