"""How many clusters suit: the scores of every number, and the ones they suggest."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.document import Document
from audioclust_gui.suggesting import Suggesting, Suggestion
from audioclust_gui.widgets.curves_table import CurvesTable
from engine.clustering.methods import METHODS

_INVITATION = "Run > Suggest clusters compares numbers of clusters."
_COLUMN = 96  # pixels, at least


class SuggestionsView(QWidget):
    """A row for every number of clusters, and the button that uses it.

    Parameters
    ----------
    document : Document
    suggesting : Suggesting
    """

    def __init__(
        self,
        document: Document,
        suggesting: Suggesting,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._suggesting = suggesting
        self._shown: Suggestion | None = None
        self.model = CurvesTable(self)
        self.table = QTreeView()
        self.table.setModel(self.model)
        self.table.setAccessibleName("Scores by number of clusters")
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setAlternatingRowColors(True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.activated.connect(self._use_current)
        self.table.selectionModel().currentChanged.connect(self._show_button)
        self.model.modelReset.connect(self._show_button)
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.use = QPushButton()
        self.use.clicked.connect(self._use_current)
        foot = QHBoxLayout()
        foot.addWidget(self.words, 1)
        foot.addWidget(self.use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addWidget(self.table)
        layout.addLayout(foot)
        suggesting.found.connect(self._take)
        document.replaced.connect(self._clear)
        # Bound methods, so that connections end with the view.
        document.changed.connect(self._show_words)
        self._clear()

    def _take(self, suggestion: Suggestion) -> None:
        self._shown = suggestion
        self.model.set_curves(suggestion.curves)
        for column in range(self.model.columnCount() - 1):
            width = self.table.header().sectionSizeHint(column)
            self.table.setColumnWidth(column, max(_COLUMN, width))
        votes = Counter(suggestion.curves.suggestions.values()).most_common(1)
        row = self.model.row_of(votes[0][0]) if votes else 0
        self.table.setCurrentIndex(self.model.index(row, 0))
        QTimer.singleShot(0, self._reveal)  # when the panel has its size
        self._show_words()

    def _reveal(self) -> None:
        middle = QAbstractItemView.ScrollHint.PositionAtCenter
        self.table.scrollTo(self.table.currentIndex(), middle)

    def _clear(self) -> None:
        self._shown = None
        self.model.set_curves(None)
        self._show_words()

    def _show_words(self) -> None:
        self._show_button()
        if self._shown is None:
            self.words.setText(_INVITATION)
            return
        label = METHODS[self._shown.pipeline.method].label
        suggested = self._shown.curves.suggestions.values()
        words = [f"{label}. In bold: what a score is in favour of."]
        if self.model.k_of(self.model.rowCount() - 1) in suggested:
            words.append("The last is one of these: compare more.")
        if self._shown.curves.sampled is not None:
            words.append(f"Silhouette of a sample of {self._shown.curves.sampled:,}.")
        if not self._shown.answers(self._document.pipeline):
            words = [f"{label}, before the pipeline was changed: compare again."]
        self.words.setText(" ".join(words))

    def _show_button(self) -> None:
        k = self._k()
        asked = self._document.pipeline.n_clusters
        self.use.setText(f"Use {k:,} clusters" if k else "Use")
        self.use.setToolTip("Ask for as many clusters as the selected row  (Return)")
        self.use.setEnabled(k > 0 and asked not in (None, k))

    def _k(self) -> int:
        index = self.table.currentIndex()
        return self.model.k_of(index.row()) if index.isValid() else 0

    def _use_current(self) -> None:
        if k := self._k():
            self._suggesting.use(k)
