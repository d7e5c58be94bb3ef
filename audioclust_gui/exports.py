"""What is handed to other programs: clusters, tree, map, metadata, sounds, features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QWidget

from audioclust_gui.colouring import Colouring
from audioclust_gui.document import Document
from audioclust_gui.file_questions import file_to_write, folder_to_write
from audioclust_gui.form_dialog import FormQuestions
from audioclust_gui.jobs import Jobs
from audioclust_gui.map_export import MapPictureParams, MapWriter, scene_of
from audioclust_gui.plots.scatter import ScatterPlot
from engine.audio.converting import ConversionParams, Converted
from engine.audio.preparing import PreparationParams
from engine.features.exporting import FeatureExport, FeatureExportParams
from engine.params import Params

_TABLES = {".csv": "Tables"}
_TREES = {
    ".nwk": "Newick trees",
    ".npy": "NumPy linkages",
    ".csv": "Linkages with the names of the clips",
}
_MAP = "Export the map"
_PICTURES = {".png": "PNG images", ".svg": "SVG drawings"}


class Exports(QObject):
    """Asks what and where, writes it in a job, and says what came of it.

    Parameters
    ----------
    parent : QWidget
        The window in front of which it asks.
    document : Document
    jobs : Jobs
    settings : QSettings
        Where the folder is kept that was written to last.
    """

    troubled = Signal(str, str)
    noted = Signal(str, str)
    failed_for = Signal(object)  # tuple of Failure: the clips that were not written

    def __init__(
        self, parent: QWidget, document: Document, jobs: Jobs, settings: QSettings
    ) -> None:
        super().__init__(parent)
        self._parent = parent
        self._document = document
        self._jobs = jobs
        self._settings = settings
        self._forms = FormQuestions(parent)
        self._maps = MapWriter(self)
        self._maps.written.connect(
            lambda path: self.noted.emit("Exported", f"The map is in {path}")
        )
        self._maps.failed.connect(lambda why: self.troubled.emit(_MAP, why))

    def ask_clusters(self) -> None:
        """Let the person choose where the clusters go as a table."""
        title = "Export the clusters"
        path = self._file(title, "clusters.csv", _TABLES)
        if path is not None:
            self.clusters(path)

    def ask_tree(self) -> None:
        """Let the person choose where the tree goes, and as what."""
        title, grouping = "Export the tree", self._document.project.grouping
        if grouping is None or grouping.linkage is None:
            text = "There is no tree: choose Agglomerative in the Pipeline panel first."
            self.troubled.emit(title, text)
            return
        path = self._file(title, "tree.nwk", _TREES)
        if path is not None:
            self.tree(path)

    def ask_map(self, plot: ScatterPlot, colouring: Colouring) -> None:
        """Let the person choose how the view of a map is drawn, and where it goes."""
        if scene_of(plot, colouring, dark=False) is None:
            self.troubled.emit(_MAP, "There is no map yet: it comes with the groups.")
            return
        text = "Draws what is in view for print: as a PNG, or as an SVG to edit."

        def accepted(params: MapPictureParams) -> None:
            path = self._file(_MAP, "map.png", _PICTURES)
            if path is not None:
                self.map(path, params, plot, colouring)

        shown = MapPictureParams()
        self._forms.ask(_MAP, text, "Choose file…", shown, accepted)

    def ask_metadata(self) -> None:
        """Let the person choose where the list of clips goes as a table."""
        # Its paths start from there, so that it can be opened without a word.
        start = Path(self._document.project.dataset.root, "metadata.csv")
        title = "Export the metadata"
        path = self._file(title, start, _TABLES)
        if path is not None:
            self.metadata(path)

    def ask_sounds(self) -> None:
        """Let the person choose how and where prepared sounds are written."""
        preparation = self._document.pipeline.preparation
        text = (
            f"Writes {self._count()} as WAV files into a folder that you choose, with "
            f"the folders of the collection inside. {_of(preparation)}"
        )
        shown = ConversionParams()
        self._ask("Export prepared sounds", text, shown, self.sounds)

    def ask_features(self) -> None:
        """Let the person choose which features are written, and where."""
        text = (
            f"Writes features of {self._count()}, each to files of its own, into a "
            "folder that you choose: numbers (NPY) or pictures (PNG)."
        )
        self._ask("Export features", text, FeatureExportParams(), self.features)

    def clusters(self, path: Path) -> None:
        """Write the clusters to a CSV file."""
        self._run(
            "engine.projects.exporting:write_csv",
            (self._document.project, path),
            "Exporting the clusters",
            lambda path: f"The clusters are in {path}",
        )

    def tree(self, path: Path) -> None:
        """Write the tree to a Newick file, or as a linkage by any other suffix."""
        name = "newick" if path.suffix.lower() == ".nwk" else "linkage"
        self._run(
            f"engine.projects.exporting:write_{name}",
            (self._document.project, path),
            "Exporting the tree",
            lambda path: f"The tree is in {path}",
        )

    def map(
        self,
        path: Path,
        params: MapPictureParams,
        plot: ScatterPlot,
        colouring: Colouring,
    ) -> None:
        """Write what is in view to an SVG, or to a PNG by any other suffix."""
        scene = scene_of(plot, colouring, params.dark, legend=params.legend)
        if scene is not None:  # a collection without a map may have been opened
            self._maps.write(path, scene, params.page())

    def metadata(self, path: Path) -> None:
        """Write which clips there are, and what is known about them, to a CSV file."""
        dataset = self._document.project.dataset
        beside = path.absolute().parent == Path(dataset.root)
        root = "" if beside else f"; its paths start from {dataset.root}"
        self._run(
            "engine.audio.metadata:write_table",
            (dataset, path),
            "Exporting the metadata",
            lambda path: f"The metadata are in {path}{root}",
        )

    def sounds(self, folder: Path, params: ConversionParams) -> None:
        """Write the prepared sound of every clip into a folder."""
        project = self._document.project

        def told(found: Converted) -> str:
            written = sum(name is not None for name in found.written)
            self._list(found.failures)
            return f"{_clips(written)} written to {folder}{_without(found.failures)}"

        self._run(
            "engine.projects.exporting:write_sounds",
            (project.dataset, folder, params, project.pipeline.preparation),
            "Exporting prepared sounds",
            told,
        )

    def features(self, folder: Path, params: FeatureExportParams) -> None:
        """Write features of every clip into a folder."""
        project = self._document.project
        pipeline = project.pipeline

        def told(found: FeatureExport) -> str:
            self._list(found.failures)
            kept = f", {_clips(found.kept)} there already" if found.kept else ""
            return (
                f"Features of {_clips(found.written)} written to {folder}{kept}"
                f"{_without(found.failures)}"
            )

        self._run(
            "engine.features.exporting:export_features",
            (project.dataset, folder, params, pipeline.features, pipeline.preparation),
            "Exporting features",
            told,
        )

    def _file(
        self, title: str, start: str | Path, kinds: Mapping[str, str]
    ) -> Path | None:
        return file_to_write(self._parent, title, start, kinds, self._settings)

    def _ask(
        self, title: str, text: str, shown: Params, then: Callable[[Path, Any], None]
    ) -> None:
        """Ask for parameters, then for a folder."""

        def accepted(params: Params) -> None:
            folder = folder_to_write(self._parent, title, self._settings)
            if folder is not None:
                then(folder, params)

        self._forms.ask(title, text, "Choose folder…", shown, accepted)

    def _run(
        self,
        target: str,
        args: tuple[Any, ...],
        title: str,
        told: Callable[[Any], str],
    ) -> None:
        job = self._jobs.run(target, *args, title=title)
        job.succeeded.connect(lambda value: self.noted.emit("Exported", told(value)))
        job.failed.connect(lambda why: self.troubled.emit(title, why.message))
        job.crashed.connect(lambda text: self.troubled.emit(title, text))

    def _list(self, failures: tuple[Any, ...]) -> None:
        if failures:
            self.failed_for.emit(failures)

    def _count(self) -> str:
        return _clips(len(self._document.project.dataset))


def _clips(count: int) -> str:
    return "1 clip" if count == 1 else f"{count:,} clips"


def _without(failures: tuple[Any, ...]) -> str:
    return f", {len(failures):,} not: the reasons are below" if failures else ""


def _of(preparation: PreparationParams) -> str:
    """Say what is done to the sounds, for the dialog that writes them."""
    if preparation.changes_nothing:
        return "Nothing else is done to them: see Preparation in the Pipeline panel."
    values = preparation.to_dict()
    done = [
        declared.label
        for declared in preparation.declared()
        if declared.needs is None and values[declared.name] != declared.default
    ]
    return f"Done to them, as chosen under Preparation: {', '.join(done)}."
