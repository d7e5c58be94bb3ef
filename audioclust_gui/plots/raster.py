"""Points are pixels: a scatter plot as an image of point indices.

Every pixel holds a *code*: the index of the point that is seen there, and how.
Colouring is then one look-up per pixel whatever the number of points, and so is finding
the point under the cursor. Where points overlap, the one with the higher index is seen,
and the raised (selected) points lie above all others.

A code is ``index * LEVELS + level``, or `EMPTY`; the levels are those of `stamps`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioclust_gui.plots.stamps import COVERAGE, FILL, LEVELS, Stamps

Codes = NDArray[np.int32]
Indices = NDArray[np.intp]
Positions = NDArray[np.float32]

EMPTY = -1
DILATE_ABOVE = 0.2
"""Visible points per pixel from which growing pixels is quicker than stamping points:
about 100 000 points in a window of usual size."""

_AT_A_TIME = 512
_LEVEL_BITS = LEVELS.bit_length() - 1


@dataclass(frozen=True, slots=True)
class Pixels:
    """Where points fall in an image: those inside it or just outside.

    Parameters
    ----------
    index, row, column : intp arrays, shape (n_visible,)
        The point, ascending, and its pixel; row 0 is the top.
    """

    index: Indices
    row: Indices
    column: Indices


def pixels_of(
    positions: Positions,
    view: tuple[float, float, float, float],
    size: tuple[int, int],
    reach: int = 0,
    among: Indices | None = None,
) -> Pixels:
    """Find the pixel of every point that is in view.

    Parameters
    ----------
    positions : float32 array, shape (n, 2)
        Horizontal and vertical (upwards); points that are not finite are left out.
    view : left, bottom, right, top
        The part of the plane that fills the image.
    size : rows, columns
    reach : int
        How many pixels outside the image a point may lie.
    among : intp array, ascending, optional
        The points to consider; by default all.
    """
    if among is not None:
        some = pixels_of(positions[among], view, size, reach)
        return Pixels(among[some.index], some.row, some.column)
    left, bottom, right, top = view
    rows, columns = size
    x = (positions[:, 0] - np.float32(left)) * np.float32(columns / (right - left))
    y = (np.float32(top) - positions[:, 1]) * np.float32(rows / (top - bottom))
    inside = (x >= -reach) & (x < columns + reach) & (y >= -reach) & (y < rows + reach)
    index = np.flatnonzero(inside)
    return Pixels(
        index,
        np.floor(y[index]).astype(np.intp),
        np.floor(x[index]).astype(np.intp),
    )


def rasterise(
    pixels: Pixels,
    size: tuple[int, int],
    stamps: Stamps,
    shapes: Indices | None = None,
    *,
    dilate: bool | None = None,
) -> Codes:
    """Draw points into an image of codes; the higher index is seen.

    Parameters
    ----------
    pixels : Pixels
        From `pixels_of` with the reach of the stamps.
    size : rows, columns
    stamps : Stamps
    shapes : intp array, shape (n,), optional
        The row of `stamps` for every point; all have row 0 when absent.
    dilate : bool, optional
        Write each point once and grow it, which gives the same image and costs the
        same for any number of points; by default beyond `DILATE_ABOVE` points per
        pixel, and never with shapes.

    Returns
    -------
    int32 array, shape size
    """
    if dilate is None:
        dilate = shapes is None and len(pixels.index) > DILATE_ABOVE * size[0] * size[1]
    rows, columns = size
    codes = _blank(rows, columns, stamps)
    if dilate:
        codes = _dilated(codes, pixels, stamps)
    else:
        _stamp(codes, pixels, stamps, shapes)
    return _without_margin(codes, stamps)


def raised(
    codes: Codes, pixels: Pixels, stamps: Stamps, shapes: Indices | None = None
) -> Codes:
    """Return the image with these points above all others: a new array."""
    wide = _blank(*codes.shape, stamps)
    _without_margin(wide, stamps)[:] = codes
    _stamp(wide, pixels, stamps, shapes)
    return _without_margin(wide, stamps)


def _blank(rows: int, columns: int, stamps: Stamps) -> Codes:
    # A point may lie one reach outside the image, and its pixels another.
    margin = 4 * stamps.reach
    return np.full((rows + margin, columns + margin), EMPTY, np.int32)


def _without_margin(codes: Codes, stamps: Stamps) -> Codes:
    margin = 2 * stamps.reach
    rows, columns = codes.shape
    return codes[margin : rows - margin, margin : columns - margin]


def _stamp(
    codes: Codes, pixels: Pixels, stamps: Stamps, shapes: Indices | None
) -> None:
    margin, width = 2 * stamps.reach, codes.shape[1]
    offsets = (stamps.rows * width + stamps.columns).astype(np.intp)
    origin = ((pixels.row + margin) * width + pixels.column + margin)[:, None]
    code = (pixels.index.astype(np.int32) * np.int32(LEVELS))[:, None]
    which = np.zeros_like(pixels.index) if shapes is None else shapes[pixels.index]
    flat = codes.reshape(-1)
    # A few at a time stay in the processor's cache. Of repeated indices numpy keeps the
    # last: the points must vary slowest.
    for start in range(0, len(which), _AT_A_TIME):
        some = slice(start, start + _AT_A_TIME)
        pixel = offsets.take(which[some], axis=0)
        pixel += origin[some]
        drawn = stamps.levels.take(which[some], axis=0)
        drawn += code[some]
        flat[pixel.ravel()] = drawn.ravel()


def _dilated(codes: Codes, pixels: Pixels, stamps: Stamps) -> Codes:
    margin = 2 * stamps.reach
    codes[pixels.row + margin, pixels.column + margin] = pixels.index * LEVELS + FILL
    grown = np.full_like(codes, EMPTY)
    height, width = codes.shape
    for level in np.unique(stamps.levels[0]):
        # Where there is no point this falls below EMPTY, and so below every point.
        softened = codes - np.int32(FILL - level)
        here = stamps.levels[0] == level
        offsets = zip(stamps.rows[0, here], stamps.columns[0, here], strict=True)
        for down, right in offsets:
            target = grown[_overlap(down, height), _overlap(right, width)]
            source = softened[_overlap(-down, height), _overlap(-right, width)]
            np.maximum(target, source, out=target)
    return grown


def _overlap(shift: int, length: int) -> slice:
    return slice(max(shift, 0), length + min(shift, 0))


def shades(
    table: NDArray[np.uint8], outline: tuple[int, int, int]
) -> NDArray[np.uint32]:
    """Return what each level of each colour looks like.

    Parameters
    ----------
    table : uint8 array, shape (n_colours, 4)
        Red, green, blue, alpha, as `palette.table` gives them.
    outline : red, green, blue
        The colour of the ring of raised points.

    Returns
    -------
    uint32 array, shape (n_colours, LEVELS), premultiplied 0xAARRGGBB
    """
    rgba = np.repeat(table[:, None].astype(np.float32), LEVELS, axis=1)
    rgba[:, FILL + 1 :] = (*outline, 255)
    alpha = rgba[..., 3] / 255 * COVERAGE
    red, green, blue = (rgba[..., :3] * alpha[..., None]).round().astype(np.uint32).T
    opaque = (alpha * 255).round().astype(np.uint32).T
    return np.ascontiguousarray((opaque << 24 | red << 16 | green << 8 | blue).T)


@dataclass(frozen=True, slots=True)
class Seen:
    """The pixels of an image of codes that show a point, taken apart once.

    Parameters
    ----------
    size : rows, columns of the image
    pixel : intp array, shape (n_seen,)
        Places in the flattened image, ascending.
    index, level : int32 arrays, shape (n_seen,)
    """

    size: tuple[int, int]
    pixel: Indices
    index: NDArray[np.int32]
    level: NDArray[np.int32]


def seen_in(codes: Codes) -> Seen:
    """Take an image of codes apart."""
    flat = codes.reshape(-1)
    pixel = np.flatnonzero(flat >= 0)
    code = flat[pixel]
    return Seen(codes.shape, pixel, code >> _LEVEL_BITS, code & (LEVELS - 1))


def coloured(
    seen: Seen, labels: NDArray[np.int32], shading: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """Colour an image of codes: the whole cost of a change of labels.

    Parameters
    ----------
    seen : Seen
    labels : int32 array, shape (n,)
        The row of `shading` for every point; negative ones count from the end.
    shading : uint32 array, shape (n_colours, LEVELS)

    Returns
    -------
    uint32 array, shape (rows, columns), premultiplied 0xAARRGGBB
    """
    image = np.zeros(seen.size, np.uint32)
    # One flat look-up: a negative label still counts from the end.
    entry = (labels * np.int32(LEVELS)).take(seen.index) + seen.level
    image.reshape(-1)[seen.pixel] = shading.reshape(-1).take(entry)
    return image


def index_at(codes: Codes, row: int, column: int, radius: int) -> int:
    """Return the point seen at a pixel, or the nearest seen within a radius, or -1.

    Of two at the same distance the higher index wins.
    """
    top, left = max(row - radius, 0), max(column - radius, 0)
    window = codes[top : max(row + radius + 1, 0), left : max(column + radius + 1, 0)]
    down, right = np.nonzero(window >= 0)
    distance = (down + top - row) ** 2 + (right + left - column) ** 2
    if not len(distance) or distance.min() > radius**2:
        return -1
    return int(window[down, right][distance == distance.min()].max()) // LEVELS
