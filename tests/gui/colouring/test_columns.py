"""Columns of tables say of themselves whether they hold numbers or names."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audioclust_gui.columns import KEPT, MOST, Categories, Numbers, read_column


def test_many_numbers_are_measured_and_a_few_are_names():
    found = read_column([f" {i / 4} " for i in range(13)])
    assert isinstance(found, Numbers)
    assert found.values.tolist() == [i / 4 for i in range(13)]
    few = read_column(["10", "2", "2.0", "", "-1e0"])
    assert few.names == ("-1e0", "2", "10")  # in their order, not that of letters
    assert few.codes.tolist() == [2, 1, 1, -1, 0]


def test_what_stands_for_no_number_is_missing_among_numbers():
    values = [*map(str, range(20)), "", "  ", "NaN", "n/a", "None", "inf", "-"]
    found = read_column(values)
    assert np.isnan(found.values[20:]).all()
    assert found.values[:20].tolist() == list(range(20))
    assert read_column(["nan", "nan", ""]).names == ("nan",)  # and a name elsewhere


@pytest.mark.parametrize(
    "odd", ["x", "1_000", "2020-01-03", "1.2.3", "0x10", "\udcff", "鳥"]
)
def test_one_name_among_numbers_makes_all_of_them_names(odd):
    found = read_column([*map(str, range(30)), odd, odd])
    assert isinstance(found, Categories)
    assert found.names[0] == odd  # the most frequent first
    assert found.names[1:] == tuple(map(str, range(30)))


def test_of_very_many_names_the_most_frequent_are_kept():
    values = [f"name {i}" for i in range(MOST + 1)] + ["often", "name 7", "often"]
    found = read_column(values)
    assert len(found.names) == KEPT
    assert found.names[:2] == ("name 7", "often")
    assert found.others == MOST + 2 - KEPT
    assert found.name(KEPT) == f"{found.others:,} others"
    assert (found.codes == KEPT).sum() == found.others
    assert read_column(values[:MOST]).others == 0


def test_labels_are_names_even_where_they_are_numbers():
    found = read_column([str(i // 2) for i in range(40)], as_names=True)
    assert found.names[:3] == ("0", "1", "2")
    assert read_column([]).names == ()
    assert read_column(["", " "]).codes.tolist() == [-1, -1]


@given(st.lists(st.text("a1.e\t é\udcff") | st.floats().map(str), max_size=40))
def test_every_value_is_found_again_or_missing(values):
    found = read_column(values)
    if isinstance(found, Numbers):
        assert len(found.values) == len(values)
        assert not np.isinf(found.values).any()
        return
    for value, code in zip(values, found.codes.tolist(), strict=True):
        if code >= 0:
            said = found.name(code)
            assert said == value or float(said) == float(value)
        else:
            assert value.strip() in ("", "nan", "inf", "-inf")
