"""The pipeline's panel: what cannot be is refused, and the form shows what is."""

import pytest

from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.presets import Presets
from audioclust_gui.views.pipeline import PipelineView
from audioclust_gui.workflow import Workflow
from engine.errors import ParameterError
from engine.features.spectral import FeatureParams
from engine.projects.pipeline import Pipeline


@pytest.fixture
def view(qtbot, places):
    document = Document()
    jobs = Jobs()
    workflow, presets = Workflow(document, jobs), Presets(document, jobs)
    view = PipelineView(document, workflow, presets)
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
