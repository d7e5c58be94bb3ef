"""The menu of the map: what the mouse does there, what is in view, in which colours."""

from __future__ import annotations

from PySide6.QtGui import QAction, QActionGroup

from audioclust_gui.colour_choices import Choice
from audioclust_gui.filled_menu import FilledMenu
from audioclust_gui.plots.plain import one_line, tooltip

# The map sees to these keys itself: other widgets have other uses for them.
_TOOLS = {
    "move": "&Move\tM",
    "box": "Select in a &box\tR",
    "outline": "Select in an &outline\tO",
}


class MapMenu(FilledMenu):
    """What the mouse does on the map, what is in view, and in which colours."""

    def _fill(self) -> None:
        menu, add, window, parts = self._menu, self._add, self._window, self._parts
        view, plot = window.map, window.map.plot
        self._tools: dict[str, QAction] = {}
        group = QActionGroup(menu)
        for tool, text in _TOOLS.items():
            action = add(text, lambda _, to=tool: view.set_tool(to), checked=False)
            group.addAction(action)
            self._tools[tool] = action
        menu.addSeparator()
        self._colours = menu.addMenu("&Colour by")
        self._colours.setToolTipsVisible(True)
        self._colours.aboutToShow.connect(self._offer_colours)
        colouring = parts.colouring
        shape = colouring.set_shapes_by_label
        self._shape = add("&Shape by label", shape, checked=False)
        add("Show &hidden points again", colouring.show_all)
        menu.addSeparator()
        add("&Zoom to the selection\tZ", view.zoom_to_selection)
        add("Show &all points", view.fit, "Ctrl+0")
        menu.addSeparator()
        add("Find &neighbours", window.find_neighbours, "F")
        second = view.toggle_second
        self._second = add("Se&cond map", second, "Ctrl+5", checked=False)
        self._stop = add("S&top settling", self._stop_settling)
        menu.aboutToShow.connect(self._refresh)
        plot.tool_changed.connect(self._show_tool)
        self._show_tool(plot.tool)

    def _show_tool(self, tool: str) -> None:
        self._tools[tool].setChecked(True)

    def _refresh(self) -> None:
        parts = self._parts
        self._shape.setChecked(parts.colouring.shapes_by_label)
        labelled = parts.document.project.dataset.label_column is not None
        self._shape.setEnabled(labelled)
        self._second.setChecked(parts.second.second is not None)
        self._stop.setEnabled(parts.workflow.busy or parts.second.making.busy)

    def _stop_settling(self) -> None:
        if self._parts.second.making.busy:
            self._parts.second.making.cancel()
        else:
            self._parts.workflow.cancel()

    def _offer_colours(self) -> None:
        menu, colouring = self._colours, self._parts.colouring
        menu.clear()
        group, heading = QActionGroup(menu), ""
        for choice in colouring.choices:
            if choice.group != heading:
                heading = choice.group
                menu.addSection(heading)
            action = menu.addAction(_words(choice))
            action.setEnabled(not choice.refusal)
            action.setToolTip(tooltip(choice.refusal or choice.text))
            action.setCheckable(True)
            action.setChecked(choice.key == colouring.choice)
            action.triggered.connect(lambda _, key=choice.key: colouring.choose(key))
            group.addAction(action)


def _words(choice: Choice) -> str:
    return one_line(choice.text).replace("&", "&&")
