"""What is known of the clusters belongs to these clusters and to no others."""

from dataclasses import replace

import numpy as np
import pytest

from audioclust_gui import describing as module
from audioclust_gui.describing import Describing
from audioclust_gui.document import Document
from audioclust_gui.jobs import Job
from audioclust_gui.worker import Failure
from engine.clustering.describing import ClusterReport, describe
from engine.errors import FeaturesMissingError
from engine.projects.curation import rename
from tests.gui.on_paper import collection


class Asked:
    """Takes questions, and leaves the answers to the test."""

    def __init__(self):
        self.jobs = []

    def ask(self, target, *args, title, then, slot):
        job = Job(target, args, title)
        job.succeeded.connect(then)
        self.jobs.append(job)
        return job

    def answer(self, which=-1):
        job = self.jobs[which]
        _, _, labels, truth = job.args
        job.settle("succeeded", describe(labels, truth, np.eye(len(labels))))


@pytest.fixture
def asked(monkeypatch):
    monkeypatch.setattr(module, "_SETTLED_MS", 1)
    return Asked()


@pytest.fixture
def document(tmp_path, asked):
    document = Document()
    document.describing = Describing(document, asked)
    document.open(collection(40, n_clusters=5), tmp_path / "p.audioclust")
    return document


def test_reports_come_once_the_clusters_have_settled(qtbot, document, asked):
    describing = document.describing
    assert not describing.reports
    qtbot.waitUntil(lambda: len(asked.jobs) == 1)
    with qtbot.waitSignal(describing.changed):
        asked.answer()
    reports = describing.reports
    assert sorted(reports) == [0, 1, 2, 3, 4]
    assert sum(report.size for report in reports.values()) == 40
    project = document.project
    assert all(project.labels[reports[i].medoid] == i for i in reports)
    # Names and scores change nothing about the clusters.
    document.commit(rename(project, int(project.clusters.nodes[1]), "owls"), "rename")
    assert describing.reports is reports
    qtbot.wait(20)
    assert len(asked.jobs) == 1


def test_a_drag_asks_nothing_until_it_is_released(qtbot, document, asked):
    describing = document.describing
    qtbot.waitUntil(lambda: len(asked.jobs) == 1)
    before = document.project
    document.preview(before.with_n_clusters(6))
    assert asked.jobs[0].cancel_asked, "the scores of the drag would wait for it"
    asked.answer()  # too late
    for k in (7, 8, 9):
        document.preview(before.with_n_clusters(k))
        assert not describing.reports
        qtbot.wait(10)
    assert len(asked.jobs) == 1
    document.commit(document.project, "move")
    qtbot.waitUntil(lambda: len(asked.jobs) == 2)
    asked.answer()
    assert len(describing.reports) == 9


def test_who_drags_back_finds_again_what_was_known(qtbot, document, asked):
    describing = document.describing
    qtbot.waitUntil(lambda: len(asked.jobs) == 1)
    asked.answer()
    before = document.project
    for k in range(6, 36):
        document.preview(before.with_n_clusters(k))
    assert not describing.reports
    document.commit(document.project.with_n_clusters(5), "move")
    assert len(describing.reports) == 5
    qtbot.wait(20)
    assert len(asked.jobs) == 1


def test_other_labels_are_another_question(qtbot, document, asked):
    describing = document.describing
    qtbot.waitUntil(lambda: len(asked.jobs) == 1)
    dataset = document.project.dataset
    other = dataset.with_label_column(None)
    document.commit(replace(document.project, dataset=other), "score by no label")
    asked.answer(0)
    assert not describing.reports
    qtbot.waitUntil(lambda: len(asked.jobs) == 2)
    asked.answer()
    assert describing.reports[0].majority is None


def test_other_groups_alike_are_another_question(qtbot, document, asked):
    qtbot.waitUntil(lambda: len(asked.jobs) == 1)
    asked.answer()
    grouping = document.project.grouping
    document.amend(replace(document.project, grouping=replace(grouping)))
    assert not document.describing.reports
    qtbot.waitUntil(lambda: len(asked.jobs) == 2)


def test_another_project_knows_nothing_of_the_last(qtbot, document, asked, tmp_path):
    qtbot.waitUntil(lambda: len(asked.jobs) == 1)
    asked.answer()
    document.open(document.project, tmp_path / "q.audioclust")
    assert not document.describing.reports
    qtbot.waitUntil(lambda: len(asked.jobs) == 2)


def test_a_crash_is_tried_again_once_and_then_told(qtbot, document, asked):
    told = []
    document.describing.troubled.connect(lambda *words: told.append(words))
    qtbot.waitUntil(lambda: len(asked.jobs) == 1)
    asked.jobs[-1].settle("crashed", "It fell")
    qtbot.waitUntil(lambda: len(asked.jobs) == 2)
    assert not told
    asked.jobs[-1].settle("crashed", "It fell again")
    assert told == [("A worker process ended", "It fell again")]


def test_what_has_no_features_is_asked_again_when_it_has(qtbot, document, asked):
    told = []
    document.describing.troubled.connect(lambda *words: told.append(words))
    qtbot.waitUntil(lambda: len(asked.jobs) == 1)
    gone = Failure("Gone", kind=FeaturesMissingError.__name__)
    asked.jobs[-1].settle("failed", gone)
    assert not told, "the scores say it, and see to it"
    extraction = document.project.extraction
    document.amend(replace(document.project, extraction=None))
    qtbot.wait(20)
    assert len(asked.jobs) == 1
    document.amend(replace(document.project, extraction=extraction))
    qtbot.waitUntil(lambda: len(asked.jobs) == 2)
    asked.jobs[-1].settle("failed", Failure("No room"))
    assert told == [("Describing the clusters", "No room")]


def test_before_anything_is_grouped_nothing_is_asked(qtbot, document, asked, tmp_path):
    bare = replace(document.project, grouping=None)
    document.open(bare, tmp_path / "q.audioclust")
    qtbot.wait(20)
    assert not asked.jobs
    assert document.describing.reports == {}


def test_the_reports_name_the_noise_too(qtbot, document, asked):
    qtbot.waitUntil(lambda: len(asked.jobs) == 1)
    asked.jobs[-1].settle("succeeded", (ClusterReport(0, 39), ClusterReport(-1, 1)))
    assert document.describing.reports[-1].size == 1
