"""The network learns what digits have in common, within seconds."""

import numpy as np
import pytest

from engine.autoencoder.mnist import Digits, read_digits
from engine.autoencoder.verification import DCEC, KMEANS, VerificationParams, verify
from engine.clustering.kmeans import METHOD, KMeansParams
from engine.clustering.metrics import contingency, nmi

N = 2000


@pytest.mark.realdata
def test_the_archive_holds_the_digits(realdata) -> None:
    test = read_digits(realdata / "mnist" / "mnist.npz")
    both = read_digits(realdata / "mnist", full=True)
    assert test.images.shape == (10_000, 28, 28)
    assert both.images.shape == (70_000, 28, 28)
    assert test.classes == both.classes == 10
    assert np.array_equal(both.images[:10_000], test.images)


@pytest.mark.realdata
def test_a_few_epochs_tell_digits_apart_better_than_pixels_do(realdata) -> None:
    digits = read_digits(realdata / "mnist" / "mnist.npz")
    some = Digits(digits.images[:N], digits.labels[:N])
    pixels = some.images.reshape(N, -1) / 255.0
    plain = METHOD.fit(pixels, KMeansParams(n_clusters=10, n_init=3)).labels
    least = nmi(contingency(plain, some.labels))
    quick = VerificationParams(epochs=6, layer_epochs=4, batch=32)
    rows = verify(some, quick)
    kmeans, layer = next(rows), next(rows)
    rows.close()  # the third would unfold the embedding first
    assert (kmeans.method, layer.method) == (KMEANS, DCEC)
    assert kmeans.nmi > 0.4
    assert layer.nmi > least + 0.05
    assert layer.accuracy > 0.55
