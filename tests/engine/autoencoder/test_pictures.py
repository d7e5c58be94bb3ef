"""Pictures of clips, as a network takes them."""

import numpy as np
import pytest

from engine.autoencoder.pictures import levelled, pictures_of
from engine.autoencoder.recipe import ImageParams
from engine.errors import Cancelled
from engine.features.store import FeatureStore, default_folder


@pytest.fixture
def store(places, finished):
    pipeline = finished.pipeline
    return FeatureStore(default_folder(), pipeline.features, pipeline.preparation)


def test_clips_without_features_have_no_picture(store, finished):
    keys = [None, finished.extraction.keys[3], "nowhere", finished.extraction.keys[0]]
    rows, images = pictures_of(store, keys, ImageParams(feature="mel+chroma"))
    assert rows.tolist() == [1, 3]
    assert (images.shape, images.dtype) == ((2, 2, 48, 96), np.uint8)
    _, chroma = pictures_of(store, keys[:2], ImageParams(feature="chroma"))
    np.testing.assert_array_equal(chroma[0, 0], images[0, 1])
    assert images[0, 0].std() > 0
    assert (images[0, 0] != images[0, 1]).any()


def test_without_clips_there_are_no_pictures(store):
    rows, images = pictures_of(store, [None], ImageParams())
    assert (rows.shape, images.shape) == ((0,), (0, 1, 48, 96))


def test_reading_can_be_cancelled(store, finished):
    def enough(step):
        raise Cancelled

    with pytest.raises(Cancelled):
        pictures_of(store, finished.extraction.keys, ImageParams(), enough)


def test_what_stays_the_same_throughout_a_clip_can_be_taken_away(store, finished):
    keys = finished.extraction.keys[:2]
    _, plain = pictures_of(store, keys, ImageParams())
    _, even = pictures_of(store, keys, ImageParams(each_clip="standard"))
    np.testing.assert_array_equal(even, levelled(plain))
    moving = plain.std(axis=3) > 40
    assert even.mean(axis=3)[moving] == pytest.approx(128, abs=6)
    assert even.std(axis=3)[moving] == pytest.approx(35, abs=8)
    # Louder throughout, by any amount that still fits: the same picture.
    dark = plain // 2
    np.testing.assert_array_equal(levelled(dark + 100), levelled(dark))
    assert (levelled(np.full((1, 1, 48, 96), 200, np.uint8)) == 128).all()
