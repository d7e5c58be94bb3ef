"""A and B: two clips that are heard in turn."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from audioclust_gui.document import Document


class Comparing(QObject):
    """Remembers the clip kept as A, and the one it was compared with.

    Parameters
    ----------
    document : Document
    """

    changed = Signal(int)  # the clip kept as A, -1 for none

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._document = document
        self.a = self.b = -1
        document.replaced.connect(lambda: self.keep(-1))

    def keep(self, clip: int) -> None:
        """Keep a clip as A, -1 for none."""
        self.a, self.b = clip, -1
        self.changed.emit(clip)

    def switch(self) -> int:
        """Return the clip to hear now: of A and B the one that is not looked at.

        B is whatever is looked at that is not A; with exactly two clips selected they
        are A and B. It is -1 while there are no two clips to compare.
        """
        selection, current = self._document.selection, self._document.current
        if len(selection) == 2 and {self.a, self.b} != set(selection.tolist()):
            self.keep(int(selection[0]))
            self.b = int(selection[1])
        elif len(selection) != 2 and current != self.a:
            self.b = current
        if -1 in (self.a, self.b):
            return -1
        return self.b if current == self.a else self.a

    def words(self, clip: int) -> str:
        """Say which of the two a clip is: "A", "B", or ""."""
        if clip < 0 or clip not in (self.a, self.b):
            return ""
        return "A" if clip == self.a else "B"
