"""The scores as the window shows them."""

from dataclasses import replace

import pytest

from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.studying import Studying
from audioclust_gui.views.results import ResultsView
from engine.audio.dataset import Clip, Dataset
from engine.clustering.metrics import External, Scores
from engine.projects.project import Project, View

SCORES = Scores(
    nmi=0.714,
    accuracy=0.5,
    ari=0.25,
    ami=0.7,
    purity=0.6,
    silhouette=-0.125,
    calinski_harabasz=12_345.6,
    davies_bouldin=1.5,
    n_clusters=7,
    coverage=1.0,
    labelled=3,
    sampled=None,
)


@pytest.fixture
def show(qtbot, tmp_path):
    document = Document()
    clips = (Clip("a.wav"), Clip("b.wav"), Clip("c.wav"))
    labelled = Dataset("sounds", clips, {"label": ("a", "b", "b")}, "label")
    document.open(Project(labelled), tmp_path / "a.audioclust", View(None, ()))
    view = ResultsView(document, Studying(document, Jobs()))
    qtbot.addWidget(view)

    def begin(scores):
        document.amend(replace(document.project, scores=scores))
        texts = {name: label.text() for name, label in view.values.items()}
        return texts, view.notes.text()

    return begin


def test_before_there_are_scores_there_are_dashes(show):
    values, notes = show(None)
    assert values["nmi"] == values["silhouette"] == "–"
    assert values["ami"] == "AMI –"
    assert notes == ""


def test_every_score_is_shown(show):
    values, notes = show(SCORES)
    assert (values["nmi"], values["accuracy"], values["ari"]) == (
        "0.71",
        "0.50",
        "0.25",
    )
    assert values["silhouette"] in ("-0.12", "-0.13")
    assert values["ami"] == "AMI 0.70"
    assert values["purity"] == "Purity 0.60"
    assert values["davies_bouldin"] == "DB 1.50"
    assert values["calinski_harabasz"] == "CH 12,346"
    assert notes == "7 clusters."


def test_no_score_is_minus_zero(show):
    values, _ = show(replace(SCORES, ami=-0.004, ari=-0.0))
    assert (values["ami"], values["ari"]) == ("AMI 0.00", "0.00")


def test_noise_is_told_with_the_scores_without_it(show):
    clustered = External(nmi=0.9, accuracy=0.8, ari=0.75)
    _, notes = show(replace(SCORES, coverage=0.8, clustered=clustered))
    assert "80.0% of the clips are in them" in notes
    assert "Without noise NMI 0.90, accuracy 0.80, ARI 0.75." in notes


def test_all_noise_has_no_scores_to_speak_of(show):
    _, notes = show(Scores(n_clusters=0, coverage=0.0, labelled=3))
    assert notes == "0 clusters."


def test_only_all_of_them_are_all(show):
    almost = External(nmi=0.9991, accuracy=399 / 400, ari=0.997, purity=399 / 400)
    near = replace(
        SCORES, accuracy=399 / 400, purity=399 / 400, silhouette=0.996, nmi=1 - 1e-15
    )
    near = replace(near, davies_bouldin=0.997, coverage=0.9998, clustered=almost)
    values, notes = show(near)
    assert (values["accuracy"], values["purity"]) == ("0.99", "Purity 0.99")
    assert (values["silhouette"], values["nmi"]) == ("0.99", "1.00")
    assert values["davies_bouldin"] == "DB 1.00"
    assert "99.9% of the clips" in notes
    assert "NMI 0.99, accuracy 0.99, ARI 0.99." in notes
