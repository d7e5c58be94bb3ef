"""Real recordings in the window: from the folder to the sound, in one sitting."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

WAIT = 120_000


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "n_clips", "least_nmi"),
    [("esc10", 240, 0.4), ("drum_oneshots", 308, 0.5)],
)
def test_extraction_clusters_map_and_a_click_that_sounds(
    qtbot, app, realdata, name, n_clips, least_nmi
):
    app.session.open(realdata / name)
    qtbot.waitUntil(
        lambda: app.workflow.finished and not app.session.opening, timeout=WAIT
    )
    project = app.document.project
    assert len(project.dataset) == n_clips
    assert project.extraction.failures == ()
    assert project.scores.nmi > least_nmi
    assert np.isfinite(project.positions).all()
    assert project.cut == len(set(project.dataset.labels))

    plot = app.window.map.plot
    for clip in (0, n_clips // 2, n_clips - 1):
        place = plot.place_of(clip)
        spot = QPoint(round(place.x()), round(place.y()))
        meant = plot.index_at(spot)
        app.playback.stop()
        with qtbot.waitSignal(app.playback.started, timeout=WAIT) as started:
            qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        assert started.args[0] == meant == app.document.current
        assert started.args[1] > 0
        # A second click within the double-click time would mean something else.
        qtbot.wait(500)
