"""The image of point indices against a slow drawing of the same points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from audioclust_gui.plots import palette, raster
from audioclust_gui.plots.stamps import FILL, HALO, LEVELS, raised_stamps, stamps

SIZE = (24, 31)
VIEW = (-3.0, -2.0, 4.0, 5.0)

coordinates = st.one_of(
    st.floats(-6, 8, width=32), st.sampled_from([np.nan, 1e30, -1e30, 0.5])
)
planes = arrays.arrays(
    np.float32, st.tuples(st.integers(0, 40), st.just(2)), elements=coordinates
)


def drawn_slowly(positions, stamp, shapes=None, codes=None):
    """Point after point, pixel after pixel: what comes later lies above."""
    rows, columns = SIZE
    left, bottom, right, top = VIEW
    codes = np.full(SIZE, raster.EMPTY) if codes is None else codes.copy()
    for index, (x, y) in enumerate(positions.astype(np.float32)):
        column = (x - np.float32(left)) * np.float32(columns / (right - left))
        row = (np.float32(top) - y) * np.float32(rows / (top - bottom))
        if not (abs(row) < 1e4 and abs(column) < 1e4):
            continue
        shape = 0 if shapes is None else shapes[index]
        offsets = stamp.rows[shape], stamp.columns[shape], stamp.levels[shape]
        for down, right_, level in zip(*offsets, strict=True):
            r, c = int(np.floor(row)) + down, int(np.floor(column)) + right_
            if 0 <= r < rows and 0 <= c < columns:
                codes[r, c] = index * LEVELS + level
    return codes


def rasterised(positions, stamp, **how):
    pixels = raster.pixels_of(positions, VIEW, SIZE, stamp.reach)
    return raster.rasterise(pixels, SIZE, stamp, **how)


@given(positions=planes, radius=st.sampled_from([0.5, 1.0, 1.75, 3.0]))
@settings(max_examples=60, deadline=None)
def test_stamped_and_grown_points_are_those_drawn_one_by_one(positions, radius):
    stamp = stamps(radius, 1)
    expected = drawn_slowly(positions, stamp)
    for dilate in (False, True):
        found = rasterised(positions, stamp, dilate=dilate)
        np.testing.assert_array_equal(found, expected)


@given(positions=planes, seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_shapes_and_raised_points_are_those_drawn_one_by_one(positions, seed):
    rng = np.random.default_rng(seed)
    shapes = palette.shapes(rng.integers(-2, 20, len(positions)))
    stamp, ringed = stamps(2.5), raised_stamps(2.5)
    codes = rasterised(positions, stamp, shapes=shapes)
    np.testing.assert_array_equal(codes, drawn_slowly(positions, stamp, shapes))

    chosen = np.flatnonzero(rng.random(len(positions)) < 0.3)
    pixels = raster.pixels_of(positions, VIEW, SIZE, ringed.reach, chosen)
    above = raster.raised(codes, pixels, ringed, shapes)
    alone = np.where(
        np.isin(np.arange(len(positions)), chosen)[:, None], positions, np.nan
    )
    expected = drawn_slowly(alone, ringed, shapes, codes)
    np.testing.assert_array_equal(above, expected)


@given(positions=planes, seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_many_raised_points_are_grown_to_the_same_image(positions, seed):
    chosen = np.flatnonzero(np.random.default_rng(seed).random(len(positions)) < 0.6)
    codes, ringed = rasterised(positions, stamps(1.0, 1)), raised_stamps(1.0)
    pixels = raster.pixels_of(positions, VIEW, SIZE, ringed.reach, chosen)
    one_by_one, grown = (
        raster.raised(codes, pixels, ringed, dilate=dilate) for dilate in (False, True)
    )
    np.testing.assert_array_equal(grown, one_by_one)


@given(positions=planes, cut=st.integers(1, SIZE[0] - 1))
@settings(max_examples=30, deadline=None)
def test_bands_of_an_image_are_the_image(positions, cut):
    stamp = stamps(2.0, 1)
    pixels = raster.pixels_of(positions, VIEW, SIZE, stamp.reach)
    bands = [
        raster.rasterise(
            pixels.between(top, bottom, stamp.reach), (bottom - top, SIZE[1]), stamp
        )
        for top, bottom in [(0, cut), (cut, SIZE[0])]
    ]
    np.testing.assert_array_equal(
        np.concatenate(bands), raster.rasterise(pixels, SIZE, stamp)
    )


@pytest.mark.parametrize("x", [1e6, 3e10])
def test_a_point_far_out_is_where_it_is_in_the_view(x):
    x = float(np.float32(x))
    view = (x - 0.3, -0.2, x + 0.1, 0.2)
    pixels = raster.pixels_of(np.array([[x, 0]], np.float32), view, (100, 100))
    assert pixels.column[0] in (74, 75)
    assert pixels.row[0] in (49, 50)


def test_every_point_that_is_seen_is_seen_at_its_own_pixel():
    rng = np.random.default_rng(1)
    positions = rng.uniform(-2, 4, (12, 2)).astype(np.float32)
    pixels = raster.pixels_of(positions, VIEW, SIZE)
    codes = raster.rasterise(pixels, SIZE, stamps(0.5, 1))
    last = {(r, c): i for i, r, c in zip(pixels.index, pixels.row, pixels.column)}  # noqa: B905
    for place, index in last.items():
        assert codes[place] // LEVELS == index


@given(positions=planes, row=st.integers(-3, 30), column=st.integers(-3, 40))
@settings(max_examples=60, deadline=None)
def test_the_nearest_point_within_the_radius_is_found(positions, row, column):
    codes = rasterised(positions, stamps(1.0, 1))
    radius = 6
    found = raster.index_at(codes, row, column, radius)
    rows, columns = np.nonzero(codes >= 0)
    distance = np.hypot(rows - row, columns - column)
    if found < 0:
        assert not (distance <= radius).any()
    else:
        own = codes[rows, columns] // LEVELS == found
        assert distance[own].min() == distance.min() <= radius


def test_colours_are_the_palette_through_the_labels_and_nothing_is_redrawn():
    rng = np.random.default_rng(2)
    positions = rng.uniform(-3, 5, (60, 2)).astype(np.float32)
    labels = rng.integers(-2, 9, 60).astype(np.int32)
    codes = rasterised(positions, stamps(2.0, 1))
    seen = raster.seen_in(codes)
    for dark in (False, True):
        table = palette.table(9, dark)
        image = raster.coloured(seen, labels, raster.shades(table, (1, 2, 3)))
        assert image.shape == SIZE
        assert (image[codes < 0] == 0).all()
        full = (codes >= 0) & (codes % LEVELS == FILL)
        red, green, blue, alpha = table[labels[codes[full] // LEVELS]].T.astype(float)
        np.testing.assert_array_equal(image[full] >> 24, alpha)
        for shift, channel in (16, red), (8, green), (0, blue):
            premultiplied = channel * alpha / 255
            np.testing.assert_allclose(
                image[full] >> shift & 255, premultiplied, atol=1
            )


def test_a_raised_point_has_a_ring_a_gap_and_its_own_colour():
    positions = np.array([[0.5, 1.5]], np.float32)
    stamp = raised_stamps(3.0)
    levels = rasterised(positions, stamp) % LEVELS
    inside = rasterised(positions, stamp) >= 0
    assert {HALO, FILL} <= set(levels[inside])
    assert (levels[inside] > FILL).sum() > 20


@pytest.mark.parametrize("radius", [0.5, 1.0, 2.0, 5.5, 11.0])
def test_shapes_differ_where_they_are_large_enough_and_weigh_about_the_same(radius):
    stamp = stamps(radius)
    drawn = set()
    weights = []
    for rows, columns, levels in zip(
        stamp.rows, stamp.columns, stamp.levels, strict=True
    ):
        pixels = dict(zip(zip(rows.tolist(), columns.tolist()), levels.tolist()))  # noqa: B905
        drawn.add(frozenset(pixels.items()))
        weights.append(sum(pixels.values()) / FILL)
    if radius >= 2:
        assert len(drawn) == len(palette.SHAPES)
        assert max(weights[:-1]) / min(weights[:-1]) < 2
    assert min(weights) > 0
