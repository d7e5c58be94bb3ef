"""Rows are selected as in any table, however many there are and however scattered."""

import time
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest

from audioclust_gui.widgets.clip_table import ClipTable
from audioclust_gui.widgets.clip_table_view import ClipTableView
from audioclust_gui.widgets.rows_view import RowsView
from audioclust_gui.widgets.selected_rows import selected_runs, selection_of
from engine.audio.dataset import Clip, Dataset

ONLY = QItemSelectionModel.SelectionFlag.ClearAndSelect
NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
KEYS = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Space, Qt.Key.Key_A)


def model_of(n):
    model = ClipTable()
    model.set_dataset(Dataset("sounds", tuple(Clip(f"{i:05}.wav") for i in range(n))))
    return model


@pytest.fixture
def show(qtbot):
    def show(table):
        qtbot.addWidget(table)
        table.resize(500, 700)
        table.show()
        return table

    return show


def rows_of(selection):
    runs = selected_runs(selection)
    return [row for first, last in runs for row in range(first, last + 1)]


def test_rows_scattered_over_a_long_table_are_selected_in_a_moment(show):
    model = model_of(40_000)
    table = show(ClipTableView(model))
    chosen = []
    table.selected.chosen.connect(lambda: chosen.append(1))
    odd = np.arange(1, 40_000, 2)
    began = time.monotonic()
    for rows in (odd, odd - 1, np.arange(40_000), odd[::-1]):
        table.selected.show_rows(rows)
    assert time.monotonic() - began < 1.0  # Qt alone takes six
    for place in (0, 20_001, 39_999):
        table.scrollTo(model.index(place, 0))
        for row in table.rows_in_view():
            assert table.selected.isSelected(model.index(row, 0)) == bool(row % 2)
    assert np.array_equal(table.selected.rows, odd)
    assert not chosen
    model.set_filter("00", "")
    assert not len(table.selected.rows)
    assert not table.selected.hasSelection()


@pytest.mark.parametrize("n", [24, 1200])
def test_mouse_and_keys_select_as_in_any_table(show, n):
    model = model_of(n)
    table, plain = ClipTableView(model), RowsView()
    plain.setModel(model)
    odd = np.arange(1, n, 2)
    table.selected.show_rows(odd)
    plain.selectionModel().select(selection_of(model, odd), ONLY)
    seen = show(table).rows_in_view().stop - 2
    show(plain)
    told = []
    table.selected.chosen.connect(lambda: told.append(table.selected.rows.tolist()))
    told.append(odd.tolist())
    rng = np.random.default_rng(0)
    for turn in range(150):
        scattered = turn <= 40  # as long as no plain click makes it few
        held = (CTRL, SHIFT, CTRL | SHIFT, NONE)[rng.integers(3 + (not scattered))]
        row, key = int(rng.integers(seen)), KEYS[rng.integers(4)]
        for one in (table, plain):
            if turn % 5 == 4:
                QTest.keyClick(one, key, held)
            else:
                place = one.visualRect(model.index(row, 0)).center()
                button = Qt.MouseButton.LeftButton
                QTest.mouseClick(one.viewport(), button, held, place)
            one.scrollToTop()
        assert told[-1] == rows_of(plain.selectionModel()), turn
    table.selected.show_rows(odd)
    place = table.visualRect(model.index(3, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, NONE, place)
    assert told[-1] == [3]
    table.selectAll()
    assert told[-1] == list(range(n))


def test_rows_become_runs_and_come_back(show):
    model = model_of(40)
    table = show(RowsView())
    table.setModel(model)
    for rows in ([], [3], [5, 4, 3], [0, 1, 7, 9, 10, 39], range(40)):
        selection = table.selectionModel()
        selection.select(selection_of(model, np.array(rows, np.int64)), ONLY)
        assert rows_of(selection) == sorted(rows)
        assert all(b[0] > a[1] + 1 for a, b in pairwise(selected_runs(selection)))
