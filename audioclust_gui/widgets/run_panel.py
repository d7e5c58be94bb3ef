"""The runs in a table, and what can be done with the one that is looked at."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QGridLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.forms import CountBox
from audioclust_gui.training import Training
from audioclust_gui.widgets.looks import Looks
from audioclust_gui.widgets.rows_view import RowsView
from audioclust_gui.widgets.run_table import NAME, RunTable
from engine.autoencoder.runs import FINISHED, Run
from engine.projects.edits import LONGEST_NAME

_NAME, _COLUMN = 150, 44  # pixels: the least of names, and of other columns
_LONG, _SIGNS = 240, 54  # of long names, and of the box and the sign before them
_MEASURED = 30  # runs, by whose words columns are made wide enough
_FURTHER = 50  # epochs, until another number is typed
_MOST = 100_000
_RESUME = "Go on with the selected run where it was kept last"
_MORE = "Train the selected run for so many more epochs"
_RECIPE = "Make the next run by the recipe of the selected one"
_REMOVE = "Move the selected run, with its networks, to the trash  (Delete)"


class RunPanel(QWidget):
    """A row for every run; the current one is looked at.

    Parameters
    ----------
    training : Training
    looks : Looks
    """

    recipe_taken = Signal()

    def __init__(
        self, training: Training, looks: Looks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._training = training
        self._looks = looks
        self.model = RunTable(self)
        self.table = _RunRows()
        self.table.setModel(self.model)
        self.resume = _button("Resume", _RESUME, self._resume)
        self.more = _button("Train on", _MORE, self._train_on)
        self.recipe = _button("Take its recipe", _RECIPE, self._take_recipe)
        self.remove = _button("Remove", _REMOVE, self._remove)
        self.further = CountBox("epochs")
        self.further.setRange(1, _MOST)
        self.further.setValue(_FURTHER)
        self.further.setStepType(CountBox.StepType.AdaptiveDecimalStepType)
        self.further.setAccessibleName("More epochs")
        self.further.setToolTip("How many more epochs the selected run is trained for")
        self._arrange()
        self._connect()
        self._fit_columns()
        self._show()

    def set_dark(self, dark: bool) -> None:
        """Use the colours of the dark or the light theme."""
        self.model.set_dark(dark)

    def set_used(self, run_id: str) -> None:
        """Mark the run whose network describes the clips; "" for none."""
        self.model.set_used(run_id)
        self._fit_names()

    def _arrange(self) -> None:
        header = self.table.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        header.setDefaultSectionSize(_COLUMN)
        header.setMinimumSectionSize(_COLUMN)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.setMinimumHeight(60)
        grid = QGridLayout()
        grid.setSpacing(4)
        grid.addWidget(self.resume, 0, 0)
        grid.addWidget(self.further, 0, 1)
        grid.addWidget(self.more, 0, 2)
        grid.addWidget(self.recipe, 1, 0, 1, 2)
        grid.addWidget(self.remove, 1, 2)
        grid.setColumnStretch(3, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        column.setSpacing(4)
        column.addWidget(self.table, 1)
        column.addLayout(grid)

    def _connect(self) -> None:
        training = self._training
        rename = QAction("Re&name…", self.table, shortcut=QKeySequence("F2"))
        rename.triggered.connect(self._rename)
        remove = QAction("Re&move", self.table)
        remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        remove.triggered.connect(self._remove)
        for action in (rename, remove):
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.table.addAction(action)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.table.selectionModel().currentRowChanged.connect(self._go)
        self.model.shown_chosen.connect(training.show)
        self.model.named.connect(training.rename)
        self.model.modelReset.connect(self._fit_columns)
        training.runs_changed.connect(self._show)
        training.shown_changed.connect(self._show)
        training.state_changed.connect(self._offer)
        self._looks.changed.connect(self._show_current)

    def refresh(self) -> None:
        """Show how far the runs are."""
        self._show()

    def _show(self) -> None:
        with QSignalBlocker(self.table.selectionModel()):
            self.model.set_runs(self._training.runs, self._training.shown)
        self._show_current()

    def _show_current(self) -> None:
        """Make the run that is looked at the current row; emits nothing."""
        run = self._looks.run
        row = -1 if run is None else self.model.row_of(run.id)
        if row != self.table.currentIndex().row():
            column = max(self.table.currentIndex().column(), NAME)
            with QSignalBlocker(self.table.selectionModel()):
                index = self.model.index(row, column) if row >= 0 else QModelIndex()
                self.table.setCurrentIndex(index)
            self.table.viewport().update()
        self._offer()

    def _offer(self) -> None:
        """Offer what can be done with the current run."""
        training, run = self._training, self._current
        free = run is not None and not run.alive and run.id != training.live_run
        able = free and run.resumable and training.runnable
        self.resume.setEnabled(able and run.state != FINISHED)
        self.more.setEnabled(able)
        self.further.setEnabled(able)
        self.recipe.setEnabled(run is not None)
        self.remove.setEnabled(free)

    def _fit_columns(self) -> None:
        header = self.table.horizontalHeader()
        for column in range(NAME + 1, self.model.columnCount()):
            needed = self._widest(column) + 12
            heading = header.sectionSizeHint(column)
            header.resizeSection(column, max(_COLUMN, needed, heading))
        self._fit_names()

    def _widest(self, column: int) -> int:
        """Return the pixels of the longest text of a column."""
        runs = range(min(self.model.rowCount(), _MEASURED))
        width = self.table.fontMetrics().horizontalAdvance
        words = (self.model.index(row, column).data() for row in runs)
        return max((width(text) for text in words), default=0)

    def _fit_names(self) -> None:
        """Give names what they need, or the room that is left where that is more."""
        header = self.table.horizontalHeader()
        taken = header.length() - header.sectionSize(NAME)
        needed = min(max(_NAME, self._widest(NAME) + _SIGNS), _LONG)
        header.resizeSection(NAME, max(needed, self.table.room() - taken))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_names()

    @property
    def _current(self) -> Run | None:
        return self.model.run_at(self.table.currentIndex().row())

    def _go(self, index: QModelIndex) -> None:
        run = self.model.run_at(index.row()) if index.isValid() else None
        if run is not None:
            self._looks.go_to(run.id)

    def _resume(self) -> None:
        if (run := self._current) is not None:
            self._training.resume(run.id)

    def _train_on(self) -> None:
        if (run := self._current) is not None:
            self._training.more(run.id, self.further.value())

    def _take_recipe(self) -> None:
        if (run := self._current) is not None:
            self._training.choose(run.recipe)
            self.recipe_taken.emit()

    def _rename(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            self.table.edit(index.siblingAtColumn(NAME))

    def _remove(self) -> None:
        run = self._current
        if run is not None and self.remove.isEnabled():
            self._training.remove(run.id)


class _RunRows(RowsView):
    """Rows of which one is current; the space bar shows or hides its curves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Runs")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.SelectedClicked)
        self.setItemDelegate(_BoxDelegate(self))

    def event(self, event: QEvent) -> bool:
        # Else the window would take the key: there the space bar plays.
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and event.key() == Qt.Key.Key_Space and self.model().rowCount():
            event.accept()
            return True
        return super().event(event)

    def edit(
        self,
        index: QModelIndex,
        trigger: QAbstractItemView.EditTrigger | None = None,
        event: QEvent | None = None,
    ) -> bool:
        if trigger is None:
            trigger = QAbstractItemView.EditTrigger.AllEditTriggers
        opened = super().edit(index, trigger, event)
        line = self.indexWidget(index)
        if opened and isinstance(line, QLineEdit):
            line.setMaxLength(LONGEST_NAME)
            line.setAccessibleName("Name of the run")
        return opened

    def keyPressEvent(self, event: QEvent) -> None:
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            named = index.siblingAtColumn(NAME)
            role = Qt.ItemDataRole.CheckStateRole
            on = named.data(role) == Qt.CheckState.Checked
            wanted = Qt.CheckState.Unchecked if on else Qt.CheckState.Checked
            self.model().setData(named, wanted, role)
            return
        super().keyPressEvent(event)


class _BoxDelegate(QStyledItemDelegate):
    """Draws boxes as the theme has them elsewhere: on a dark row they are unseen."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        super().initStyleOption(option, index)
        base = QPalette.ColorRole.Base
        option.palette.setColor(base, QApplication.palette("QCheckBox").color(base))


def _button(words: str, help_: str, clicked: object) -> QPushButton:
    button = QPushButton(words, toolTip=help_)
    button.clicked.connect(clicked)
    return button
