"""Colours of numbers are seen on both grounds, and in their order, by every eye."""

import numpy as np
import pytest

from audioclust_gui.plots import palette
from audioclust_gui.plots.oklab import EYES, linear, oklab
from audioclust_gui.plots.ramp import STEPS, ramp

both = pytest.mark.parametrize("dark", [False, True])
kinds = pytest.mark.parametrize("diverging", [False, True])


def seen(rgb):
    return oklab(np.einsum("eij,nj->eni", EYES, linear(np.asarray(rgb) / 255)))


@both
@kinds
def test_every_step_stands_out_from_the_ground_and_from_what_is_missing(
    dark, diverging
):
    rows = ramp(dark, diverging=diverging)
    ground = palette.as_rgb(palette.ink(dark).background)
    assert (palette.contrast(rows[:STEPS, :3], ground) >= 3).all()
    *noise, opacity = rows[palette.NOISE].tolist()
    share = opacity / 255
    missing = [share * n + (1 - share) * g for n, g in zip(noise, ground, strict=True)]
    apart = np.linalg.norm(seen(rows[:STEPS, :3]) - seen([missing]), axis=-1)
    assert apart.min() > 0.1
    assert (rows[palette.NOISE] == palette.table(0, dark)[palette.NOISE]).all()


@both
def test_low_to_high_is_dark_to_light_in_even_steps_to_every_eye(dark):
    eyes = seen(ramp(dark)[:STEPS, :3])
    assert (np.diff(eyes[:, ::8, 0], axis=1) > 0).all()
    steps = np.linalg.norm(np.diff(eyes[:, ::8], axis=1), axis=-1)
    assert (steps.max(axis=1) < 2.6 * steps.min(axis=1)).all()


@both
def test_both_sides_of_zero_differ_to_every_eye_and_mirror_each_other(dark):
    eyes = seen(ramp(dark, diverging=True)[:STEPS, :3])
    sides = np.linalg.norm(eyes - eyes[:, ::-1], axis=-1)
    assert (sides[:, : STEPS // 4] > 0.1).all()
    lightness = eyes[0, :, 0]
    middle = lightness.argmax() if dark else lightness.argmin()
    assert abs(middle - STEPS / 2) <= 1
    assert abs(lightness - lightness[::-1]).max() < 0.06
