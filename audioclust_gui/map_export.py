"""The map as a file: how large, on which ground, and written in a thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QSizeF, Signal

from audioclust_gui.colouring import Colouring
from audioclust_gui.plots.map_picture import SHAPES_UP_TO, png, svg
from audioclust_gui.plots.map_sheet import MapScene, Page
from audioclust_gui.plots.scatter import ScatterPlot
from engine.errors import ParameterError
from engine.features.clip_files import write_whole
from engine.params import Params, param

_MOST = 12_000  # pixels across: about 400 MB while it is drawn


@dataclass(frozen=True)
class MapPictureParams(Params):
    """How the map is drawn on paper."""

    width: float = param(
        180.0,
        label="Width",
        unit="mm",
        low=60,
        high=1000,
        help="Of the whole picture; journals take 85 to 90 (a column) or 170 to 180",
    )
    dpi: int = param(
        300,
        label="Resolution",
        unit="dpi",
        low=72,
        high=600,
        help="Of a PNG, and in an SVG of the points where more than "
        f"{SHAPES_UP_TO:,} are in view; the fewer are shapes of their own",
    )
    ground: str = param(
        "light",
        label="Ground",
        choices={"light": "Light", "dark": "Dark", "clear": "Transparent"},
        help="A transparent picture has the colours of a light one",
    )
    legend: bool = param(True, label="Legend")
    title: str = param("", label="Title", help="A line above; none if left empty")

    def check(self) -> None:
        """Raise ParameterError where the picture would be too large."""
        across = round(self.width / 25.4 * self.dpi)
        if across > _MOST:
            raise ParameterError(
                f"{self.width:g} mm at {self.dpi} dpi are {across:,} pixels across, "
                f"and at most {_MOST:,} are possible: choose a smaller width or "
                "resolution"
            )

    @property
    def dark(self) -> bool:
        """Whether the ground is dark."""
        return self.ground == "dark"

    def page(self) -> Page:
        """Return what the map is drawn on."""
        return Page(self.width, self.dpi, self.ground == "clear", self.title)


def scene_of(
    plot: ScatterPlot, colouring: Colouring, dark: bool, *, legend: bool = False
) -> MapScene | None:
    """Return what is in view of a map, as it is now; None while there is nothing.

    Parameters
    ----------
    plot : ScatterPlot
    colouring : Colouring
        What the points of the plot are painted by.
    dark : bool
        Whether it is for a dark ground, whatever the theme of the window.
    legend : bool
        Whether to take the legend as well: of the categories that are shown.
    """
    painting = colouring.painting
    if not plot.shown.placed or len(painting.codes) != len(plot.positions):
        return None
    width, height = float(plot.width()), float(plot.height())
    corners = np.array([[0.0, 0.0], [width, height]])
    (left, top), (right, bottom) = plot.in_plane(corners).tolist()
    return MapScene.of(
        plot.shown,
        (left, bottom, right, top),
        QSizeF(width, height),
        dark,
        None if painting.plain else painting.table(dark),
        painting.legend(dark, colouring.shown) if legend else None,
    )


class MapWriter(QObject):
    """Draws and writes pictures while the window goes on."""

    written = Signal(object)  # the path
    failed = Signal(str)

    def write(self, path: Path, scene: MapScene, page: Page) -> None:
        """Write an SVG where the name says so, else a PNG; tell when it is done.

        Parameters
        ----------
        path : Path
        scene : MapScene
            Nothing in it may change any more.
        page : Page
        """
        draw = svg if path.suffix.lower() == ".svg" else png
        threading.Thread(
            target=self._write, args=(path, draw, scene, page), name="map", daemon=True
        ).start()

    def _write(
        self,
        path: Path,
        draw: Callable[[MapScene, Page], bytes],
        scene: MapScene,
        page: Page,
    ) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone
            try:
                write_whole(path, draw(scene, page))
            except (OSError, MemoryError) as error:
                self.failed.emit(f"{path} cannot be written: {error}")
            else:
                self.written.emit(path)
