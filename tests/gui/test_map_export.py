"""The map is written for print while the window goes on."""

import threading
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSettings
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from audioclust_gui import map_export
from audioclust_gui.colouring import Colouring
from audioclust_gui.document import Document
from audioclust_gui.exports import Exports
from audioclust_gui.form_dialog import FormDialog
from audioclust_gui.jobs import Jobs
from audioclust_gui.map_export import MapPictureParams, scene_of
from audioclust_gui.plots import palette
from audioclust_gui.plots.scatter import ScatterPlot
from engine.errors import ParameterError
from tests.gui.on_paper import collection

WAIT = 10_000


@dataclass
class Map:
    """A map of 30 clips of 4 kinds on paper, and what exports it."""

    exports: Exports
    plot: ScatterPlot
    colouring: Colouring

    def write(self, path, **params):
        params = MapPictureParams(**params)
        self.exports.map(path, params, self.plot, self.colouring)

    def scene(self, dark, legend=False):
        return scene_of(self.plot, self.colouring, dark, legend=legend)


@pytest.fixture
def paper(qtbot, tmp_path):
    window, jobs, document = QWidget(), Jobs(), Document()
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    plot = ScatterPlot()
    for widget in (window, plot):
        qtbot.addWidget(widget)
    plot.resize(300, 200)
    project = collection(30, kinds=4)
    document.open(project, None)
    plot.set_positions(project.layout.positions)
    plot.set_labels(project.labels)
    yield Map(
        Exports(window, document, jobs, settings), plot, Colouring(document, jobs)
    )
    jobs.close()


def test_the_form_comes_first_then_the_file_then_the_picture(
    qtbot, paper, tmp_path, monkeypatch
):
    def answer(dialog):
        dialog.setDirectory(str(tmp_path))
        dialog.selectNameFilter("SVG drawings (*.svg)")
        dialog.selectFile("my map")
        return True

    monkeypatch.setattr(QFileDialog, "exec", answer)
    paper.exports.ask_map(paper.plot, paper.colouring)
    dialog = paper.exports.parent().findChild(FormDialog)
    dialog.form.field("title").setText("Frogs & toads")
    dialog.form.field("title").editingFinished.emit()
    with qtbot.waitSignal(paper.exports.noted, timeout=WAIT) as noted:
        dialog.action.click()
    path = tmp_path / "my map.svg"
    assert noted.args == ["Exported", f"The map is in {path}"]
    text = path.read_text(encoding="utf-8")
    assert "Frogs &amp; toads" in text
    assert ">Cluster<" in text.replace("\n", "")


def test_a_picture_is_what_the_form_says(qtbot, paper, tmp_path):
    with qtbot.waitSignal(paper.exports.noted, timeout=WAIT):
        paper.write(
            tmp_path / "a.png", width=100, dpi=150, ground="clear", legend=False
        )
    found = QImage(str(tmp_path / "a.png"))
    assert found.width() == 591
    assert found.hasAlphaChannel()
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_the_window_goes_on_while_the_picture_is_drawn(
    qtbot, paper, tmp_path, monkeypatch
):
    gate, drawn_in = threading.Event(), []

    def slow(scene, page):
        drawn_in.append(threading.current_thread())
        assert gate.wait(10)
        return b"drawn"

    monkeypatch.setattr(map_export, "png", slow)
    with qtbot.waitSignal(paper.exports.noted, timeout=WAIT):
        paper.write(tmp_path / "a.png")
        qtbot.wait(30)
        assert not list(tmp_path.iterdir())
        gate.set()
    assert (tmp_path / "a.png").read_bytes() == b"drawn"
    assert drawn_in != [threading.main_thread()]


def test_a_place_that_cannot_be_written_is_told(qtbot, paper, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    path = tmp_path / "file" / "a.png"
    with qtbot.waitSignal(paper.exports.troubled, timeout=WAIT) as troubled:
        paper.write(path, dpi=72)
    assert troubled.args[0] == "Export the map"
    assert str(path) in troubled.args[1]


def test_without_a_map_nothing_is_asked(paper):
    said = []
    paper.exports.troubled.connect(lambda title, text: said.append(text))
    paper.plot.set_positions(np.empty((0, 2), np.float32))
    paper.exports.ask_map(paper.plot, paper.colouring)
    assert "no map yet" in said[0]
    assert paper.exports.parent().findChild(FormDialog) is None


def test_a_picture_that_no_memory_could_hold_is_refused():
    with pytest.raises(ParameterError, match=r"1000 mm at 600 dpi are 23,622 pixels"):
        MapPictureParams(width=1000, dpi=600)


def test_what_is_in_view_is_taken_as_it_is_seen(paper):
    paper.plot.zoom(0.5)
    scene = paper.scene(dark=False)
    left, bottom, right, top = scene.view
    for index, (x, y) in enumerate(paper.plot.positions.tolist()):
        place = paper.plot.place_of(index)
        across, down = (x - left) / (right - left), (top - y) / (top - bottom)
        there = QPointF(across * scene.size.width(), down * scene.size.height())
        assert (there - place).manhattanLength() < 2


def test_the_picture_has_the_colours_of_its_ground_and_leaves_the_window_its_own(paper):
    paper.plot.set_dark(True)
    paper.plot.set_current(3)
    paper.colouring.choose("plays")
    painting = paper.colouring.painting
    paper.plot.set_paint(painting.rows, painting.table(True), painting.shapes)
    scene = paper.scene(dark=False, legend=True)
    np.testing.assert_array_equal(scene.shown.table, painting.table(False))
    assert scene.legend.title == painting.heading
    assert scene.shown.current == -1
    assert not scene.shown.dark
    assert paper.plot.shown.dark
    assert paper.plot.shown.current == 3


def test_a_category_that_is_hidden_is_not_in_the_legend(paper):
    paper.colouring.choose("label")
    paper.colouring.toggle(0)
    entries = paper.scene(dark=True, legend=True).legend.entries
    assert len(entries) == 3
    colours = palette.table(4, True)[1:4].tolist()
    assert [list(entry.colour) for entry in entries] == colours
