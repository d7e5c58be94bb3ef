"""The scores of the present groups, and what the method wants to say about them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from audioclust_gui.document import Document
from engine.clustering.metrics import Scores
from engine.projects.project import Project

_ROWS = (
    ("nmi", "NMI", "Normalised mutual information with the labels, 0 to 1"),
    ("accuracy", "Accuracy", "Share of clips, clusters matched to labels at best"),
    ("ari", "ARI", "Adjusted Rand index: 0 is chance, 1 the labels themselves"),
    ("silhouette", "Silhouette", "How far clusters lie apart, -1 to 1; needs no label"),
)


class ResultsView(QWidget):
    """Four scores, the number of clusters, and notes.

    Parameters
    ----------
    document : Document
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(0)
        self.values: dict[str, QLabel] = {}
        for i, (name, words, help_) in enumerate(_ROWS):
            title, value = QLabel(words), QLabel("–")
            font = value.font()
            font.setPointSizeF(font.pointSizeF() * 1.35)
            font.setBold(True)
            value.setFont(font)
            value.setAccessibleName(words)
            for widget in (title, value):
                widget.setToolTip(help_)
                widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            title.setForegroundRole(title.palette().ColorRole.PlaceholderText)
            grid.addWidget(value, 0, i)
            grid.addWidget(title, 1, i)
            self.values[name] = value
        self._notes = QLabel()
        self._notes.setWordWrap(True)
        self._notes.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(grid)
        layout.addWidget(self._notes)
        # Bound methods, so that connections end with the view.
        document.changed.connect(self._show)
        document.replaced.connect(self._show)
        self._show()

    def _show(self) -> None:
        project = self._document.project
        scores = project.scores
        for name, label in self.values.items():
            value = None if scores is None else getattr(scores, name)
            label.setText("–" if value is None else f"{value:.2f}")
            label.setAccessibleDescription(label.text())
        self._notes.setText("  ".join(self._words(project, scores)))

    def _words(self, project: Project, scores: Scores | None) -> list[str]:
        words: list[str] = []
        if scores is not None:
            count = scores.n_clusters
            words.append("1 cluster." if count == 1 else f"{count:,} clusters.")
            if project.dataset.labels is None and scores.silhouette is not None:
                words.append("No labels, so only the silhouette is known.")
            if scores.sampled is not None:
                words.append(f"Silhouette of a sample of {scores.sampled:,}.")
        if project.grouping is not None:
            words += [note.rstrip(".") + "." for note in project.grouping.notes]
        return words
