"""The pipeline's panel: what cannot be is refused, and the form shows what is."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.places import SecondPlaces
from audioclust_gui.presets import Presets
from audioclust_gui.studying import Studying
from audioclust_gui.training import Training
from audioclust_gui.views.pipeline import PipelineView
from audioclust_gui.workflow import Workflow
from engine.errors import ParameterError
from engine.features.spectral import FeatureParams
from engine.projects.pipeline import Pipeline


@pytest.fixture
def view(qtbot, places):
    document = Document()
    jobs = Jobs()
    workflow = Workflow(document, jobs, Studying(document, jobs))
    presets = Presets(document, jobs)
    second = SecondPlaces(document, jobs).making
    training = Training(document, jobs)
    view = PipelineView(document, workflow, presets, second, training)
    qtbot.addWidget(view)
    return view


def test_a_low_pass_beyond_the_sample_rate_is_refused(view, qtbot):
    view.preparation.field("lowpass").setChecked(True)
    assert view._document.pipeline.preparation.lowpass
    with qtbot.waitSignal(view.refused) as refused:
        view.features.field("rate").setValue(8000)
    assert "8192" in refused.args[0]
    assert view._document.pipeline.features.rate == FeatureParams().rate
    assert view.features.field("rate").value() == FeatureParams().rate


def test_a_pipeline_like_that_cannot_be_made():
    with pytest.raises(ParameterError, match="cutoff"):
        Pipeline(
            features=FeatureParams(rate=8000),
            preparation=Pipeline().preparation.replace(lowpass=True),
        )


def test_a_scroll_of_the_panel_chooses_no_other_method(view, qtbot):
    view.show()
    qtbot.waitExposed(view)
    view.run.setFocus()
    for field in (view.method, view.preset):
        before, point = field.currentIndex(), QPointF(5, 5)
        for down in (-120, 120):
            event = QWheelEvent(
                point,
                field.mapToGlobal(point),
                QPoint(),
                QPoint(0, down),
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            )
            QApplication.sendEvent(field, event)
            assert field.currentIndex() == before
