"""Where something is to be written: asked for, and asked again before it is lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


def file_to_write(
    parent: QWidget, title: str, start: str | Path, kinds: Mapping[str, str]
) -> Path | None:
    """Ask for a file to write, and again before another one is replaced.

    Parameters
    ----------
    parent : QWidget
    title : str
    start : str or Path
        The name that is offered.
    kinds : mapping of str to str
        Suffixes, and what such files are: ``{".csv": "Tables"}``. A name without any
        of them gets that of the chosen kind, which at first is the first.
    """
    suffixes = {f"{name} (*{suffix})": suffix for suffix, name in kinds.items()}
    folder, filters = str(Path(start).parent), ";;".join(suffixes)
    dialog = QFileDialog(parent, title, folder, filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    if len(kinds) == 1:  # of several it would not follow the kind that is chosen
        dialog.setDefaultSuffix(next(iter(kinds)))
    dialog.selectFile(Path(start).name)
    chosen = dialog.selectedFiles() if dialog.exec() else []
    suffix = suffixes.get(dialog.selectedNameFilter(), next(iter(kinds)))
    dialog.deleteLater()
    if not chosen:
        return None
    path = Path(chosen[0])
    if path.suffix.lower() in kinds:
        return path
    # Without a default suffix, and to "a.b", the dialog adds nothing, and has asked
    # about another file than this.
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
