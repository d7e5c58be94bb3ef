"""The folders of a collection as a tree, with the number of clips below each."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from audioclust_gui.plots.plain import one_line
from engine.audio.dataset import Dataset

_PATH = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FolderTree(QTreeWidget):
    """Shows the folders; choosing one emits its path, "" for all."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderLabels(["Folder", "Clips"])
        self.setAccessibleName("Folders")
        self.setToolTip("Choose a folder to see only its clips")
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, self.header().ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, self.header().ResizeMode.ResizeToContents)
        self.currentItemChanged.connect(self._choose)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the folders of another collection; emits nothing."""
        with QSignalBlocker(self):
            self.clear()
            counts: Counter[str] = Counter()
            for folder, count in Counter(c.folder for c in dataset.clips).items():
                parts = folder.split("/") if folder else []
                for depth in range(len(parts) + 1):
                    counts["/".join(parts[:depth])] += count
            items: dict[str, QTreeWidgetItem] = {}
            for path in sorted(counts, key=lambda p: (p.count("/"), p.casefold())):
                parent, _, name = path.rpartition("/")
                shown = one_line(name or dataset.name)
                item = QTreeWidgetItem([shown, f"{counts[path]:,}"])
                item.setData(0, _PATH, path)
                item.setTextAlignment(1, _RIGHT)
                items[path] = item
                if path:
                    items[parent].addChild(item)
                else:
                    self.addTopLevelItem(item)
            self.expandToDepth(0)
            if self.topLevelItemCount():
                self.setCurrentItem(self.topLevelItem(0))

    def _choose(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(0, _PATH))
