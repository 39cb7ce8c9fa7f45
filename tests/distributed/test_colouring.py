"""Two ranks give the colours that one process gives."""

import pytest
import torch

from impasto.painting.result import PartOfResult, Result
from impasto.settings import Settings
from tests.distributed.helpers import SHORT, painted, painting, pictures

pytestmark = pytest.mark.slow  # two processes


def paint(group, colour, stop=None, save=None, resume=None):
    """The result's kind and image, and the costs; saved after `stop` steps."""
    settings = Settings(**{"recipe": "glaze", **SHORT, "solver": "adam"}, colour=colour)
    result, history = painted(painting(group, pictures(), settings, resume, precision="float64"), stop, save)
    return type(result), result.image, history


@pytest.mark.parametrize("colour", ["photograph", "match"])
def test_a_painting_is_that_of_one_process(ranks, tmp_path, colour):
    (kind, together, costs), (other_kind, part, _) = ranks(paint, colour)
    assert (kind, other_kind) == (Result, PartOfResult)
    _, alone, expected = paint(None, colour)
    assert [cost.total for cost in costs] == pytest.approx([cost.total for cost in expected], rel=1e-3)
    assert (together - alone).abs().max() < 2e-3
    torch.testing.assert_close(part, together[:, :, 128:], rtol=0, atol=1e-4)
    path = str(tmp_path / "a.checkpoint")
    ranks(paint, colour, 8, path)
    [(_, resumed, _), _] = ranks(paint, colour, None, None, path)
    assert torch.equal(resumed, together)
