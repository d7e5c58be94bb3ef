"""Whatever a plot is told, in whatever order and at whatever size, it can be drawn."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from audioclust_gui.plots import palette
from audioclust_gui.plots.cut_axis import CutAxis
from audioclust_gui.plots.cut_strip import CutStrip
from audioclust_gui.plots.scatter import ScatterPlot
from audioclust_gui.plots.scatter_hand import TOOLS
from audioclust_gui.plots.tree import TreePlot
from audioclust_gui.plots.tree_colours import SPLIT
from tests.gui.map_plot import gestures
from tests.gui.trees import arrays, chain, random_tree

SIZES = [(0, 0), (1, 1), (2, 40), (40, 2), (160, 110), (500, 300), (5000, 60)]
KEYS = [
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_0, Qt.Key.Key_Escape),
    *(Qt.Key.Key_Return, Qt.Key.Key_F2, Qt.Key.Key_Z),
]


class Hand:
    """Does to a plot whatever can be done."""

    def __init__(self, rng, plot):
        self.rng, self.plot = rng, plot

    def one_of(self, things):
        return things[int(self.rng.integers(len(things)))]

    def whether(self):
        return bool(self.rng.random() < 0.5)

    def do(self, qtbot, deeds):
        plot, rng = self.plot, self.rng
        usual = [
            lambda: plot.setMinimumSize(0, 0),
            lambda: plot.resize(*self.one_of(SIZES)),
            lambda: plot.setGeometry(QRect(0, 0, -5, -5)),
            lambda: plot.set_dark(self.whether()),
            lambda: plot.set_message(self.one_of(["", "No tree", "\udcff<b>"])),
            lambda: qtbot.keyClick(plot, self.one_of(KEYS)),
            lambda: qtbot.mouseMove(plot),
            self.draw,
        ]
        for _ in range(60):
            self.one_of(deeds if rng.random() < 0.7 else usual)()
        self.draw()

    def draw(self):
        plot = self.plot
        plot.grab()
        ratio = self.one_of([1.25, 2.0, 3.0])
        plot.devicePixelRatioF = lambda: ratio
        picture = QPixmap((plot.size() * ratio).expandedTo(QSize(1, 1)))
        picture.setDevicePixelRatio(ratio)
        view = isinstance(plot, ScatterPlot)
        with QPainter(picture) as painter:
            plot.render(painter, QRectF(plot.rect()) if view else QPoint())
        del plot.devicePixelRatioF


@pytest.fixture
def hand(qtbot):
    def made(plot, seed):
        qtbot.addWidget(plot)
        plot.show()
        qtbot.waitExposed(plot)
        return Hand(np.random.default_rng(seed), plot)

    return made


@pytest.mark.parametrize("seed", range(4))
def test_a_tree(qtbot, hand, seed):
    does = hand(TreePlot(), seed)
    plot, rng = does.plot, does.rng

    def tree():
        n = does.one_of([1, 2, 3, 30, 700])
        made = chain(n) if n > 1 and does.whether() else random_tree(n, seed)
        if does.whether():
            made = type(made)(made.linkage * [1, 1, 0, 1])  # all of them twins
        nodes = rng.integers(0, 2 * n - 1, int(rng.integers(3)))
        plot.set_tree(arrays(made, frozenset(nodes[nodes >= n].tolist())))

    def nodes():
        return 0 if plot.shown.tree is None else 2 * plot.shown.tree.n_leaves - 1

    def some():
        return int(rng.integers(-3, nodes() + 3))

    def height():
        return does.one_of([0.0, 1e-300, 0.5, 3.0, 1e300])

    def branches():
        high = range(nodes() // 2 + 1, nodes())
        chosen = rng.permutation(high)[:2].tolist() if nodes() > 1 else []
        plot.set_branch_lines(tuple((node, height()) for node in chosen))

    deeds = [
        tree,
        lambda: plot.set_tree(None),
        branches,
        lambda: plot.set_labels(rng.integers(SPLIT, 2000, nodes())),
        lambda: plot.set_lit(rng.random(nodes()) < 0.5),
        lambda: plot.set_lit(None),
        lambda: plot.set_selected(rng.random((nodes() + 1) // 2) < 0.5),
        lambda: plot.set_selected(None),
        lambda: plot.set_line(height(), height(), does.one_of([0.0, np.inf]), "words"),
        lambda: plot.set_line(None),
        lambda: plot.set_natural([(height(), int(rng.integers(1, 999)))] * 3),
        lambda: plot.set_current(does.one_of([None, some()])),
        lambda: plot.set_playing(does.one_of([None, some()])),
        lambda: plot.set_leaf_names(lambda leaf: "\udcff\n" * leaf),
        lambda: plot.set_scale(does.one_of(["height", "log"])),
        lambda: plot.zoom(does.one_of([1e-9, 0.5, 2.0, 1e9])),
        lambda: plot.zoom_to(some()),
        lambda: plot.reveal(max(min(some(), nodes() - 1), 0)),
        lambda: plot.node_at(QPointF(*rng.normal(0, 300, 2))),
        plot.fit,
    ]
    does.do(qtbot, deeds)


@pytest.mark.parametrize("seed", range(4))
def test_a_strip(qtbot, hand, seed):
    does = hand(CutStrip(), seed)
    plot, rng = does.plot, does.rng

    def axis():
        n = does.one_of([1, 2, 3, 400])
        heights = does.one_of([np.zeros(n - 1), np.sort(rng.gamma(1, 1, n - 1))[::-1]])
        scale = does.one_of(["merges", "height", "log"])
        plot.set_axis(CutAxis(heights, int(rng.integers(-2, 500)), scale))

    def curves():
        m = does.one_of([0, 1, 200])
        scores = rng.normal(0, 1, m)
        scores[rng.random(m) < 0.3] = np.nan
        names = does.one_of([[], ["NMI"], [f"\udcff {i}" for i in range(9)]])
        plot.set_curves(np.arange(1, m + 1), dict.fromkeys(names, scores), "of some")

    deeds = [
        axis,
        curves,
        lambda: plot.set_axis(None),
        lambda: plot.set_k(int(rng.integers(-2, 600))),
        lambda: plot.set_natural(rng.integers(-2, 600, int(rng.integers(5))).tolist()),
        lambda: qtbot.mouseClick(plot, Qt.MouseButton.LeftButton),
    ]
    does.do(qtbot, deeds)


@pytest.mark.parametrize("seed", range(4))
def test_a_map(qtbot, hand, seed):
    does = hand(ScatterPlot(), seed)
    plot, rng = does.plot, does.rng

    def positions():
        n = does.one_of([0, 1, 2, 50])
        spread = does.one_of([0.0, 1e-30, 1.0, 1e11, 1e30])
        places = rng.normal(0, spread, (n, 2)) if spread else np.zeros((n, 2))
        places[rng.random(n) < 0.2] = np.nan
        plot.set_positions(places)

    def n():
        return len(plot.positions)

    def some():
        return rng.permutation(n())[: int(rng.integers(4))]

    def one():
        return does.one_of([None, *some().tolist()])

    def drag():
        way = [QPoint(*place) for place in rng.integers(-50, 500, (4, 2)).tolist()]
        gestures.take(plot, *way)
        does.one_of([lambda: gestures.drop(plot, way[0]), plot.put_back, positions])()

    deeds = [
        positions,
        lambda: plot.set_labels(rng.integers(palette.UNPLACED, 40_000, n())),
        lambda: plot.set_selection(some()),
        lambda: plot.set_lit(does.one_of([None, some()])),
        lambda: plot.set_paint(rng.integers(-2, 3, n()), np.full((3, 4), 99)),
        lambda: plot.set_shapes(does.one_of([None, rng.integers(0, 9, n())])),
        lambda: plot.set_hidden(does.one_of([None, rng.random(n()) < 0.5])),
        lambda: plot.set_links(one(), some()),
        lambda: plot.set_tool(does.one_of(TOOLS)),
        drag,
        lambda: plot.set_current(one()),
        lambda: plot.set_playing(one()),
        lambda: plot.zoom(does.one_of([1e-9, 0.5, 2.0, 1e9])),
        lambda: plot.zoom_to(some()),
        lambda: plot.index_at(QPointF(*rng.normal(0, 300, 2)), 1e4),
        plot.points_in_view,
        plot.fit,
        plot.refit,
    ]
    does.do(qtbot, deeds)
