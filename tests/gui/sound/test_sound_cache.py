"""The decoded clips that are kept at hand."""

import numpy as np

from audioclust_gui.sound.cache import SoundCache, Span

RATE = 48_000


def test_the_cache_keeps_within_its_limit_what_was_heard_last():
    samples = np.zeros((1000, 1), np.float32)
    cache = SoundCache(limit=3 * samples.nbytes)
    a, b, c, d = (Span(name, 0.0, None, (0, 0)) for name in "abcd")
    for span in (a, b, c):
        cache.put(span, RATE, samples)
    cache.get(a, RATE)
    cache.put(d, RATE, samples)
    cache.put(d, RATE, samples)
    cache.put(c, RATE, np.zeros((4000, 1), np.float32))  # larger than all of it
    kept = [
        name
        for span, name in zip((a, b, c, d), "abcd", strict=True)
        if cache.get(span, RATE) is not None
    ]
    assert kept == ["a", "c", "d"]
    assert cache.get(a, 44_100) is None
    assert cache.n_bytes == 3 * samples.nbytes
