"""Scores belong to the labels and to the column that were asked about."""

from dataclasses import replace
from pathlib import Path

from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.scoring import Scoring
from audioclust_gui.studying import Studying
from engine.audio.dataset import Clip, Dataset
from engine.clustering.metrics import score
from engine.projects.project import Project


def test_scores_against_another_column_come_too_late(qtbot, tmp_path: Path) -> None:
    columns = {"bird": ("wren", "robin"), "day": ("1", "2")}
    dataset = Dataset("x", (Clip("a.wav"), Clip("b.wav")), columns, "bird")
    document = Document()
    document.open(Project(dataset), tmp_path / "x.audioclust")
    jobs = Jobs()
    scoring = Scoring(document, jobs, Studying(document, jobs), document)
    labels, by_bird = document.project.labels, dataset.labels
    late = score(labels, by_bird)

    other = dataset.with_label_column("day")
    document.commit(replace(document.project, dataset=other), "score by day")
    scoring._keep(labels, by_bird, late)
    assert document.project.scores is None
    scoring._keep(labels, other.labels, late)
    assert document.project.scores is late
