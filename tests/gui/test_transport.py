"""The bar below the map: what it says of a sound, and what can be done from it."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLayout, QSlider

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.listening import Listening
from audioclust_gui.views.transport import TransportView
from audioclust_gui.widgets.level_meter import FLOOR, LevelMeter
from audioclust_gui.widgets.speed_button import SPEEDS, SpeedButton
from engine.audio.dataset import Clip
from engine.projects.listening_steps import Tour
from tests.gui.on_paper import collection
from tests.gui.paper_sound import PaperJobs, PaperPlayback

NARROW = 690  # pixels


class Bar:
    """A transport and what it commands."""

    def __init__(self, tmp_path, project):
        self.document, self.jobs = Document(), PaperJobs()
        self.playback = PaperPlayback()
        self.audition = Audition(self.document, self.playback)
        self.listening = Listening(self.document, self.jobs, self.audition)
        self.view = TransportView(self.document, self.audition, self.listening)
        self.document.open(project, tmp_path / "p.audioclust")

    def click(self, qtbot, name):
        qtbot.mouseClick(self.view.buttons[name], Qt.MouseButton.LeftButton)


@pytest.fixture
def bar(qtbot, tmp_path):
    bar = Bar(tmp_path, collection(60))
    qtbot.addWidget(bar.view)
    bar.view.resize(NARROW, 40)
    bar.view.show()
    return bar


def entry(menu, text):
    """Return the action of a menu, or of those in it, with some words."""
    for action in menu.actions():
        if action.menu():
            found = entry(action.menu(), text)
            if found:
                return found
        elif text in action.text().replace("&", ""):
            return action
    return None


def test_everything_has_its_room_in_a_narrow_window(bar):
    assert bar.view.minimumSizeHint().width() <= NARROW
    bar.document.set_current(0)
    bar.playback.started.emit(0, 123.45)
    bar.playback.position_changed.emit(100.0)
    assert bar.view.minimumSizeHint().width() <= NARROW
    children = bar.view.findChildren(QAbstractButton) + bar.view.findChildren(QSlider)
    shown = [child for child in children if child.isVisibleTo(bar.view)]
    spans = sorted((c.geometry().left(), c.geometry().right()) for c in shown)
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    assert spans[-1][1] <= NARROW


def test_in_a_still_narrower_one_what_menus_do_as_well_goes_first(qtbot, bar):
    view = bar.view
    # Else, as a window of its own, it is not made narrower than what it shows.
    view.layout().setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    view.setMinimumSize(1, 1)
    controls = {
        "device": view.device,
        "sequence": view.sequence,
        "tour": view.buttons["tour"],
        "comparing": view.comparing,
        "meter": view.meter,
    }

    def shown():
        return {name for name, c in controls.items() if c.isVisibleTo(view)}

    assert shown() == controls.keys()
    before = shown()
    for width in range(NARROW, view.minimumSizeHint().width() - 1, -1):
        view.resize(width, 40)
        assert shown() <= before
        before = shown()
    assert view.minimumSizeHint().width() < 450
    assert not before
    for name in ("play", "next", "loop"):
        assert view.buttons[name].isVisibleTo(view)
    view.resize(NARROW, 40)
    assert shown() == controls.keys()


def test_every_control_says_what_it_is(bar):
    shown = bar.view.findChildren(QAbstractButton) + bar.view.findChildren(QSlider)
    for control in [*shown, bar.view.meter]:
        assert control.accessibleName() or control.text()
        assert control.toolTip()


def test_the_role_of_a_clip_stands_below_its_name(qtbot, bar):
    bar.document.set_current(5)
    label = int(bar.document.project.labels[5])
    bar.click(qtbot, "tour")
    none = np.empty(0, np.int64)
    bar.jobs.answer(Tour(label, 7, np.array([5]), none, None, None))
    assert bar.view.role.text() == f"Tour of Cluster {label}: medoid"
    assert bar.view.name.text() == bar.document.project.dataset.clips[7].name
    bar.playback.go_on()
    assert bar.view.role.text() == f"Tour of Cluster {label}: typical 1 of 1"
    bar.playback.go_on()
    assert bar.view.role.text().endswith("typical 1 of 1")  # to be read
    qtbot.waitUntil(lambda: bar.view.role.text() == "", timeout=3_000)


def test_a_name_without_a_role_stands_in_the_middle_of_a_bar_as_high(bar):
    def middle():
        bar.view.layout().activate()
        return bar.view.name.geometry().center().y()

    assert bar.view.role.isHidden()
    alone, high = middle(), bar.view.sizeHint().height()
    assert abs(alone - bar.view.rect().center().y()) <= 1
    bar.document.select([3, 9])
    bar.listening.play_selection()
    assert bar.view.role.isVisible()
    assert middle() < alone
    assert bar.view.sizeHint().height() == high
    bar.audition.stop()
    assert middle() == alone


def test_previous_and_next_stay_in_the_cluster(qtbot, bar):
    labels = bar.document.project.labels
    inside = np.flatnonzero(labels == labels[30])
    bar.document.set_current(int(inside[0]))
    bar.click(qtbot, "next")
    assert bar.playback.token == inside[1]
    bar.click(qtbot, "previous")
    bar.click(qtbot, "previous")
    assert bar.playback.token == inside[0]
    assert bar.view.role.text().endswith("begins here")


def test_the_menu_chooses_order_and_pause_and_plays(bar):
    menu = bar.view.sequence.menu()
    entry(menu, "As in the table").trigger()
    entry(menu, "0.5 s").trigger()
    menu.aboutToShow.emit()
    assert entry(menu, "As in the table").isChecked()
    assert not entry(menu, "Walk").isChecked()
    bar.document.select([3, 9])
    entry(menu, "selection").trigger()
    assert (bar.playback.token, bar.playback.pause) == (3, 0.5)
    bar.document.set_current(4)
    entry(menu, "Play the cluster").trigger()
    assert "Cluster" in bar.view.role.text()


def test_a_and_b_are_named(bar):
    menu = bar.view.comparing.menu()
    bar.document.set_current(2)
    entry(menu, "Keep").trigger()
    name = bar.document.project.dataset.clips[2].name
    assert name in bar.view.comparing.toolTip()
    assert bar.view.name.text() == f"A: {name}"
    bar.audition.play(8)
    entry(menu, "other").trigger()
    assert bar.playback.token == 2
    entry(menu, "other").trigger()
    assert bar.view.name.text().startswith("B: ")
    assert bar.view.role.text() == f"B, beside A: {name}"


def test_hostile_names_are_shown_letter_by_letter(qtbot, tmp_path):
    clips = (Clip("<b>x.wav"), Clip("a\nb\udcff.wav"))
    project = collection(2, n_clusters=2)
    project = replace(project, dataset=replace(project.dataset, clips=clips))
    bar = Bar(tmp_path, project)
    qtbot.addWidget(bar.view)
    bar.document.select([0, 1])
    bar.listening.switch_ab()
    bar.listening.switch_ab()
    assert "<b>x.wav" in bar.view.role.text()
    bar.listening.switch_ab()
    assert "\n" not in bar.view.role.text()
    assert not bar.view.grab().isNull()


def test_loudness_loop_and_volume_are_passed_on(qtbot, bar):
    asked = bar.playback.asked
    assert bar.view.buttons["matched"].isChecked()
    bar.click(qtbot, "matched")
    bar.click(qtbot, "loop")
    bar.view.volume.setValue(35)
    assert (asked["matched"], asked["loop"], asked["volume"]) == (False, True, 0.35)


def test_settings_of_the_last_session_are_shown_and_not_set_anew(bar):
    bar.playback.asked |= {"volume": 0.5, "matched": False, "speed": (0.7, False)}
    bar.view.show_settings()
    assert bar.view.volume.value() == 50
    assert not bar.view.buttons["matched"].isChecked()
    assert bar.view.speed.text() == "0.7×"
    assert bar.playback.asked["speed"] == (0.7, False)


def test_devices_are_looked_for_and_the_chosen_one_is_ticked(bar):
    menu = bar.view.device.menu()
    menu.aboutToShow.emit()
    assert bar.playback.looked == 1
    bar.playback.devices_listed.emit(("Speakers & Co", "Headphones"))
    menu.aboutToShow.emit()
    entry(menu, "Headphones").trigger()
    assert bar.playback.asked["device"] == "Headphones"
    menu.aboutToShow.emit()
    assert entry(menu, "Headphones").isChecked()
    assert not entry(menu, "System default").isChecked()
    bar.playback.devices_listed.emit(("Speakers & Co",))
    menu.aboutToShow.emit()
    assert entry(menu, "Headphones (not there)").isChecked()


def test_a_missing_device_is_said_at_the_button(bar):
    bar.playback.device_changed.emit("There is no sound device")
    assert bar.view.device.accessibleName() == "No sound device"
    assert "There is no sound device" in bar.view.device.toolTip()
    bar.playback.device_changed.emit("")
    assert bar.view.device.accessibleName() == "Sound device"


def test_speed_goes_by_steps_and_by_hand(qtbot, bar):
    speed, asked = bar.view.speed, bar.playback.asked
    for _ in range(12):
        bar.view.step_speed(1)
    assert asked["speed"] == (2.0, True)
    for _ in range(12):
        bar.view.step_speed(-1)
    assert asked["speed"] == (0.25, True)
    speed.slider.setValue(60)
    assert speed.text() == "0.6×"
    bar.view.step_speed(1)
    assert asked["speed"] == (0.7, True)
    speed.pitch.setChecked(False)
    assert asked["speed"] == (0.7, False)


def test_every_step_of_speed_has_the_room_it_needs(qtbot):
    button = SpeedButton()
    qtbot.addWidget(button)
    for speed in SPEEDS:
        button.set_speed(speed, True)
        needed = button.fontMetrics().horizontalAdvance(button.text())
        assert float(button.text()[:-1]) == speed
        assert needed + 6 <= button.width()


@pytest.fixture
def meter(qtbot):
    peaks = [0.0, 0.0]
    meter = LevelMeter(lambda: tuple(peaks))
    qtbot.addWidget(meter)
    return meter, peaks


def test_a_level_rises_at_once_falls_slowly_and_leaves_its_peak_behind(meter):
    meter, peaks = meter
    peaks[:] = 0.5, 0.1
    meter.tick()
    assert meter.levels == pytest.approx([-6.02, -20], abs=0.01)
    peaks[:] = 0.0, 0.0
    for _ in range(15):
        meter.tick()
    assert -20 < meter.levels[0] < -10
    assert meter.peaks[0] == pytest.approx(-6.02, abs=0.01)
    for _ in range(200):
        meter.tick()
    assert meter.levels == meter.peaks == [FLOOR, FLOOR]


def test_the_peak_of_a_soft_sound_falls_as_well_after_its_end(qtbot, meter):
    meter, peaks = meter
    peaks[:] = 0.002, 0.002
    meter.set_running(True)
    meter.tick()
    assert meter.peaks[0] > FLOOR
    peaks[:] = 0.0, 0.0
    meter.set_running(False)
    qtbot.waitUntil(lambda: meter.peaks == [FLOOR, FLOOR], timeout=5_000)


def test_only_what_comes_near_clipping_turns_the_lamp_on(meter):
    meter, peaks = meter
    peaks[:] = 0.88, 0.0  # -1.1 dB
    meter.tick()
    assert not meter.over
    peaks[:] = 0.0, 1.4
    meter.tick()
    assert meter.over
    assert meter.levels[1] == 0.0
    peaks[:] = 0.0, 0.0
    for _ in range(60):
        meter.tick()
    assert not meter.over


def test_the_lamp_is_more_than_a_colour(meter):
    meter, peaks = meter
    for dark in (False, True):
        meter.set_dark(dark)
        peaks[:] = 0.0, 1.0
        meter.tick()
        image = meter.grab().toImage()
        lamp = [image.pixelColor(image.width() - 6, y) for y in range(image.height())]
        reds = [c.red() > 150 and c.green() < 100 for c in lamp]
        whites = [c.lightness() > 200 for c in lamp]
        assert any(reds)
        assert any(whites)  # the exclamation mark


def test_a_meter_rests_in_silence(qtbot, meter):
    meter, peaks = meter
    meter.set_running(True)
    peaks[:] = 0.001, 0.0
    qtbot.waitUntil(lambda: meter.levels[0] > -61, timeout=2_000)
    meter.set_running(False)
    peaks[:] = 0.0, 0.0
    qtbot.waitUntil(lambda: not meter._timer.isActive(), timeout=5_000)
