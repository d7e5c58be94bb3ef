"""The scores of the present groups, and what the method wants to say about them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from audioclust_gui.document import Document
from audioclust_gui.studying import Studying
from audioclust_gui.widgets.steady_label import SteadyLabel
from engine.clustering.metrics import Scores, below_1, written
from engine.projects.project import Project

_MAIN = (
    ("nmi", "NMI", "Mutual information with the labels, 0 to 1; equals the V-measure"),
    ("accuracy", "Accuracy", "Share of clips, clusters matched to labels at best"),
    ("ari", "ARI", "Adjusted Rand index: 0 is chance, 1 the labels themselves"),
    ("silhouette", "Silhouette", "How far clusters lie apart, -1 to 1; needs no label"),
)
_FURTHER = (
    ("ami", "AMI", "Adjusted mutual information: 0 is chance, 1 the labels themselves"),
    (
        "purity",
        "Purity",
        "Share of clips with the most frequent label of their cluster",
    ),
    ("davies_bouldin", "DB", "Davies-Bouldin index: the lower, the further apart"),
    (
        "calinski_harabasz",
        "CH",
        "Calinski-Harabasz index: the higher, the further apart",
    ),
)
_SAID_BEFORE = {name: words for name, words, _ in _FURTHER}
_CENTRE = Qt.AlignmentFlag.AlignHCenter


class ResultsView(QWidget):
    """Four scores, and four more in small.

    Parameters
    ----------
    document : Document
    studying : Studying
        What it knows is shown until the scores of the present labels are there.

    Attributes
    ----------
    notes : SteadyLabel
        The number of clusters, and what else there is to say. It grows and shrinks:
        the window puts it where that moves nothing a person is about to click.
    """

    def __init__(
        self, document: Document, studying: Studying, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._studying = studying
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(0)
        self.values: dict[str, SteadyLabel] = {}
        for i, (name, words, help_) in enumerate(_MAIN):
            title, value = QLabel(words), SteadyLabel(align=_CENTRE)
            font = value.font()
            font.setPointSizeF(font.pointSizeF() * 1.35)
            font.setBold(True)
            value.setFont(font)
            self._add(name, words, help_, value)
            title.setToolTip(help_)
            title.setAlignment(_CENTRE)
            title.setForegroundRole(title.palette().ColorRole.PlaceholderText)
            grid.addWidget(value, 0, i)
            grid.addWidget(title, 1, i)
        for i, (name, words, help_) in enumerate(_FURTHER):
            value = SteadyLabel(align=_CENTRE)
            self._add(name, words, help_, value)
            grid.addWidget(value, 2, i)
        self.notes = SteadyLabel(wrap=True)
        self.notes.setAccessibleName("Notes on the scores")
        self.notes.setContentsMargins(10, 0, 10, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(grid)
        # Bound methods, so that connections end with the view.
        document.changed.connect(self._show)
        document.replaced.connect(self._show)
        studying.found.connect(self._show)
        self._show()

    def _add(self, name: str, words: str, help_: str, value: SteadyLabel) -> None:
        value.setAccessibleName(words)
        value.setToolTip(help_)
        self.values[name] = value

    def _show(self) -> None:
        project = self._document.project
        scores = project.scores or self._studying.scores_at(project)
        for name, label in self.values.items():
            value = _shown(name, None if scores is None else getattr(scores, name))
            label.setText(f"{_SAID_BEFORE.get(name, '')} {value}".lstrip())
        self.notes.setText("  ".join(self._words(project, scores)))

    def _words(self, project: Project, scores: Scores | None) -> list[str]:
        words: list[str] = []
        if scores is not None:
            count = scores.n_clusters
            words.append("1 cluster." if count == 1 else f"{count:,} clusters.")
            words += _of_noise(scores)
            if project.dataset.labels is None and scores.silhouette is not None:
                words.append("No labels, so only scores without them are known.")
            if scores.sampled is not None:
                words.append(f"Silhouette of a sample of {scores.sampled:,}.")
        if project.grouping is not None:
            words += [note.rstrip(".") + "." for note in project.grouping.notes]
        return words


def _of_noise(scores: Scores) -> list[str]:
    """Say how much is in clusters, and what that part alone would score."""
    if scores.n_clusters == 0 or scores.coverage == 1.0:
        return []
    words = [f"{below_1(scores.coverage, 3):.1%} of the clips are in them."]
    inside = scores.clustered
    if inside.nmi is not None:
        words.append(
            f"Without noise NMI {_shown('nmi', inside.nmi)}, accuracy "
            f"{_shown('accuracy', inside.accuracy)}, ARI {_shown('ari', inside.ari)}."
        )
    return words


def _shown(name: str, value: float | None) -> str:
    """Write a score with two decimals, and a large one without any."""
    if value is None:
        return "–"
    return written(name, value, 2) if abs(value) < 100.0 else f"{value:,.0f}"
