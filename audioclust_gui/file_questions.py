"""Where something is to be written: asked for, and asked again before it is lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

_LAST = "written to"  # in the settings: the folder


def file_to_write(
    parent: QWidget,
    title: str,
    start: str | Path,
    kinds: Mapping[str, str],
    settings: QSettings,
) -> Path | None:
    """Ask for a file to write, and again before another one is replaced.

    Parameters
    ----------
    parent : QWidget
    title : str
    start : str or Path
        The name that is offered; without a folder, in the one written to last.
    kinds : mapping of str to str
        Suffixes, and what such files are: ``{".csv": "Tables"}``. A name without any
        of them gets that of the chosen kind, which at first is the first.
    settings : QSettings
        Keep the folder that is chosen for the next time.
    """
    suffixes = {f"{name} (*{suffix})": suffix for suffix, name in kinds.items()}
    offered, filters = _last_folder(settings) / start, ";;".join(suffixes)
    dialog = QFileDialog(parent, title, str(offered.parent), filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    if len(kinds) == 1:  # of several it would not follow the kind that is chosen
        dialog.setDefaultSuffix(next(iter(kinds)))
    dialog.selectFile(offered.name)
    chosen = dialog.selectedFiles() if dialog.exec() else []
    suffix = suffixes.get(dialog.selectedNameFilter(), next(iter(kinds)))
    dialog.deleteLater()
    if not chosen:
        return None
    path = Path(chosen[0])
    settings.setValue(_LAST, str(path.parent))
    if path.suffix.lower() in kinds:
        return path
    # Without a default suffix, and to "a.b", the dialog adds nothing, and has asked
    # about another file than this.
    path = path.with_name(path.name + suffix)
    return path if not path.exists() or _may_replace(parent, path) else None


def folder_to_write(parent: QWidget, title: str, settings: QSettings) -> Path | None:
    """Ask for a folder to write into, at first the one written to last."""
    start = str(_last_folder(settings))
    path = QFileDialog.getExistingDirectory(parent, title, start)
    if path:
        settings.setValue(_LAST, path)
    return Path(path) if path else None


def _last_folder(settings: QSettings) -> Path:
    """Return the folder written to last, that of the person where it is gone."""
    stored = Path(str(settings.value(_LAST, "")))
    return stored if stored.is_absolute() and stored.is_dir() else Path.home()


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
