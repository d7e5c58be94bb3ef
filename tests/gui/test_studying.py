"""What every cut is worth: known in the background, and shown while a hand drags."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QObject

from audioclust_gui.document import Document
from audioclust_gui.jobs import Job
from audioclust_gui.studying import Studying, features_at_hand
from audioclust_gui.worker import Failure
from engine.audio.dataset import Clip, Dataset
from engine.clustering.curves import Curves
from engine.clustering.linkage import linkage
from engine.features.extraction import Extraction
from engine.projects import curation
from engine.projects.pipeline import Pipeline
from engine.projects.project import Grouping, Project
from engine.projects.tree_steps import Study
from tests.gui.road import WAIT

N = 6


def grown(seed: int) -> Grouping:
    matrix = np.random.default_rng(seed).normal(size=(N, 3)).astype(np.float32)
    rows, flat = np.arange(N), np.zeros(N, np.int32)
    return Grouping(Pipeline(), rows, flat, linkage(matrix, "ward", "euclidean"))


def studied(nmi: float | None = 0.5) -> Study:
    k = np.arange(1, N)
    values = np.full(len(k), 0.25)
    values[0] = np.nan
    external = None if nmi is None else np.full(len(k), nmi)
    curves = Curves(k, values, values, values, values, external, external, external, 99)
    return Study(curves, np.zeros(2 * N - 1, np.float32))


class Asked(QObject):
    """Stands for the workers: keeps questions, for tests to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.questions = []
        self.jobs = []

    def ask(self, target, *args, title, then, slot):
        assert slot == "study"
        self.questions.append((target, args))
        self.jobs.append(Job(target, args, title))
        self.answer = then
        return self.jobs[-1]


@pytest.fixture
def place(qtbot, tmp_path):
    document, jobs = Document(), Asked()
    studying = Studying(document, jobs)
    columns = {"bird": ("wren",) * 5 + ("",), "day": tuple("123456")}
    dataset = Dataset("x", tuple(Clip(f"{i}.wav") for i in range(N)), columns, "bird")
    pipeline = Pipeline().with_n_clusters(3)
    extraction = Extraction(("key",) * N, (), N, 0)
    project = Project(dataset, pipeline, extraction, grown(1))
    document.open(project, tmp_path / "x.audioclust")
    qtbot.waitUntil(lambda: len(jobs.questions) == 1)
    return document, jobs, studying


def test_a_tree_is_studied_with_its_features_and_labels(place, qtbot):
    document, jobs, studying = place
    target, (keys, pipeline, tree, truth) = jobs.questions[0]
    assert target == "engine.projects.tree_steps:study"
    assert keys == features_at_hand(document.project) == ("key",) * N
    assert pipeline is document.project.grouping.pipeline
    assert tree is document.project.grouping.linkage
    assert truth is document.project.dataset.labels
    assert studying.study is None
    study = studied()
    with qtbot.waitSignal(studying.found) as found:
        jobs.answer(study)
    assert found.args[0] is study is studying.study


def test_scores_of_a_cut_are_read_off_the_curves(place):
    document, jobs, studying = place
    project = document.project
    assert studying.scores_at(project) is None
    jobs.answer(studied())
    scores = studying.scores_at(project)
    assert (scores.n_clusters, scores.nmi, scores.silhouette) == (3, 0.5, 0.25)
    assert (scores.labelled, scores.coverage, scores.sampled) == (5, 1.0, 99)
    assert scores.ami is None
    assert studying.scores_at(project.with_n_clusters(1)).silhouette is None
    assert studying.scores_at(project.with_n_clusters(N)) is None  # off the curves


def test_branches_with_lines_of_their_own_are_not_on_the_curves(place):
    document, jobs, studying = place
    jobs.answer(studied())
    tree = document.project.grouping.hierarchy
    node = int(tree.children[-1].max())
    assert studying.scores_at(curation.cut_here(document.project, node, N)) is None


def test_another_column_is_studied_and_the_first_is_remembered(place, qtbot):
    document, jobs, studying = place
    by_bird, by_day = studied(), studied(0.75)
    jobs.answer(by_bird)
    first = document.project
    other = first.dataset.with_label_column("day")
    document.commit(replace(first, dataset=other), "score by day")
    assert studying.study is None
    qtbot.waitUntil(lambda: len(jobs.questions) == 2)
    assert jobs.questions[1][1][3] is other.labels
    jobs.answer(by_day)
    assert studying.study is by_day
    with qtbot.waitSignal(studying.found) as found:
        document.undo()
    assert found.args[0] is by_bird is studying.study
    assert len(jobs.questions) == 2


def test_an_answer_about_another_tree_comes_too_late(place, qtbot):
    document, jobs, studying = place
    late = jobs.answer
    document.amend(replace(document.project, grouping=grown(2)))
    qtbot.waitUntil(lambda: len(jobs.questions) == 2)
    late(studied())
    assert studying.study is None


def test_a_failure_is_told_once_and_not_asked_again(place, qtbot):
    document, jobs, studying = place
    told = []
    studying.troubled.connect(lambda *words: told.append(words))
    jobs.jobs[0].failed.emit(Failure("no room"))
    document.amend(replace(document.project, layout=None))
    document.amend(replace(document.project, grouping=document.project.grouping))
    qtbot.wait(20)
    assert [words for _, words in told] == ["no room"]
    assert len(jobs.questions) == 1


def test_a_crash_is_tried_again_once(place):
    _, jobs, studying = place
    told = []
    studying.troubled.connect(lambda *words: told.append(words))
    jobs.jobs[0].crashed.emit("it ended")
    assert len(jobs.questions) == 2
    assert not told
    jobs.jobs[1].crashed.emit("it ended again")
    assert len(jobs.questions) == 2
    assert [words for _, words in told] == ["it ended again"]


def test_scores_follow_a_drag_and_the_rest_comes_on_release(qtbot, opened):
    studying, results = opened.studying, opened.window.results
    qtbot.waitUntil(lambda: studying.study is not None, timeout=WAIT)
    slider = opened.window.cut.slider
    slider.setSliderDown(True)
    for k in (4, 3, 2):
        slider.setSliderPosition(k)
        at = list(studying.study.curves.k).index(k)
        nmi = studying.study.curves.nmi[at]
        assert results.values["nmi"].text() == f"{nmi:.2f}"
        assert results.notes.text().startswith(f"{k} clusters.")
        assert results.values["ami"].text() == "AMI –"
    qtbot.wait(150)
    assert opened.document.project.scores is None  # nobody asked for them yet
    shown = studying.scores_at(opened.document.project)
    slider.setSliderDown(False)
    qtbot.waitUntil(lambda: opened.document.project.scores is not None, timeout=WAIT)
    scores = opened.document.project.scores
    for name in ("nmi", "accuracy", "ari", "silhouette", "davies_bouldin"):
        assert getattr(scores, name) == pytest.approx(getattr(shown, name), abs=1e-6)
    assert results.values["ami"].text() != "AMI –"
