"""What two ranks say to each other."""

import pytest
import torch

from impasto.distributed import group as groups
from impasto.distributed.group import FailureReport
from impasto.distributed.slab_partition import SlabExchange, everything_at_rank_0, gathered
from impasto.tensor_types import Span

pytestmark = pytest.mark.slow  # two processes


def reduce(group):
    x = [0.1, 0.7][group.rank]
    one, many = torch.full((2, 2), 1.5 + group.rank), torch.arange(5.0) * 10**group.rank
    group.add_up([one, many])
    counts = torch.tensor([2**40 + group.rank])
    group.add_up([counts])
    said = group.tell({"step": 3, "names": ["a", "ü"]} if group.rank == 0 else "not heard")
    flags = group.everywhere(group.rank == 0), group.anywhere(group.rank == 1), group.anywhere(False)
    return group.total(x), group.largest(x), *flags, one, many, int(counts), said


def test_reductions_are_the_same_everywhere(ranks):
    for total, largest, every, some, none, one, many, counts, said in ranks(reduce):
        assert (total, largest, every, some, none) == (0.1 + 0.7, 0.7, False, True, False)
        assert torch.equal(one, torch.full((2, 2), 4.0))
        assert torch.equal(many, torch.arange(5.0) * 11)
        assert counts == 2**41 + 1
        assert said == {"step": 3, "names": ["a", "ü"]}


def part_of_two(group):
    first = group.first(1)
    return first.total(2.0) if group.rank == 0 else None


def test_a_group_of_the_first_rank_alone(ranks):
    assert ranks(part_of_two) == [2.0, None]


OWNED = [Span(0, 6), Span(6, 10)]
WANTED = [Span(0, 8), Span(3, 10)]
WHOLE = torch.arange(60.0).reshape(1, 3, 10, 2)


def widen(group):
    rows = SlabExchange(group, OWNED, WANTED)
    wide = rows.widened(WHOLE[:, :, slice(*OWNED[group.rank])])
    return wide, rows.folded(torch.ones_like(wide)), rows.cropped(wide).clone()


def test_rows_of_neighbours_arrive_and_their_gradients_go_back(ranks):
    answers = ranks(widen)
    for (wide, folded, cropped), owned, wanted in zip(answers, OWNED, WANTED, strict=True):
        assert torch.equal(wide, WHOLE[:, :, slice(*wanted)])
        assert torch.equal(cropped, WHOLE[:, :, slice(*owned)])
        seen_by = torch.tensor([sum(w.start <= row < w.stop for w in WANTED) for row in range(*owned)])
        assert torch.equal(folded, seen_by.float().reshape(1, 1, -1, 1).expand(1, 3, -1, 2))


def scatter_and_gather(group):
    there = everything_at_rank_0(10, 2)
    own = SlabExchange(group, there, OWNED).widened(WHOLE if group.rank == 0 else WHOLE[:, :, :0])
    return own, gathered(group, OWNED, own)


def test_from_rank_0_to_all_and_back(ranks):
    (upper, whole), (lower, nothing) = ranks(scatter_and_gather)
    assert torch.equal(torch.cat([upper, lower], 2), WHOLE)
    assert torch.equal(whole, WHOLE)
    assert nothing is None


def test_a_failure_is_told_in_its_own_words(tmp_path):
    store = torch.distributed.FileStore(str(tmp_path / "store"), 2)
    here, there = FailureReport(store, 0, 2), FailureReport(store, 1, 2)
    there.report("the disk is full")
    error = here.lost("Connection closed by peer")
    assert str(error) == "rank 1 of 2 has failed: the disk is full"
    assert error.speaks


def test_who_has_left_no_word_is_gone_and_one_of_the_others_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(groups, "LISTEN_SECONDS", 0.2)
    store = torch.distributed.FileStore(str(tmp_path / "store"), 3)
    calls = [FailureReport(store, rank, 3) for rank in (1, 2)]
    for call in calls:
        call.report("")
    errors = [call.lost("Connection closed by peer") for call in calls]
    assert str(errors[0]).startswith("rank 0 of 3 is gone or does not answer")
    assert [error.speaks for error in errors] == [True, False]
