"""Colours that can be told apart, on both backgrounds, by eyes of every kind."""

import numpy as np
import pytest

from audioclust_gui.plots import palette
from audioclust_gui.plots.oklab import EYES, linear, oklab

both = pytest.mark.parametrize("dark", [False, True])


@both
def test_every_cluster_colour_stands_out_from_the_background(dark):
    background = palette.as_rgb(palette.ink(dark).background)
    rows = palette.table(3000, dark)
    assert (palette.contrast(rows[:3000, :3], background) >= 3).all()
    assert (rows[:3000, 3] == 255).all()
    text = palette.as_rgb(palette.ink(dark).text)
    assert palette.contrast(text, background) >= 7


@both
def test_the_first_clusters_differ_also_to_the_colour_blind(dark):
    rgb = palette.table(12, dark)[:12, :3] / 255
    seen = oklab(np.einsum("eij,nj->eni", EYES, linear(rgb)))
    for eyes in seen:
        gaps = np.linalg.norm(eyes[:, None] - eyes, axis=-1) + np.eye(len(eyes))
        # 0.02 is about the least difference that is noticed.
        assert gaps.min() > 0.035


@both
def test_a_cluster_keeps_its_colour_whatever_the_number_of_clusters(dark):
    few, many = palette.table(3, dark), palette.table(5000, dark)
    np.testing.assert_array_equal(few[:3], many[:3])
    np.testing.assert_array_equal(few[-2:], many[-2:])
    assert len(np.unique(many[:500], axis=0)) == 500


@both
def test_noise_is_grey_and_unplaced_clips_are_faint(dark):
    grey, faint = palette.colours([palette.NOISE, palette.UNPLACED], dark)
    assert np.ptp(grey[:3].astype(int)) < 20
    assert faint[3] < 90 < grey[3]
    assert palette.colours([], dark).shape == (0, 4)


def test_every_cluster_has_a_shape_and_points_in_none_are_dots():
    assert palette.shapes([0, 1, 7, 8, 15, 16]).tolist() == [0, 1, 7, 3, 2, 6]
    assert (
        palette.shapes([palette.NOISE, palette.UNPLACED]).tolist() == [palette.DOT] * 2
    )


def test_emphasis_keeps_some_clusters_and_ignores_unknown_ones():
    rows = palette.table(4, dark=True)
    shown = palette.faded(rows, [1, palette.NOISE, 99])
    assert (shown[:, 3] == rows[:, 3]).tolist() == [
        False,
        True,
        False,
        False,
        False,
        True,
    ]
    assert (rows[:4, 3] == 255).all()
