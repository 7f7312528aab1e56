"""Samples of what takes too long for every run: of every kind, the same in each run, or the whole on request."""

import sampling

ITEMS = [f"{kind}/{number}" for kind in "ab" for number in range(9)] + ["c/0"]


def test_a_sample_has_items_of_every_kind_in_their_order():
    found = sampling.sample(ITEMS, 3, sampling.folder, whole=False)
    assert [sampling.folder(item) for item in found] == [*"aaabbbc"] and found == sorted(found)


def test_a_sample_is_the_same_each_time_and_does_not_depend_on_other_kinds():
    found = sampling.sample(ITEMS, 3, sampling.folder, whole=False)
    assert found == sampling.sample(ITEMS, 3, sampling.folder, whole=False)
    of_a = [item for item in ITEMS if item.startswith("a/")]
    assert sampling.sample(of_a, 3, sampling.folder, whole=False) == found[:3]


def test_the_whole_is_everything():
    assert sampling.sample(ITEMS, 3, sampling.folder, whole=True) == ITEMS
