"""A and B in one button: it keeps a clip, and switches between the two."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from audioclust_gui.document import Document
from audioclust_gui.listening import Listening
from audioclust_gui.plots.plain import tooltip

_HELP = "Hear the other of A and B  (B); keep a clip as A  (A)"


class ComparingButton(QToolButton):
    """Plays the other of two clips; its menu keeps one of them.

    Parameters
    ----------
    document : Document
    listening : Listening
    """

    def __init__(
        self, document: Document, listening: Listening, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.setText("A/B")
        menu = QMenu(self)
        menu.addAction("&Keep this clip as A\tA", listening.keep_a)
        menu.addAction("&Hear the other\tB", listening.switch_ab)
        self.setMenu(menu)
        self.clicked.connect(listening.switch_ab)
        listening.kept_changed.connect(self._show_kept)
        self._show_kept(-1)

    def _show_kept(self, clip: int) -> None:
        """Say which clip is A."""
        font = self.font()
        font.setBold(clip >= 0)
        self.setFont(font)
        kept = ""
        if clip >= 0:
            kept = f"A is {self._document.project.dataset.clips[clip].name}"
        self.setAccessibleName("Hear the other of A and B")
        self.setAccessibleDescription(tooltip(kept) if kept else "")
        self.setToolTip(tooltip(f"{_HELP}\n{kept}" if kept else _HELP))
