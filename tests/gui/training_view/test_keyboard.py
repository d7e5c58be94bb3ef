"""Everything in the monitor can be reached by Tab, from the top to the foot."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.gui.training_view import runs as paper


def walk(view):
    """Press Tab from the first button on until it is reached again."""
    first = view.buttons.train
    first.setFocus()
    reached = [first]
    for _ in range(200):
        QTest.keyClick(reached[-1], Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is first:
            return reached
        assert now is not reached[-1], f"Tab does not leave {now}"
        reached.append(now)
    raise AssertionError("Tab does not come back to the first button")


@pytest.mark.parametrize("size", [(340, 700), (800, 500), (1400, 900)])
def test_tab_goes_through_all_pages_in_view_and_comes_back(made, qtbot, size):
    view = made(found=(paper.run(2), paper.run(1))).view
    view.resize(*size)
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    reached = walk(view)
    assert reached[-2:] == [view.network.epoch, view.network.use], "it is at the foot"
    wanted = [view.recipe.preset, view.recipe.name]
    if size[0] > 600:
        wanted += [view.curves.plot, view.curves.scale]
    if size[0] > 1000:
        wanted += [view.runs.table, view.map.plot, view.map.slider, view.pairs.plot]
    assert not [widget for widget in wanted if widget not in reached]
    where = [place for place, widget in enumerate(reached) if widget in wanted]
    assert where[0] <= 2, "the form comes first"
    for widget in reached:
        named = widget.accessibleName() or getattr(widget, "text", str)()
        assert named, f"{widget} has no name"
