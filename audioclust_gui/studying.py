"""Knows what every cut of the present tree is worth, before a hand moves it there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job, Jobs
from audioclust_gui.worker import Failure
from engine.clustering.metrics import Scores
from engine.errors import FeaturesMissingError
from engine.projects.pipeline import Pipeline
from engine.projects.project import Project
from engine.projects.tree_steps import Study

Keys = tuple[str | None, ...]

_ATTEMPTS = 2
_KEPT = 4  # studies: what undo and another label column come back to
_TITLE = "Scores of every cut"


@dataclass(frozen=True, eq=False)
class _Question:
    """What a study is of: a tree and the labels it is compared with."""

    linkage: NDArray[np.float64]
    rows: NDArray[np.int64]
    pipeline: Pipeline
    truth: tuple[str, ...] | None

    @cached_property
    def labelled(self) -> int:
        """Clips of the tree that have a label."""
        truth = self.truth
        if truth is None:
            return 0
        return sum(bool(truth[row]) for row in self.rows.tolist())

    def same(self, other: _Question | None) -> bool:
        """Tell whether the answer to one is that to the other."""
        return (
            other is not None
            and self.linkage is other.linkage
            and self.truth is other.truth
        )


class Studying(QObject):
    """Studies the document's tree whenever there is another one.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    found = Signal(object)  # Study
    troubled = Signal(str, str)

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(document)
        self._document = document
        self._jobs = jobs
        self._found: list[tuple[_Question, Study]] = []
        self._asked: _Question | None = None  # being studied, or given up
        self._job: Job | None = None
        self._left = _ATTEMPTS
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._ask)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)

    @property
    def study(self) -> Study | None:
        """What is known of the present tree; None until it is."""
        known = self._known(self._document.project)
        return None if known is None else known[1]

    @property
    def refusal(self) -> str:
        """Why the present tree cannot be studied; "" where it can, or there is none."""
        project = self._document.project
        keys, grouping = features_at_hand(project), project.grouping
        if keys is None or grouping is None or grouping.hierarchy is None:
            return ""
        usable = np.flatnonzero([key is not None for key in keys])
        if np.array_equal(usable, grouping.rows):
            return ""
        return "The leaves are not the clips with features: only shown cuts are scored"

    def scores_at(self, project: Project) -> Scores | None:
        """Return the scores of the project's cut as far as they are known already.

        Only those that the curves hold, and none where a branch has a cut of its own:
        the curves are of cuts across the whole tree.
        """
        known, k = self._known(project), project.cut
        if known is None or k is None or project.edits.branches.cuts:
            return None
        question, study = known
        curves = study.curves
        at = int(np.searchsorted(curves.k, k))
        if at == len(curves.k) or curves.k[at] != k:
            return None

        def score(curve: NDArray[np.float64] | None) -> float | None:
            return None if curve is None or np.isnan(curve[at]) else float(curve[at])

        return Scores(
            nmi=score(curves.nmi),
            accuracy=score(curves.accuracy),
            ari=score(curves.ari),
            silhouette=score(curves.silhouette),
            davies_bouldin=score(curves.davies_bouldin),
            calinski_harabasz=score(curves.calinski_harabasz),
            n_clusters=k,
            coverage=1.0,
            labelled=question.labelled,
            sampled=curves.sampled,
        )

    def _known(self, project: Project) -> tuple[_Question, Study] | None:
        question = _question_of(project)
        if question is None:
            return None
        return next((found for found in self._found if question.same(found[0])), None)

    def _on_changed(self, old: Project, new: Project) -> None:
        if (
            old.grouping is not new.grouping
            or old.extraction is not new.extraction
            or old.dataset is not new.dataset
        ):
            if old.extraction is not new.extraction:
                self._asked = None  # what failed for want of features may be tried
            self._timer.start()

    def _on_replaced(self) -> None:
        self._found.clear()
        self._asked = None
        self._timer.start()

    def _ask(self) -> None:
        project = self._document.project
        question, keys = _question_of(project), features_at_hand(project)
        if question is None or keys is None or self.refusal:
            self._stop()
            return
        known = self._known(project)
        if known is not None:
            self._stop()
            self.found.emit(known[1])
        elif not question.same(self._asked):
            self._left = _ATTEMPTS
            self._run(question, keys)

    def _run(self, question: _Question, keys: Keys) -> None:
        self._asked = question
        self._job = job = self._jobs.ask(
            "engine.projects.tree_steps:study",
            keys,
            question.pipeline,
            question.linkage,
            question.truth,
            title=_TITLE,
            then=lambda study: self._keep(question, study),
            slot="study",
        )
        job.ended.connect(lambda _: self._forget(job))
        job.failed.connect(lambda why: self._failed(question, why))
        job.crashed.connect(lambda text: self._crashed(question, keys, text))

    def _stop(self) -> None:
        """Leave a question that nobody asks any more."""
        if self._job is not None:
            self._job.cancel()
        self._job = self._asked = None

    def _forget(self, job: Job) -> None:
        if job is self._job:
            self._job = None

    def _keep(self, question: _Question, study: Study) -> None:
        self._found.append((question, study))
        del self._found[:-_KEPT]
        if question.same(_question_of(self._document.project)):
            self._asked = None
            self.found.emit(study)

    def _failed(self, question: _Question, failure: Failure) -> None:
        # Features that are gone are found missing by the scores, which see to it.
        if failure.kind != FeaturesMissingError.__name__ and question.same(self._asked):
            self.troubled.emit(_TITLE, failure.message)

    def _crashed(self, question: _Question, keys: Keys, text: str) -> None:
        if not question.same(self._asked):
            return
        self._left -= 1
        if self._left and question.same(_question_of(self._document.project)):
            self._run(question, keys)
        else:
            self.troubled.emit("A worker process ended", text)


def features_at_hand(project: Project) -> Keys | None:
    """Return where the features are that the groups were made from.

    Returns
    -------
    tuple of str or None, one per clip
        None where the project has no groups, or other features, or none.
    """
    done, grouping = project.extraction, project.grouping
    if done is None or grouping is None:
        return None
    asked = grouping.pipeline
    same = (done.preparation, done.params) == (asked.preparation, asked.features)
    return done.keys if same else None


def _question_of(project: Project) -> _Question | None:
    grouping, truth = project.grouping, project.dataset.labels
    if grouping is None or grouping.linkage is None or len(grouping.rows) < 2:
        return None
    return _Question(grouping.linkage, grouping.rows, grouping.pipeline, truth)
