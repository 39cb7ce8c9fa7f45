"""What a picture keeps at small sizes stays with this process."""

import pickle

import torch

from impasto.images.io.read import read_picture
from impasto.images.resize import rows_at
from tests.helpers import random_image


def test_a_picture_is_sent_to_another_process_without_what_it_keeps():
    picture = read_picture(random_image(60, 80))
    before = len(pickle.dumps(picture))
    small = rows_at(picture, (30, 40), 0, 30)
    sent = pickle.dumps(picture)
    assert len(sent) == before
    assert torch.equal(rows_at(pickle.loads(sent), (30, 40), 0, 30), small)
