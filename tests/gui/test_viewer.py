"""The current clip opened up, where it is too long to be shown at once."""

import numpy as np
import pytest

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.views.viewer import ViewerView
from engine.audio.overview import Overview
from engine.features.spectral import FEATURES, FeatureParams
from engine.projects.steps import Inspection
from tests.gui.on_paper import collection
from tests.gui.paper_sound import PaperJobs, PaperPlayback

HOUR = Overview(np.zeros(40 * 3600, np.float32), 40.0)


class Opened:
    """A viewer that has the beginning of a clip."""

    def __init__(self, qtbot, tmp_path, *, cropped):
        self.document, self.jobs = Document(), PaperJobs()
        self.playback = PaperPlayback()
        audition = Audition(self.document, self.playback)
        self.view = ViewerView(self.document, self.jobs, audition)
        qtbot.addWidget(self.view)
        self.document.open(collection(5), tmp_path / "p.audioclust")
        self.document.set_current(2)
        qtbot.waitUntil(lambda: bool(self.jobs.all), timeout=2_000)
        params = FeatureParams()
        features = {name: np.zeros((8, 50), np.float32) for name in FEATURES}
        samples = np.zeros(60 * params.rate, np.float32)
        self.jobs.answer(Inspection(samples, features, params, cropped, 60.0))


def test_of_a_long_clip_the_waveform_is_all_of_it_so_that_a_click_seeks_far(
    qtbot, tmp_path
):
    opened = Opened(qtbot, tmp_path, cropped=True)
    view, audition = opened.view, opened.playback
    assert view.waveform.duration == pytest.approx(60)
    assert opened.jobs.asked() == ["inspect", "overview"]
    opened.jobs.answer(HOUR)
    assert view.waveform.duration == pytest.approx(3600)
    sought = []
    view.waveform.sought.connect(sought.append)
    view.waveform._seek_to_x(view.waveform.width() / 2)
    assert sought == [pytest.approx(1800, abs=1)]
    assert audition.token == 2
    audition.position_changed.emit(1800.0)
    heads = [image._position for image in view.images.values()]
    assert heads == [None] * len(heads)  # not at the edge of what they show
    audition.position_changed.emit(30.0)
    assert all(image._position == 30.0 for image in view.images.values())


def test_a_clip_that_is_shown_whole_is_read_once(qtbot, tmp_path):
    assert Opened(qtbot, tmp_path, cropped=False).jobs.asked() == ["inspect"]


def test_the_overview_of_a_clip_that_was_left_is_not_shown(qtbot, tmp_path):
    opened = Opened(qtbot, tmp_path, cropped=True)
    late = opened.jobs.last
    opened.document.set_current(3)
    qtbot.waitUntil(lambda: opened.jobs.last is not late, timeout=2_000)
    late.settle("succeeded", HOUR)
    assert opened.view.waveform.duration == pytest.approx(60)
