"""Light and dark: one palette each, the same on every system.

The colours are chosen for a contrast of at least 4.5 to 1 between text and ground
(WCAG 2.2, criterion 1.4.3).
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

SCHEMES = ("system", "light", "dark")
_R = QPalette.ColorRole
_LIGHT = {
    _R.Window: "#f4f5f7",
    _R.WindowText: "#1d2126",
    _R.Base: "#ffffff",
    _R.AlternateBase: "#f6f7f9",
    _R.Text: "#1d2126",
    _R.PlaceholderText: "#6a727d",
    _R.Button: "#eceef1",
    _R.ButtonText: "#1d2126",
    _R.ToolTipBase: "#ffffff",
    _R.ToolTipText: "#1d2126",
    _R.Highlight: "#1f6fb5",
    _R.HighlightedText: "#ffffff",
    _R.Link: "#1f6fb5",
    _R.Accent: "#1f6fb5",
    _R.Mid: "#c9ced6",
    _R.Dark: "#9aa2ad",
    _R.Light: "#ffffff",
    _R.Midlight: "#e3e6ea",
    _R.Shadow: "#7d8590",
}
_DARK = {
    _R.Window: "#1f2227",
    _R.WindowText: "#e6e8eb",
    _R.Base: "#17191d",
    _R.AlternateBase: "#1c1f24",
    _R.Text: "#e6e8eb",
    _R.PlaceholderText: "#949ca7",
    _R.Button: "#2b2f36",
    _R.ButtonText: "#e6e8eb",
    _R.ToolTipBase: "#2b2f36",
    _R.ToolTipText: "#e6e8eb",
    _R.Highlight: "#2b7cc4",
    _R.HighlightedText: "#ffffff",
    _R.Link: "#62b0f0",
    _R.Accent: "#4a9fe3",
    _R.Mid: "#3a3f47",
    _R.Dark: "#121417",
    _R.Light: "#454b55",
    _R.Midlight: "#343941",
    _R.Shadow: "#000000",
}
_DARK_CHECK_BOX = "#686f7b"  # 3 to 1 on the window, 4 to 1 under its mark
_DISABLED = (_R.WindowText, _R.Text, _R.ButtonText)
_STYLE = """
QDockWidget { font-weight: 600; }
QDockWidget::title { padding: 5px 8px; background: palette(window); }
QToolTip { padding: 4px; border: 1px solid palette(mid); }
QStatusBar { padding-left: 6px; }
QStatusBar::item { border: none; }
QHeaderView::section {
    padding: 3px 6px; border: none; border-bottom: 1px solid palette(mid);
    background: palette(window);
}
QTableView, QTreeView {
    border: 1px solid palette(mid);
    selection-background-color: %(selection)s;
    selection-color: palette(text);
}
QTreeView::item { min-height: 20px; }
"""
# Light enough for the sign of any cluster to be seen on it.
_SELECTIONS = {False: "#cfe4f8", True: "#264561"}


class Theme(QObject):
    """Gives the application its colours, and tells when they change."""

    changed = Signal(bool)  # dark

    def __init__(self, app: QApplication, scheme: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self.scheme = scheme
        self.dark = self._wanted
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self._dress()

    def set_scheme(self, scheme: str) -> None:
        """Choose "light", "dark", or "system" for what the desktop says."""
        self.scheme = scheme
        self._follow()

    @property
    def _wanted(self) -> bool:
        system = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self.scheme == "dark" or (self.scheme == "system" and system)

    def _follow(self) -> None:
        if self._wanted != self.dark:  # all widgets are dressed anew: that is seen
            self.dark = self._wanted
            self._dress()
            self.changed.emit(self.dark)

    def _dress(self) -> None:
        # A style sheet keeps the colours it met: it has to meet the new ones.
        self._app.setStyleSheet("")
        colours = _DARK if self.dark else _LIGHT
        self._app.setPalette(_palette(colours))
        # Fusion frames a check box darker than the window: unseen where that is dark.
        box = _DARK_CHECK_BOX if self.dark else colours[_R.Base]
        self._app.setPalette(_palette({**colours, _R.Base: box}), "QCheckBox")
        self._app.setStyleSheet(_STYLE % {"selection": _SELECTIONS[self.dark]})


def _palette(colours: dict[QPalette.ColorRole, str]) -> QPalette:
    palette = QPalette()
    for role, name in colours.items():
        palette.setColor(role, QColor(name))
    faint = QColor(colours[_R.PlaceholderText])
    for role in _DISABLED:
        palette.setColor(QPalette.ColorGroup.Disabled, role, faint)
    return palette
