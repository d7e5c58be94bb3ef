"""The strip of scores and the slider over the cuts of a tree."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleFactory, QToolTip

from audioclust_gui.plots import palette
from audioclust_gui.plots.cut_axis import CutAxis
from audioclust_gui.plots.cut_curves import CutCurves
from audioclust_gui.plots.cut_labels import said, spread
from audioclust_gui.plots.cut_strip import CutStrip
from tests.gui.test_plots_sound import is_ink, pixels

Key, Button, Modifier = Qt.Key, Qt.MouseButton, Qt.KeyboardModifier
K = np.arange(1, 201)
HEIGHTS = np.sort(np.random.default_rng(0).pareto(1.2, 999))[::-1]
CURVES = {
    "Silhouette": np.where(K > 1, 0.5 * np.exp(-abs(K - 12) / 30) - 0.1, np.nan),
    "NMI": 0.8 * (1 - np.exp(-K / 6)) - K / 2000,
}
SCALES = ["merges", "growth", "height", "log"]


@pytest.fixture
def strip(qtbot):
    strip = CutStrip()
    qtbot.addWidget(strip)
    fusion = QStyleFactory.create("Fusion")  # not the one with another test's sheet
    fusion.setParent(strip)
    strip.setStyle(fusion)
    strip.slider.setStyle(fusion)
    strip.resize(700, strip.sizeHint().height())
    strip.set_axis(CutAxis(HEIGHTS, 200))
    strip.set_curves(K, CURVES)
    strip.set_k(20)
    strip.show()
    qtbot.waitExposed(strip)
    strip.said = []
    strip.dragged.connect(lambda k: strip.said.append(("dragged", k)))
    strip.released.connect(lambda k: strip.said.append(("released", k)))
    return strip


def place(strip, k, y=60):
    """Where a cut is: found by putting the handle there, and back."""
    now = strip.k
    strip.set_k(k)
    handle = strip.slider.handle().translated(strip.slider.pos())
    strip.set_k(now)
    return QPoint(handle.center().x(), y)


def drag(qtbot, strip, *cuts, y=60, modifier=Modifier.NoModifier):
    first, *others = (place(strip, k, y) for k in cuts)
    qtbot.mousePress(strip, Button.LeftButton, modifier, first)
    for there in others:
        move(strip, there, Button.LeftButton, modifier)
    qtbot.mouseRelease(strip, Button.LeftButton, modifier, there if others else first)


def move(widget, place, buttons=Button.NoButton, modifier=Modifier.NoModifier):
    # qtbot.mouseMove does not say which buttons are down.
    where = QPointF(place), QPointF(widget.mapToGlobal(place))
    event = QMouseEvent(
        QEvent.Type.MouseMove, *where, Button.NoButton, buttons, modifier
    )
    QApplication.sendEvent(widget, event)


def turn(widget, notches):
    window = widget.window()
    middle = widget.mapTo(window, widget.rect().center())
    QTest.wheelEvent(window.windowHandle(), middle, QPoint(0, 120 * notches))


@pytest.mark.parametrize("style", ["Fusion", "Windows"])
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("width", [400, 701])
def test_the_line_runs_through_the_middle_of_the_handle(strip, style, scale, width):
    own = QStyleFactory.create(style)
    strip.setStyle(own)
    strip.slider.setStyle(own)
    strip.resize(width, strip.sizeHint().height())
    strip.set_axis(CutAxis(HEIGHTS, 200, scale))
    strip.set_curves(K, {})
    for k in 1, 2, 11, 12, 100, 199, 200:
        strip.set_k(k)
        option = strip.slider._option()
        handle = strip.slider.style().subControlRect(
            QStyle.ComplexControl.CC_Slider,
            option,
            QStyle.SubControl.SC_SliderHandle,
            strip.slider,
        )
        below = is_ink(pixels(strip), palette.LIGHT.text)[26:80]
        column = np.flatnonzero(below.all(axis=0))
        assert column.tolist() == [strip.slider.x() + handle.center().x()]
        # And that is where the axis has this cut, to the rounding of a pixel.
        assert strip._shown.x_of(k) - 0.5 == pytest.approx(column[0], abs=0.51)


def test_by_merges_the_slider_counts_clusters(strip):
    slider = strip.slider
    assert (slider.minimum(), slider.maximum(), slider.value()) == (1, 200, 20)
    slider.setValue(33)  # as a screen reader does
    assert strip.said == [("released", 33)]
    assert strip.k == 33


def test_setters_say_nothing(strip):
    for axis in CutAxis(HEIGHTS, 3), CutAxis(HEIGHTS, 90, "log"), None:
        strip.set_axis(axis)
        strip.set_k(2)
        strip.set_natural((2, 30))
        strip.set_curves(K, CURVES, "of a sample of 5,000")
        strip.set_message("computing…")
        strip.set_dark(True)
    assert strip.said == []


@pytest.mark.parametrize("y", [12, 60])
def test_dragging_moves_the_cut_and_ends_once(qtbot, strip, y):
    drag(qtbot, strip, 20, 30, 31, 31, 25, y=y)
    assert strip.said == [
        ("dragged", 30),
        ("dragged", 31),
        ("dragged", 25),
        ("released", 25),
    ]
    assert strip.slider.value() == 25
    assert not strip.slider.isSliderDown()


def test_a_drag_of_the_handle_itself_reaches_the_strip(qtbot, strip):
    slider = strip.slider
    start, end = (place(strip, k) for k in (20, 50))
    offset = QPoint(3, slider.height() // 2)  # beside the middle of the handle
    start, end = (QPoint(p.x() - slider.x(), 0) + offset for p in (start, end))
    qtbot.mousePress(slider, Button.LeftButton, pos=start)
    assert slider.isSliderDown()
    assert slider.hasFocus()
    assert strip.k == 20
    move(slider, end, Button.LeftButton)
    qtbot.mouseRelease(slider, Button.LeftButton, pos=end)
    assert strip.said == [("dragged", 50), ("released", 50)]


def test_a_click_goes_there_and_a_click_on_the_cut_says_nothing(qtbot, strip):
    drag(qtbot, strip, 140, y=12)
    assert strip.said == [("dragged", 140), ("released", 140)]
    drag(qtbot, strip, 140, y=12)
    drag(qtbot, strip, 140)
    assert len(strip.said) == 2


def test_a_drag_there_and_back_is_released_too(qtbot, strip):
    drag(qtbot, strip, 20, 50, 20)
    assert strip.said[-1] == ("released", 20)


def test_escape_takes_a_drag_back(qtbot, strip):
    qtbot.mousePress(strip, Button.LeftButton, pos=place(strip, 50))
    qtbot.keyClick(strip.slider, Key.Key_Escape)
    assert strip.k == 20
    assert strip.said == [("dragged", 50), ("dragged", 20), ("released", 20)]
    move(strip, place(strip, 90), Button.LeftButton)
    qtbot.mouseRelease(strip, Button.LeftButton, pos=place(strip, 90))
    assert len(strip.said) == 3


def test_a_drag_stops_at_natural_cuts_unless_alt_is_down(qtbot, strip):
    strip.set_natural((30, 120))
    drag(qtbot, strip, 20, 29, 31, 36)
    assert [k for _, k in strip.said] == [30, 36, 36]
    strip.said.clear()
    drag(qtbot, strip, 36, 31, 29, modifier=Modifier.AltModifier)
    assert [k for _, k in strip.said] == [31, 29, 29]


def test_natural_cuts_do_not_hold_where_there_is_room(qtbot, strip):
    strip.set_axis(CutAxis(HEIGHTS, 10))
    strip.set_k(2)
    strip.set_natural((5,))
    drag(qtbot, strip, 2, 4, 6)
    assert [k for _, k in strip.said] == [4, 6, 6]


@pytest.mark.parametrize("scale", SCALES)
def test_keys_go_one_merge_at_a_time_and_to_the_natural_cuts(qtbot, strip, scale):
    strip.set_axis(CutAxis(HEIGHTS, 200, scale))
    strip.set_natural((4, 30, 150))
    strip.set_k(1)
    for key, expected in (
        (Key.Key_Left, 1),
        (Key.Key_Right, 2),
        (Key.Key_Down, 3),
        (Key.Key_Up, 2),
        (Key.Key_PageDown, 4),
        (Key.Key_PageDown, 30),
        (Key.Key_Right, 31),
        (Key.Key_PageUp, 30),
        (Key.Key_End, 200),
        (Key.Key_Right, 200),
        (Key.Key_PageDown, 200),
        (Key.Key_PageUp, 150),
        (Key.Key_Home, 1),
        (Key.Key_PageUp, 1),
    ):
        before = strip.k
        qtbot.keyClick(strip.slider, key)
        assert strip.k == expected
        assert strip.said == ([("released", expected)] if before != expected else [])
        assert strip.slider.value() == strip._shown.axis.steps()[expected - 1]
        strip.said.clear()


def test_keys_go_through_merges_that_tie(qtbot, strip):
    strip.set_axis(CutAxis(np.array([9.0, 4, 4, 4, 4, 1]), 7, "height"))
    strip.set_k(1)
    for expected in 2, 3, 4, 5, 6, 7:
        qtbot.keyClick(strip.slider, Key.Key_Right)
        assert strip.said.pop() == ("released", expected)
    for expected in 6, 5, 4, 3, 2, 1:
        qtbot.keyClick(strip.slider, Key.Key_Left)
        assert strip.said.pop() == ("released", expected)


def test_the_wheel_is_for_the_panel_until_the_strip_has_the_focus(qtbot, strip):
    strip.slider.clearFocus()
    turn(strip.slider, -1)
    turn(strip, -1)
    assert strip.k == 20
    strip.setFocus()
    assert strip.slider.hasFocus()
    turn(strip.slider, -1)
    assert strip.said == [("released", 21)]
    turn(strip, 3)
    assert strip.k == 18


def test_pointing_reads_off_a_cut_without_moving_it(qtbot, strip):
    strip.set_natural((12,))
    move(strip, place(strip, 12))
    text = QToolTip.text()
    for said_there in "12 clusters", "Silhouette 0.40", "NMI 0.69", "a natural cut":
        assert said_there in text
    assert strip.k == 20
    assert strip.said == []
    drawn = pixels(strip)
    move(strip, QPoint(place(strip, 12).x(), 10))  # on the slider, which has its own
    assert (pixels(strip) != drawn).any()


def test_values_follow_the_cut(strip):
    before = pixels(strip)[:, 580:]
    strip.set_k(21)
    assert (pixels(strip)[:, 580:] != before).any()
    assert (
        strip.slider.accessibleDescription() == "21 clusters, Silhouette 0.27, NMI 0.77"
    )
    strip.set_k(1)
    assert strip.slider.accessibleDescription().startswith("1 cluster, Silhouette –")


@pytest.mark.parametrize("dark", [False, True])
def test_without_curves_the_message_is_there_and_the_line_works(qtbot, strip, dark):
    strip.set_dark(dark)
    strip.set_curves(np.empty(0, np.int64), {})
    empty = pixels(strip)
    strip.set_message("computing…")
    assert (pixels(strip) != empty).any()
    drag(qtbot, strip, 20, 40)
    assert strip.said == [("dragged", 40), ("released", 40)]
    strip.set_curves(K, CURVES)
    with_curves = pixels(strip)
    strip.set_message("")
    assert (pixels(strip) == with_curves).all()


def test_unknown_scores_leave_a_gap(strip):
    colour = palette.table(1, False)[0, :3].astype(int)

    def columns(values):
        strip.set_k(200)
        strip.set_curves(K, {"Silhouette": values})
        drawn = (abs(pixels(strip)[26:92].astype(int) - colour) < 60).all(axis=2)
        return drawn.any(axis=0)

    values = np.full(200, 0.5)
    first, last = place(strip, 80).x() + 4, place(strip, 120).x() - 4
    assert columns(values)[first:last].all()
    values[80:119] = np.nan
    assert not columns(values)[first:last].any()
    assert columns(values)[first - 20]


def test_curves_end_where_they_are_known_and_the_strip_says_so(strip):
    strip.set_axis(CutAxis(HEIGHTS, 400))
    strip.set_k(300)
    assert strip._shown.note == "scores up to 200"
    assert "NMI –" in strip.slider.accessibleDescription()
    strip.set_curves(K, CURVES, "of a sample of 5,000")
    assert strip._shown.note == "scores up to 200, of a sample of 5,000"
    strip.set_axis(CutAxis(HEIGHTS, 200))
    assert strip._shown.note == "of a sample of 5,000"


def test_where_branches_have_lines_of_their_own_scores_are_said_not_to_count_them(
    strip,
):
    before = strip.slider.accessibleDescription()
    strip.set_parted(True)
    assert strip._shown.note == "by the line alone"
    assert strip.slider.accessibleDescription() == f"{before}, by the line alone"
    strip.set_curves(K, CURVES, "of a sample of 5,000")
    assert strip._shown.note == "of a sample of 5,000, by the line alone"
    strip.set_curves(K, {})
    assert not strip._shown.note
    strip.set_parted(False)
    assert "alone" not in strip.slider.accessibleDescription()


def test_another_axis_of_the_tree_waits_for_the_end_of_a_drag(qtbot, strip):
    strip.set_axis(CutAxis(HEIGHTS, 400))
    qtbot.mousePress(strip, Button.LeftButton, pos=place(strip, 150))
    there = place(strip, 100)
    strip.set_axis(CutAxis(HEIGHTS, 200))
    move(strip, there, Button.LeftButton)
    assert strip.k == 100
    assert strip.slider.maximum() == 400
    qtbot.mouseRelease(strip, Button.LeftButton, pos=there)
    assert strip.slider.maximum() == 200
    assert strip.said[-1] == ("released", 100)
    qtbot.mousePress(strip, Button.LeftButton, pos=place(strip, 150))
    strip.set_axis(CutAxis(HEIGHTS[:50], 51))  # another tree
    assert not strip.slider.isSliderDown()


def test_a_curve_below_zero_widens_the_range():
    assert CutCurves(K, CURVES).low == -0.25
    assert CutCurves(K, {"NMI": CURVES["NMI"]}).low == 0
    assert CutCurves(K, {"NMI": np.full(200, np.nan)}).low == 0
    assert CutCurves(K, CURVES).best("Silhouette") == (12, pytest.approx(0.4))
    assert said("Silhouette", -0.05) == "Silhouette −0.05"
    assert said("NMI", 0.9999) == "NMI 0.99"
    assert said("NMI", 1 - 1e-15) == "NMI 1.00"
    assert said("NMI", np.nan) == "NMI –"


def test_labels_keep_their_distance_and_their_order():
    assert spread([50, 20], 10, 0, 100) == [50, 20]
    assert spread([99, 98, 97], 10, 0, 100) == [95, 85, 75]
    assert spread([0, 0, 0], 10, 0, 100) == [5, 15, 25]
    assert spread([1, 2, 3, 4], 30, 0, 100) == [12.5, 37.5, 62.5, 87.5]
    assert spread([], 10, 0, 100) == []


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("heights", [[], [2.0], [0.0, 0.0], [3.0] * 6])
def test_small_trees_and_such_without_differences(qtbot, strip, heights, scale):
    most = len(heights) + 1
    strip.set_axis(CutAxis(np.array(heights), most, scale))
    strip.set_curves(np.arange(1, most + 1), {"Silhouette": np.full(most, np.nan)})
    strip.set_natural((1, 2, 9))
    strip.set_k(1)
    pixels(strip)
    for _ in heights:
        qtbot.keyClick(strip.slider, Key.Key_Right)
    assert strip.said == [("released", k) for k in range(2, most + 1)]
    drag(qtbot, strip, most, 1)
    move(strip, place(strip, 1))
    pixels(strip)
    assert strip.k == 1


def test_without_a_tree_nothing_can_be_moved(qtbot, strip):
    strip.set_axis(None)
    strip.set_message("No tree")
    qtbot.mouseClick(strip, Button.LeftButton, pos=QPoint(200, 60))
    move(strip, QPoint(210, 60))
    pixels(strip)
    assert strip.said == []
    assert not strip.slider.isEnabled()


def test_a_narrow_strip_is_drawn(strip):
    for width in 1, 40, 240:
        strip.resize(width, 20)
        pixels(strip)
