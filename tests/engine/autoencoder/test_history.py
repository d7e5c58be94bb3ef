"""The curves of a run, as a table that survives being cut anywhere."""

import copy
import math
import pickle
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.autoencoder.history import NAMES, Epoch, History

numbers = st.floats(allow_infinity=True, allow_nan=True)
histories = st.lists(st.tuples(*[numbers] * 11), max_size=8).map(
    lambda rows: History(tuple(Epoch(i, i % 2, *r) for i, r in enumerate(rows, 1)))
)


def same(one: History, other: History) -> bool:
    return [str(astuple(e)) for e in one.epochs] == [
        str(astuple(e)) for e in other.epochs
    ]


@given(histories)
def test_a_table_gives_back_every_digit(history):
    assert same(History.from_csv(history.to_csv()), history)


@given(histories, st.integers(0, 2000))
def test_a_table_that_is_cut_off_gives_what_came_before(history, length):
    found = History.from_csv(history.to_csv()[:length])
    whole = max(0, len(found) - 1)  # the last row may have lost digits
    assert same(found.until(whole), history.until(whole))


@given(st.text() | st.binary().map(lambda b: b.decode("latin-1")))
def test_no_text_is_too_odd(text):
    found = History.from_csv(text)
    assert same(History.from_csv(found.to_csv()), found)


@pytest.mark.parametrize(
    "row",
    ["inf,0", "nan,0", "-1,0", "0,0", "2,inf", "x,0", "1,0", "2,0," + "9" * 200_000],
)
def test_a_row_that_makes_no_sense_ends_the_table(row):
    text = f"number,phase,seconds\n1,0,2.5\n{row}\n3,0,7.5\n"
    assert same(History.from_csv(text), History((Epoch(1, 0, 2.5),)))


@pytest.mark.parametrize("text", ["\n0", "number,phase\n1,0,2.5\n", "phase\n0,1,2,3"])
def test_a_row_longer_than_the_header_is_read_as_far_as_it_is_named(text):
    first = Epoch(1, 0)
    known = History((first,)) if text.startswith("number") else History()
    assert same(History.from_csv(text), known)


def test_columns_of_later_versions_do_not_disturb(tmp_path):
    file = tmp_path / "history.csv"
    file.write_text("number,unheard,train,phase\n1,5,0.25,0\n2,,,1\n")
    found = History.read(file)
    assert found.column("number").tolist() == [1, 2]
    np.testing.assert_array_equal(found.column("train"), [0.25, math.nan])


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"number\n\x00\n", None])
def test_a_file_that_is_no_table_is_no_history(tmp_path, content):
    file = tmp_path / "history.csv"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    assert History.read(file) == History.read(tmp_path / "gone.csv") == History()


def test_an_epoch_that_is_told_anew_forgets_what_came_after():
    history = History()
    for number in range(1, 6):
        history = history.adding(Epoch(number, train=1.0 / number))
    again = history.adding(Epoch(3, train=9.0))
    assert again.column("train").tolist() == [1.0, 0.5, 9.0]
    assert history.until(2) == again.until(2)
    assert history.amending(2, nmi=0.5).column("nmi")[1] == 0.5
    assert same(history.amending(99, nmi=0.5), history)


def test_a_long_history_travels_and_is_written_as_one_table():
    many = 20_000
    history = History(Epoch(i, i > many // 2, train=1 / i) for i in range(1, many + 1))
    sent = pickle.dumps(history)
    assert len(sent) < 1.1 * 8 * len(NAMES) * many
    assert b"Epoch" not in sent, "one by one, they take the window a third of a second"
    assert copy.copy(history) == history, "made from what is sent"
    assert History.from_csv(history.to_csv()) == history
    assert (history.last.number, history.at(many).train) == (many, 1 / many)
    assert history.after(many - 2).column("number").tolist() == [many - 1, many]
    assert len(history.of_phase(1)) == many // 2
    assert history.at(0) is history.at(many + 1) is History().last is None


@pytest.mark.parametrize("number", ["1e9", "1e300", "9" * 30])
def test_an_epoch_that_no_run_can_have_ends_the_table(number):
    found = History.from_csv(f"number,phase\n1,0\n{number},0\n")
    assert len(found) == 1
