"""The waveform and the images of one sound."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt

from audioclust_gui.plots import palette
from audioclust_gui.plots.envelope import Envelope
from audioclust_gui.plots.feature_image import FeatureImage
from audioclust_gui.plots.time_axis import time_ticks
from audioclust_gui.plots.waveform import Waveform

Key, Button = Qt.Key, Qt.MouseButton


@pytest.fixture
def waveform(qtbot):
    waveform = Waveform()
    qtbot.addWidget(waveform)
    waveform.resize(400, 100)
    waveform.show()
    return waveform


@pytest.fixture
def image(qtbot):
    image = FeatureImage(placeholder="Choose a clip")
    qtbot.addWidget(image)
    image.resize(300, 200)
    image.show()
    return image


def pixels(widget):
    image = widget.grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    shape = image.height(), image.width(), 3
    return lines[:, : 3 * image.width()].reshape(shape).copy()


def is_ink(picture, colour):
    return (picture == palette.as_rgb(colour)).all(axis=2)


@given(n=st.integers(0, 3000), count=st.integers(1, 400), seed=st.integers(0, 9))
@settings(max_examples=50, deadline=None)
def test_columns_hold_the_extremes_of_their_samples(n, count, seed):
    assume(n <= 1024 * count)  # beyond that, parts are whole blocks
    samples = np.random.default_rng(seed).normal(size=n).astype(np.float32)
    low, high = Envelope(samples).columns(count)
    assert len(low) == len(high) == count
    for column in range(count) if n else ():
        start, stop = column * n // count, (column + 1) * n // count
        part = samples[start : max(stop, start + 1)]
        assert (low[column], high[column]) == (part.min(), part.max())


def test_a_long_sound_loses_no_click():
    samples = np.zeros(5_000_000, np.float32)
    samples[[7, 2_345_678, 4_999_999]] = 0.5, -1, 0.25
    samples[1000] = np.nan
    envelope = Envelope(samples)
    low, high = envelope.columns(500)
    assert (high[0], low[234], high[-1]) == (0.5, -1, 0.25)
    assert np.count_nonzero(low) + np.count_nonzero(high) == 3
    assert envelope.peak == 1


@pytest.mark.parametrize("dark", [False, True])
def test_loud_places_are_high_and_what_was_heard_is_coloured(waveform, dark):
    rng = np.random.default_rng(0)
    samples = rng.uniform(-0.01, 0.01, 8000).astype(np.float32)
    samples[4000:] *= 50
    waveform.set_dark(dark)
    waveform.set_samples(samples, 8000)
    waveform.clearFocus()
    ink = palette.ink(dark)
    drawn = is_ink(pixels(waveform), ink.muted)[:80]
    assert drawn[:, 250:380].sum() > 5 * drawn[:, 20:150].sum()
    assert not is_ink(pixels(waveform), ink.accent).any()
    waveform.set_position(0.5)
    picture = pixels(waveform)
    heard = is_ink(picture, ink.accent)[5:80]
    assert heard[:, 20:180].any()
    assert not heard[:, 205:390].any()
    assert is_ink(picture, ink.text)[:, 198:203].sum() > 60  # the playhead


def test_a_click_or_a_drag_seeks_and_stays_inside(waveform, qtbot):
    waveform.set_samples(np.ones(1000, np.float32), 500)
    sought = []
    waveform.sought.connect(sought.append)
    qtbot.mousePress(waveform, Button.LeftButton, pos=QPoint(200, 40))
    qtbot.mouseMove(waveform, QPoint(0, 40))
    qtbot.mouseRelease(waveform, Button.LeftButton, pos=QPoint(0, 40))
    qtbot.mouseClick(waveform, Button.LeftButton, pos=QPoint(399, 40))
    qtbot.mouseClick(waveform, Button.RightButton, pos=QPoint(100, 40))
    assert sought[0] == pytest.approx(1.0, abs=0.01)
    assert min(sought) >= 0
    assert sought[-1] == 2.0


def test_keys_seek(waveform, qtbot):
    waveform.set_samples(np.ones(4000, np.float32), 1000)
    waveform.set_position(2.0)
    sought = []
    waveform.sought.connect(sought.append)
    for key in Key.Key_Right, Key.Key_Left, Key.Key_Home, Key.Key_End:
        qtbot.keyClick(waveform, key)
    assert sought == pytest.approx([2.1, 1.9, 0.0, 4.0])


@pytest.mark.parametrize("samples", [None, [], [0.5], [np.nan, np.inf], [0, 0, 0]])
def test_odd_sounds_are_shown_and_setters_never_emit(waveform, qtbot, samples):
    with qtbot.assertNotEmitted(waveform.sought):
        if samples is not None:
            samples = np.array(samples, np.float32)
        waveform.set_samples(samples, 22_050)
        for position in 0.0, 99.0, None:
            waveform.set_position(position)
            waveform.grab()
        waveform.resize(20, 10)
        waveform.grab()
    if samples is None:
        with qtbot.assertNotEmitted(waveform.sought):
            qtbot.mouseClick(waveform, Button.LeftButton)
        assert "Nothing to show" in waveform.accessibleDescription()


@given(st.floats(1e-4, 1e6), st.floats(1, 5000))
@settings(deadline=None)
def test_times_are_round_named_with_a_unit_and_not_crowded(duration, width):
    ticks = time_ticks(duration, width)
    seconds = [time for time, _ in ticks]
    assert seconds[0] == 0
    assert seconds[-1] <= duration * 1.001
    assert len(ticks) <= width / 70 + 2
    texts = [text for _, text in ticks]
    assert len(set(texts)) == len(texts)
    assert all(text.endswith(" s") or ":" in text for text in texts)


def test_times_read_as_people_write_them():
    assert [text for _, text in time_ticks(1.0, 300)] == [
        "0.0 s", "0.5 s", "1.0 s"
    ]  # fmt: skip
    assert [text for _, text in time_ticks(150, 300)] == ["0:00", "1:00", "2:00"]
    assert time_ticks(3600, 300)[-1][1] == "1:00:00"
    assert time_ticks(0, 300) == []


@pytest.mark.parametrize("dark", [False, True])
def test_low_rows_are_at_the_bottom_and_time_goes_right(image, dark):
    feature = np.zeros((4, 6), np.float32)
    feature[0, 5] = 1  # the lowest row, the last frame
    image.set_dark(dark)
    image.set_feature(feature, "Mel-spectrogram", 1.5, [(0, "0 Hz"), (3, "8 kHz")])
    brightest = (252, 253, 191)  # the end of magma
    high = np.argwhere((pixels(image) == brightest).all(axis=2))
    assert 100 < len(high) < 300 * 200 / 24
    assert high[:, 0].min() > 120
    assert high[:, 1].min() > 230


def test_a_playhead_moves_over_the_image(image):
    image.set_feature(np.zeros((4, 6), np.float32), "Chroma", 2.0)
    before = pixels(image)
    image.set_position(1.0)
    changed = np.argwhere((pixels(image) != before).any(axis=2))[:, 1]
    assert 145 < changed.min() <= changed.max() < 155
    image.set_position(None)
    np.testing.assert_array_equal(pixels(image), before)


@pytest.mark.parametrize(
    "feature",
    [
        np.full((3, 4), 7.0),
        np.full((3, 4), np.nan),
        np.array([[np.inf, 1.0, np.nan, -np.inf]]),
        np.random.default_rng(0).normal(size=(12, 10_000)),
        np.zeros((20, 1)),
    ],
    ids=["constant", "unknown", "infinite", "long", "one frame"],
)
def test_odd_features_are_shown(image, feature):
    image.set_feature(feature.astype(np.float32), "Feature", 1.0, [(0, "low")])
    assert len(np.unique(pixels(image).reshape(-1, 3), axis=0)) > 3
    assert f"{feature.shape[1]} frames" in image.accessibleDescription()
    image.resize(10, 10)
    image.grab()


@pytest.mark.parametrize("feature", [None, np.empty((12, 0), np.float32)])
def test_without_a_feature_it_says_what_to_do(image, feature):
    image.set_feature(np.ones((3, 3), np.float32), "Chroma", 1.0)
    image.set_feature(feature, "<b>Hostile</b> \udcff")
    assert image.accessibleDescription() == "Choose a clip"
    assert image.accessibleName().startswith("<b>Hostile</b>")
    assert is_ink(pixels(image), palette.LIGHT.muted).any()
