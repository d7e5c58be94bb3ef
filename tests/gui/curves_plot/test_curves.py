"""Learning curves: what is seen, what is chosen, and what a live run costs."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from audioclust_gui.plots import palette
from audioclust_gui.plots.curve_path import path_of, starts_of_columns, thinned
from audioclust_gui.plots.curve_runs import RunCurves
from audioclust_gui.plots.curve_scale import Axes
from audioclust_gui.plots.curves import CurvesPlot
from audioclust_gui.plots.tree_scale import HeightScale
from tests.gui.pictures import pixels, shows

Key = Qt.Key


def curves(run="a", n=60, colour=0, kept=(1, 20, 40, 60), name="", **more):
    epochs = np.arange(1, n + 1)
    train = 0.05 + np.exp(-epochs / 8.0) * (1 + 0.2 * colour)
    values = {"train": train, "validation": 1.2 * train, **more.pop("values", {})}
    return RunCurves(
        run,
        name or f"run {run}",
        colour,
        epochs,
        values,
        tuple(e for e in kept if e <= n),
        **more,
    )


@pytest.fixture
def plot(qtbot):
    plot = CurvesPlot()
    qtbot.addWidget(plot)
    plot.resize(640, 400)
    plot.show()
    qtbot.waitExposed(plot)
    plot.said = []
    plot.epoch_chosen.connect(lambda run, epoch: plot.said.append((run, epoch)))
    return plot


def drawn(plot):
    """Let everything be drawn, and return the pixels."""
    for _ in range(500):
        found = pixels(plot)
        if plot.finished:
            return found
    raise AssertionError("never finished")


def move(plot, place, kind=QMouseEvent.Type.MouseMove):
    # qtbot.mouseMove does not say which buttons are down.
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(
        kind, place, plot.mapToGlobal(place), left, left, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(plot, event)


def nearly(found, wanted):
    """Tell which pixels have about a colour: lines are smoothed."""
    return np.abs(found.astype(int) - wanted).sum(axis=2) < 100


def colour(index, dark=False):
    return palette.table(index + 1, dark)[index, :3]


@pytest.mark.parametrize("dark", [False, True])
def test_every_run_has_a_colour_of_its_own_in_both_themes(plot, dark):
    plot.set_dark(dark)
    plot.set_runs([curves("a"), curves("b", colour=1)])
    drawn(plot)
    assert shows(plot, colour(0, dark)) > 50
    assert shows(plot, colour(1, dark)) > 50
    plot.set_runs([curves("b", colour=1)])
    drawn(plot)
    assert shows(plot, colour(0, dark)) == 0


def test_quantities_are_told_apart_without_colour(plot):
    flat = np.full(60, 0.5)
    lines = {}
    for name in "train", "validation", "divergence":
        plot.set_runs([RunCurves("a", "a", 0, np.arange(1, 61), {name: flat})])
        lines[name] = nearly(drawn(plot)[4:340, 4:-4], colour(0)).any(axis=0).sum()
    assert lines["train"] > 1.2 * lines["validation"]
    assert lines["validation"] > 1.2 * lines["divergence"]


def test_keys_go_through_the_kept_epochs_and_the_runs(plot, qtbot):
    plot.set_runs([curves("a"), curves("none", kept=()), curves("b", kept=(30, 50))])
    for key in Key.Key_Right, Key.Key_Left, Key.Key_Left, Key.Key_Home, Key.Key_Down:
        qtbot.keyClick(plot, key)
    # The first shows where one is; at the first epoch there is nothing more to the
    # left; the run without kept epochs is passed over.
    assert plot.said == [("a", 60), ("a", 40), ("a", 20), ("a", 1), ("b", 30)]
    qtbot.keyClick(plot, Key.Key_End)
    qtbot.keyClick(plot, Key.Key_Right)
    assert plot.said[-1] == ("b", 50)
    assert plot.chosen == ("b", 50)


def test_from_a_run_that_is_kept_nowhere_keys_lead_to_the_next(plot, qtbot):
    plot.set_runs([curves("a", kept=(10, 30)), curves("none", kept=())])
    plot.set_chosen("none", 25)
    for key in Key.Key_Left, Key.Key_End, Key.Key_Down, Key.Key_Up:
        qtbot.keyClick(plot, key)
    assert plot.said == [("a", 30)]


def test_a_run_begins_at_its_best_epoch(plot, qtbot):
    plot.set_runs([curves("a", best=40)])
    qtbot.keyClick(plot, Key.Key_Left)
    assert plot.said == [("a", 40)]


def test_the_window_keeps_its_arrow_keys_until_the_plot_has_the_focus(plot):
    for key, wanted in (Key.Key_Left, True), (Key.Key_L, True), (Key.Key_T, False):
        asked = QKeyEvent(
            QKeyEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier
        )
        asked.ignore()
        QApplication.sendEvent(plot, asked)
        assert asked.isAccepted() == wanted


def test_a_click_chooses_the_nearest_kept_epoch_of_the_nearest_run(plot, qtbot):
    a, b = curves("a"), curves("b", colour=9, kept=(10, 35, 60))
    plot.set_runs([a, b])
    drawn(plot)
    layout = plot._picture.layout
    for run, epoch, nearest in (a, 22, 20), (b, 33, 35), (b, 12, 10):
        place = layout.place(run, "validation", epoch).toPoint()
        qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=place)
        assert plot.said[-1] == (run.run, nearest)


def test_dragging_goes_through_epochs_of_one_run(plot, qtbot):
    plot.set_runs([curves("a"), curves("b", colour=5, kept=(2,))])
    plot.set_chosen("a", 20)
    drawn(plot)
    layout = plot._picture.layout
    top = layout.strips["loss"].top() + 2
    move(plot, QPointF(layout.x_at(1), top), QMouseEvent.Type.MouseButtonPress)
    for epoch in 19, 21, 42, 44:
        move(plot, QPointF(layout.x_at(epoch), top))
    assert plot.said == [("a", 1), ("a", 20), ("a", 40)]


def test_setters_say_nothing(plot):
    plot.set_runs([curves("a")])
    plot.set_chosen("a", 20)
    plot.set_logarithmic(False)
    plot.set_run(curves("a", n=30))
    assert plot.said == []
    assert plot.chosen == ("a", 20)
    plot.set_runs([curves("b")])
    assert plot.chosen is None


def test_the_axis_changes_with_a_key(plot, qtbot):
    plot.set_runs([curves("a")])
    before = drawn(plot)
    with qtbot.waitSignal(plot.logarithmic_changed) as told:
        qtbot.keyClick(plot, Key.Key_L)
    assert told.args == [False]
    assert not np.array_equal(before, drawn(plot))


def test_of_runs_only_the_one_that_grows_is_drawn_again(plot, monkeypatch):
    from audioclust_gui.plots import curve_picture

    told, original = [], curve_picture.drawn

    def spy(run, *rest):
        told.append(run.run)
        return original(run, *rest)

    monkeypatch.setattr(curve_picture, "drawn", spy)
    plot.set_runs([curves(f"{i}", n=60, colour=i) for i in range(30)])
    drawn(plot)
    plot.set_run(curves("7", n=40, colour=7, planned=60))
    drawn(plot)
    told.clear()
    for n in range(41, 46):
        plot.set_run(curves("7", n=n, colour=7, planned=60))
        drawn(plot)
    assert told == ["7"] * 5
    plot.set_run(curves("7", n=45, colour=7, planned=60))  # nothing is new
    drawn(plot)
    assert told == ["7"] * 5


def test_a_curve_that_grows_is_seen_to_grow(plot):
    plot.set_runs([curves("a", n=10, planned=100)])
    before = shows(plot, colour(0))
    plot.set_run(curves("a", n=80, planned=100))
    assert shows(plot, colour(0)) > 1.3 * before


def test_many_long_runs_come_a_few_at_a_time(plot):
    rng = np.random.default_rng(0)
    noise = np.exp(0.1 * rng.standard_normal(10_000))
    many = [curves(f"{i}", n=10_000, colour=i, kept=(10_000,)) for i in range(100)]
    for run in many:
        run.values["train"][:] *= noise
    plot.set_runs(many)
    pixels(plot)
    assert not plot.finished  # the window was not kept waiting for all of them
    drawn(plot)
    assert shows(plot, colour(99)) > 0


def test_a_run_that_diverged_leaves_others_to_be_seen(plot):
    wild = curves("wild")
    wild.values["train"][30:40] = 1e30
    wild.values["train"][40:] = np.nan
    wild.values["validation"][35:] = np.inf
    for logarithmic in False, True:
        plot.set_logarithmic(logarithmic)
        plot.set_runs([curves("a", colour=1), curves("c", colour=2), wild])
        drawn(plot)
        for other in 1, 2:
            rows = nearly(pixels(plot)[30:340], colour(other)).any(axis=1).sum()
            assert rows > 50  # it is more than a line at the bottom


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"train": [np.nan] * 3},
        {"train": [0.0] * 3},
        {"train": [0.5] * 3, "validation": [np.nan] * 3},
        {"train": [-1.0, 0.0, 1.0]},
        {"silhouette": [np.nan, -1.0, np.nan]},
        {"train": [1e-300, 1e300, np.inf], "rate": [0.0] * 3},
    ],
)
def test_odd_values_are_drawn_as_far_as_they_can_be(plot, qtbot, values):
    values = {name: np.array(column) for name, column in values.items()}
    for logarithmic in False, True:
        plot.set_logarithmic(logarithmic)
        plot.set_runs([RunCurves("a", "a", 0, np.arange(1, 4), values, (1, 3), 3)])
        drawn(plot)
        qtbot.keyClick(plot, Key.Key_Right)
        qtbot.mouseMove(plot, QPoint(200, 100))
        drawn(plot)
    assert plot.chosen == ("a", 3)


def test_a_run_without_an_epoch_and_no_run_at_all(plot, qtbot):
    plot.set_runs([curves("a", n=0)])
    drawn(plot)
    qtbot.keyClick(plot, Key.Key_Right)
    plot.set_message("Nothing <b>yet</b>")
    plot.set_runs([])
    drawn(plot)
    assert plot.accessibleDescription() == "Nothing <b>yet</b>"
    assert plot.said == []


def test_what_is_chosen_is_said_in_words(plot):
    nmi = np.where(np.arange(1, 61) == 20, 0.75, np.nan)
    plot.set_runs([curves("a", name="bird\n\udcff<i>", best=20, values={"nmi": nmi})])
    plot.set_chosen("a", 20)
    said = plot.accessibleDescription()
    assert "<i>" in said
    assert "\udcff" not in said
    assert "epoch 20" in said
    assert "NMI 0.75" in said
    assert "the best kept" in said
    plot.set_chosen("a", 21)
    assert "NMI" not in plot.accessibleDescription()


def test_curves_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="loss"):
        RunCurves("a", "a", 0, np.arange(3), {"loss": np.zeros(3)})
    with pytest.raises(ValueError, match="epochs"):
        RunCurves("a", "a", 0, np.arange(3), {"train": np.zeros(4)})


def test_thinning_keeps_every_peak():
    rng = np.random.default_rng(1)
    x = np.linspace(3.0, 603.0, 10_000)
    y = rng.standard_normal(10_000)
    y[[17, 5000, 9999]] = 50.0, -60.0, 70.0
    few_x, few_y = thinned(x, y, starts_of_columns(x))
    assert len(few_x) <= 2 * 602
    assert {50.0, -60.0, 70.0} <= {*few_y.tolist()}
    assert (np.diff(few_x) >= 0).all()
    few = x[:8] * 9, y[:8]  # fewer than columns stay as they are
    assert np.array_equal(thinned(*few, starts_of_columns(few[0])), few)


def test_gaps_and_dashes_leave_parts_out():
    x = np.arange(0.0, 101.0)
    whole = path_of(x, np.zeros(101), (1, 0))
    assert whole.length() == pytest.approx(100)
    gap = np.zeros(101)
    gap[40:61] = np.nan
    assert path_of(x, gap, (1, 0)).length() == pytest.approx(78)
    two = path_of(np.array([0.0, 100.0]), np.zeros(2), (6, 4))
    assert two.length() == pytest.approx(60)


def test_a_network_kept_after_the_last_epoch_known_is_on_the_plot(plot):
    plot.set_runs([replace(curves(n=24), kept=(1, 20, 25))])
    plot.set_chosen("a", 25)
    drawn(plot)
    layout = plot._picture.layout
    assert layout.x_at(25) <= layout.strips["loss"].right()


def test_losses_take_the_room_of_scores_where_there_is_little(plot):
    scores = np.linspace(0.1, 0.9, 60)
    plot.set_runs([curves(values={"nmi": scores, "accuracy": scores})])
    for height, strips in ((96, {"loss"}), (260, {"loss", "score"})):
        plot.resize(360, height)
        drawn(plot)
        found = plot._picture.layout.strips
        assert found.keys() == strips
        assert min(strip.height() for strip in found.values()) >= 25
        assert max(strip.bottom() for strip in found.values()) < height - 20


@pytest.mark.parametrize(("low", "high"), [(0.01, 0.5), (0.2, 0.3), (0.005, 100.0)])
def test_a_low_axis_still_tells_what_the_curves_span(low, high):
    axes = Axes(loss=HeightScale(high, low))
    assert len(axes.ticks("loss", 47.0)) >= 2


def test_axes_stay_while_few_epochs_come():
    before = Axes.of([curves("a", n=40, planned=100)], ["train"], logarithmic=True)
    after = Axes.of([curves("a", n=44, planned=100)], ["train"], logarithmic=True)
    assert before == after
    assert before.last == 100
    longer = Axes.of([curves("a", n=140, planned=100)], ["train"], logarithmic=True)
    assert longer.last == 140
