"""Cells drawn cheaply look as the style draws them."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QStandardItemModel
from PySide6.QtWidgets import QApplication, QStyledItemDelegate

from audioclust_gui.plots.swatch import swatch
from audioclust_gui.theme import Theme
from audioclust_gui.widgets.cell_delegate import LOOKS, Cell, CellDelegate
from audioclust_gui.widgets.rows_view import RowsView
from tests.gui.pictures import pixels


class Table(QStandardItemModel):
    """Every kind of a cell, one to a row."""

    def __init__(self):
        super().__init__()
        bold = QFont(QApplication.font())
        bold.setBold(True)
        tint = QBrush(QColor(0, 120, 240, 60))
        faint = QBrush(QColor(130, 130, 130))
        self.cells = [
            Cell("Cluster 3", swatch(3, False)),
            Cell("a name that is far too long for this", swatch(11, False)),
            Cell(
                "a name that is far too long", None, elide=Qt.TextElideMode.ElideRight
            ),
            Cell("1,203", right=True),
            Cell("lit", swatch(-1, False), tint, None, bold),
            Cell("unused", None, None, faint),
            Cell("<b>no markup</b>"),
            Cell("名前と😀"),
            Cell(""),
        ]
        self.setRowCount(len(self.cells))
        self.setColumnCount(1)

    def cell(self, row, column):
        return self.cells[row]

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        return self.cells[index.row()].look(role) if role in LOOKS else None


class Styled(CellDelegate):
    """Leaves all cells to the style."""

    def paint(self, painter, option, index):
        QStyledItemDelegate.paint(self, painter, option, index)


def drawn(view):
    return pixels(view.viewport()).astype(int)


@pytest.fixture
def view(qtbot):
    view = RowsView()
    qtbot.addWidget(view)
    model = Table()
    model.setParent(view)
    view.setModel(model)
    view.resize(170, 270)
    view.setColumnWidth(0, 150)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("row", [None, 0, 3, 4])
def test_a_row_looks_as_the_style_would_draw_it(view, scheme, row):
    app = QApplication.instance()
    sheet, colours = app.styleSheet(), app.palette()
    Theme(app, scheme)
    if row is not None:
        view.selectRow(row)
    view.setItemDelegate(CellDelegate(view))
    ours = drawn(view)
    view.setItemDelegate(Styled(view))
    style = drawn(view)
    app.setStyleSheet(sheet)
    app.setPalette(colours)
    far = abs(ours - style).max(axis=2) > 24
    assert far.mean() < 0.001, np.flatnonzero(far.any(axis=1))


def test_a_text_is_laid_out_again_in_another_font_and_in_less_room(view):
    view.setItemDelegate(CellDelegate(view))
    before = drawn(view)
    view.setColumnWidth(0, 90)
    assert (drawn(view) != before).any()
    view.setColumnWidth(0, 150)
    assert (drawn(view) == before).all()
    font = view.font()
    font.setPointSizeF(font.pointSizeF() * 1.2)
    view.setFont(font)
    larger = drawn(view)
    assert (larger[:180] != before[:180]).any()
    view.setItemDelegate(CellDelegate(view))
    assert (drawn(view) == larger).all()


def test_the_cell_with_the_focus_and_a_table_that_cannot_be_used_say_so(view):
    view.setItemDelegate(CellDelegate(view))
    view.setFocus()
    view.setCurrentIndex(view.model().index(3, 0))
    focused = drawn(view)
    view.clearFocus()
    assert (drawn(view) != focused).any()
    usable = drawn(view)
    view.setEnabled(False)
    assert (drawn(view) != usable).any()
