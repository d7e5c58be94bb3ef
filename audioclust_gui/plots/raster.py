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

_PIXELS_AT_A_TIME = 20_000
_FIRST_LOOK = 16
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

    def between(self, top: int, bottom: int, reach: int) -> Pixels:
        """Return those of a band of rows, up to `bottom`, as an image of its own."""
        inside = (self.row >= top - reach) & (self.row < bottom + reach)
        return Pixels(self.index[inside], self.row[inside] - top, self.column[inside])


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
        Quickest where each coordinate lies in one piece.
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
    x = _along(positions[:, 0], left, columns / (right - left))
    y = _along(positions[:, 1], top, -rows / (top - bottom))
    inside = x >= -reach
    for beyond in x < columns + reach, y >= -reach, y < rows + reach:
        inside &= beyond
    index = np.flatnonzero(inside)
    x, y = x[index], y[index]
    return Pixels(
        index,
        np.floor(y, out=y).astype(np.intp),
        np.floor(x, out=x).astype(np.intp),
    )


def _along(
    positions: NDArray[np.float32], start: float, per_unit: float
) -> NDArray[np.float32]:
    """Return how many pixels from the edge of the view points are."""
    near = np.float32(start)
    pixels = positions - near
    pixels *= np.float32(per_unit)
    # Far from the middle of the plane, the edge is finer than its number here.
    off = (float(near) - start) * per_unit
    if off:
        pixels += np.float32(off)
    return pixels


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
    blank = np.full(size, EMPTY, np.int32)
    return raised(blank, pixels, stamps, shapes, dilate=dilate)


def raised(
    codes: Codes,
    pixels: Pixels,
    stamps: Stamps,
    shapes: Indices | None = None,
    *,
    dilate: bool | None = None,
) -> Codes:
    """Return the image with these points above all others: a new array.

    The parameters are those of `rasterise`.
    """
    # A point may lie one reach outside the image, and its pixels another.
    margin = 2 * stamps.reach
    rows, columns = codes.shape
    wide = np.full((rows + 2 * margin, columns + 2 * margin), EMPTY, np.int32)
    inner = wide[margin : margin + rows, margin : margin + columns]
    inner[:] = codes
    if dilate is None:
        dilate = shapes is None and len(pixels.index) > DILATE_ABOVE * codes.size
    origin = (pixels.row + margin) * wide.shape[1] + pixels.column + margin
    if dilate:
        grown = _dilated(wide.shape, origin, pixels.index, stamps)
        np.copyto(wide, grown, where=grown >= 0)
    else:
        _stamp(wide, origin, pixels.index, stamps, shapes)
    return inner


def _stamp(
    codes: Codes,
    origin: Indices,
    index: Indices,
    stamps: Stamps,
    shapes: Indices | None,
) -> None:
    offsets = (stamps.rows * codes.shape[1] + stamps.columns).astype(np.intp)
    code = (index * LEVELS).astype(np.int32)[:, None]
    which = np.zeros_like(index) if shapes is None else shapes[index]
    flat = codes.reshape(-1)
    # A few at a time stay in the processor's cache. Of repeated indices numpy keeps the
    # last: the points must vary slowest.
    at_a_time = max(1, _PIXELS_AT_A_TIME // offsets.shape[1])
    for start in range(0, len(which), at_a_time):
        some = slice(start, start + at_a_time)
        pixel = offsets.take(which[some], axis=0)
        pixel += origin[some, None]
        drawn = stamps.levels.take(which[some], axis=0)
        drawn += code[some]
        flat[pixel.ravel()] = drawn.ravel()


def _dilated(
    shape: tuple[int, ...], origin: Indices, index: Indices, stamps: Stamps
) -> Codes:
    # Where there is no point, every level ends at EMPTY or below it.
    codes = np.full(shape, -LEVELS, np.int32)
    codes.reshape(-1)[origin] = index * LEVELS
    grown, levelled = np.full_like(codes, EMPTY), np.empty_like(codes)
    height, width = codes.shape
    for level in np.unique(stamps.levels[0]):
        np.add(codes, np.int32(level), out=levelled)
        here = stamps.levels[0] == level
        offsets = set(zip(stamps.rows[0, here], stamps.columns[0, here], strict=True))
        for down, right in offsets:
            target = grown[_overlap(down, height), _overlap(right, width)]
            source = levelled[_overlap(-down, height), _overlap(-right, width)]
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
    seen: Seen,
    rows: NDArray[np.int32],
    shading: NDArray[np.uint32],
    lit: NDArray[np.bool_] | None = None,
    faded: NDArray[np.uint32] | None = None,
) -> NDArray[np.uint32]:
    """Colour an image of codes: the whole cost of a change of colours.

    Parameters
    ----------
    seen : Seen
    rows : int32 array, shape (n,)
        The row of `shading` for every point; negative ones count from the end.
    shading : uint32 array, shape (n_colours, LEVELS)
    lit : bool array, shape (n,), optional
        The points to colour so; the others get the colours of `faded`.
    faded : uint32 array, shape (n_colours, LEVELS), with `lit`

    Returns
    -------
    uint32 array, shape (rows, columns), premultiplied 0xAARRGGBB
    """
    entry = rows.take(seen.index) * np.int32(LEVELS)
    entry += seen.level
    # "wrap" lets a negative row still count from the end.
    drawn = shading.reshape(-1).take(entry, mode="wrap")
    if lit is not None and faded is not None:
        faint = ~lit.take(seen.index)
        drawn[faint] = faded.reshape(-1).take(entry[faint], mode="wrap")
    image = np.zeros(seen.size, np.uint32)
    image.reshape(-1)[seen.pixel] = drawn
    return image


def index_at(codes: Codes, row: int, column: int, radius: int) -> int:
    """Return the point seen at a pixel, or the nearest seen within a radius, or -1.

    Of two at the same distance the higher index wins.
    """
    near = min(_FIRST_LOOK, radius)
    while True:  # mostly it is close by, and far around there is much to look at
        found = _nearest(codes, row, column, near)
        if found >= 0 or near >= radius:
            return found
        near = min(4 * near, radius)


def _nearest(codes: Codes, row: int, column: int, radius: int) -> int:
    top, left = max(row - radius, 0), max(column - radius, 0)
    window = codes[top : max(row + radius + 1, 0), left : max(column + radius + 1, 0)]
    down, right = np.nonzero(window >= 0)
    distance = (down + top - row) ** 2 + (right + left - column) ** 2
    if not len(distance) or distance.min() > radius**2:
        return -1
    return int(window[down, right][distance == distance.min()].max()) // LEVELS
