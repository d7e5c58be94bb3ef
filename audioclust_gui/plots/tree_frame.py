"""Which part of a tree is in view, and where it is on the widget."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF

TOP = 1.06
"""The share of the height up to which there is something to see: a line of one cluster
lies over the root."""

_LEAST_SHARE = 1e-5


@dataclass(frozen=True, slots=True)
class View:
    """A part of the plane of a tree.

    Parameters
    ----------
    left, right : float
        In units of leaves.
    bottom, top : float
        As shares of the height: 0 the leaves, 1 the root.
    """

    left: float = 0.0
    right: float = 1.0
    bottom: float = 0.0
    top: float = TOP

    def zoomed(self, factor: float, about: float, within: View) -> View:
        """Make it this many times as wide; what lies at `about` stays there."""
        wide = self.right - self.left
        least = min(1.0, within.right - within.left)
        wanted = min(max(wide * factor, least), within.right - within.left)
        left = about - (about - self.left) * wanted / wide
        return replace(self, left=left, right=left + wanted).moved(0, 0, within)

    def raised(self, factor: float) -> View:
        """Make it this many times as high; the bottom stays where it can."""
        high = min(max((self.top - self.bottom) * factor, _LEAST_SHARE), TOP)
        bottom = min(self.bottom, TOP - high)
        return replace(self, bottom=bottom, top=bottom + high)

    def moved(self, right: float, up: float, within: View) -> View:
        """Move it, no farther than to the ends of the whole."""
        wide, high = self.right - self.left, self.top - self.bottom
        wide = min(wide, within.right - within.left)
        left = min(max(self.left + right, within.left), within.right - wide)
        bottom = min(max(self.bottom + up, within.bottom), within.top - high)
        return View(left, left + wide, bottom, bottom + high)


@dataclass(frozen=True, slots=True)
class Frame:
    """A view in a rectangle of the widget.

    Parameters
    ----------
    view : View
    plot : QRectF
        Not empty.
    """

    view: View
    plot: QRectF

    @property
    def per_leaf(self) -> float:
        """How wide a leaf is, in points of the screen."""
        return self.plot.width() / (self.view.right - self.view.left)

    def x_of(self, x: float) -> float:
        """Return where a place among the leaves is on the widget."""
        return self.plot.left() + (x - self.view.left) * self.per_leaf

    def x_at(self, pixel: float) -> float:
        """Return the place among the leaves at a place of the widget."""
        return self.view.left + (pixel - self.plot.left()) / self.per_leaf

    def y_of(self, share: float) -> float:
        """Return where a share of the height is on the widget."""
        view, plot = self.view, self.plot
        return plot.top() + (view.top - share) / (view.top - view.bottom) * self._high

    def share_at(self, pixel: float) -> float:
        """Return the share of the height at a place of the widget."""
        view = self.view
        down = (pixel - self.plot.top()) / self._high
        return view.top - down * (view.top - view.bottom)

    @property
    def _high(self) -> float:
        # The leaves lie on the last row of pixels, not below it.
        return max(self.plot.height() - 1, 1.0)
