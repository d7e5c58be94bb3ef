"""Where something is to be written: asked for, and asked again before it is lost."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


def file_to_write(
    parent: QWidget, title: str, start: str | Path, kinds: str, suffix: str
) -> Path | None:
    """Ask for a file to write, and again before another one is replaced."""
    dialog = QFileDialog(parent, title, str(Path(start).parent), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(Path(start).name)
    chosen = dialog.selectedFiles() if dialog.exec() else []
    dialog.deleteLater()
    if not chosen:
        return None
    path = Path(chosen[0])
    if path.suffix.lower() == suffix:
        return path
    # The dialog adds nothing to "a.b", and has asked about another file than this.
    path = path.with_name(path.name + suffix)
    return path if not path.exists() or _may_replace(parent, path) else None


def folder_to_write(parent: QWidget, title: str) -> Path | None:
    """Ask for a folder to write into."""
    path = QFileDialog.getExistingDirectory(parent, title, str(Path.home()))
    return Path(path) if path else None


def _may_replace(parent: QWidget, path: Path) -> bool:
    yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
    box = QMessageBox(
        QMessageBox.Icon.Warning,
        "Replace the file?",
        f"{path} exists. Replace it?",
        yes | no,
        parent,
    )
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setDefaultButton(no)
    return box.exec() == yes
