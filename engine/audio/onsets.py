"""Where sounds begin: peaks of the spectral flux, found while a recording streams by.

The flux is SuperFlux (Böck, S., Widmer, G. "Maximum filter vibrato suppression for
onset detection", DAFx 2013): the spectrum in bands of equal width on a logarithmic
scale, in dB, and how far it exceeds the highest of three bands in the frame before.
Peaks are picked as they and librosa do: the highest for 30 ms around, and higher by a
threshold than the mean of 100 ms around, in a flux scaled to 0-1 by its extremes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_WINDOW_SECONDS = 0.046
_HOPS = 4  # in a window
_LOWEST = 27.5  # Hz
_BANDS_PER_OCTAVE = 12
_FLOOR = 1e-10  # power; fainter is all one: -100 dB of a full-scale sine
_AT_ONCE = 64  # frames; stays in the cache
_HIGHEST_FOR = 0.03  # seconds to either side
_MEAN_OVER = 0.10
_FAINTEST = 1.0  # dB; a flux that never reaches this is that of no onset
_LEFT = 0.1  # of the power is what remains of a sound that was cut off: 10 dB less
_ANEW = 2.0  # times the power of before means a new sound, however short


def flux(
    blocks: Iterable[NDArray[np.float32]], rate: int
) -> tuple[NDArray[np.float32], float]:
    """Measure how much of the spectrum rises, of a sound that arrives in blocks.

    Parameters
    ----------
    blocks : iterable of float32 array, shape (n,)
    rate : int
        Their sample rate in Hz.

    Returns
    -------
    flux : float32 array, shape (frames,)
        Mean rise over the bands in dB; 0 where a sound is cut off, for the click of
        that is in all bands.
    step : float
        Seconds from frame to frame. Frame i tells what is new from ``i * step`` on,
        which is the last quarter of its window. Before a recording there is what it
        begins with, so that it cannot begin with an onset.
    """
    n_fft = 2 ** max(5, round(math.log2(rate * _WINDOW_SECONDS)))
    hop = n_fft // _HOPS
    window = np.hanning(n_fft + 1)[:-1]
    window /= window.sum() / 2
    edges = _band_edges(rate, n_fft)
    widths = np.diff(edges)
    held = np.zeros(0, np.float32)
    before: NDArray[np.float32] | None = None
    # Windows only where there is sound all over: its cut ends are no onsets.
    rises = [np.zeros(_HOPS - 1, np.float32)]
    powers: list[NDArray[np.float64]] = []  # of each hop
    for block in blocks:
        held = np.concatenate([held, block])
        count = (len(held) - n_fft) // hop + 1
        for first in range(0, count, _AT_ONCE):
            last = min(count, first + _AT_ONCE)
            piece = held[first * hop : (last - 1) * hop + n_fft]
            frames = np.lib.stride_tricks.sliding_window_view(piece, n_fft)[::hop]
            if before is None:
                powers.append(_powers(frames[0, :-hop].reshape(-1, hop)))
            powers.append(_powers(frames[:, -hop:]))
            # In double precision: files of floats may exceed full scale by any factor.
            power = np.square(np.abs(np.fft.rfft(frames * window)))
            bands = np.add.reduceat(power, edges[:-1], axis=1) / widths
            decibels = (10.0 * np.log10(np.maximum(bands, _FLOOR))).astype(np.float32)
            highest = _of_three(decibels)
            if before is None:
                before = highest[:1]
            steps = decibels - np.concatenate([before, highest[:-1]])
            rises.append(np.maximum(steps, 0.0).mean(axis=1))
            before = highest[-1:]
        held = held[max(0, count) * hop :]
    found = np.concatenate(rises)
    if before is not None:
        if len(rest := held[n_fft - hop :]):
            powers.append(_powers(rest[None]))
        found[_ends(np.concatenate(powers))[: len(found)]] = 0.0
    return found, hop / rate


def pick(
    flux: NDArray[np.float32], step: float, threshold: float, distance: float
) -> NDArray[np.float64]:
    """Return the times of the flux's peaks, in seconds.

    Parameters
    ----------
    flux : float32 array, shape (frames,)
    step : float
        Seconds from frame to frame.
    threshold : float
        By how much a peak exceeds the mean around it, as a share of the highest.
    distance : float
        Seconds between two peaks at least; the earlier one counts.

    Returns
    -------
    float64 array, shape (n,)
    """
    if not len(flux) or np.ptp(flux) < _FAINTEST:
        return np.zeros(0)
    scaled = (flux - flux.min()) / np.ptp(flux)
    near, wide = round(_HIGHEST_FOR / step), max(1, round(_MEAN_OVER / step))
    highest = scaled.copy()
    for shift in range(1, min(near, len(scaled) - 1) + 1):
        highest[shift:] = np.maximum(highest[shift:], scaled[:-shift])
        highest[:-shift] = np.maximum(highest[:-shift], scaled[shift:])
    sums = np.concatenate([[0.0], np.cumsum(scaled, dtype=np.float64)])
    frames = np.arange(len(scaled))
    first, last = np.maximum(0, frames - wide), np.minimum(len(scaled), frames + wide)
    mean = (sums[last] - sums[first]) / (last - first)
    peaks = np.flatnonzero((scaled == highest) & (scaled >= mean + threshold))
    kept: list[int] = []
    for peak in peaks.tolist():
        if not kept or (peak - kept[-1]) * step >= distance:
            kept.append(peak)
    return np.array(kept, dtype=np.float64) * step


def _powers(hops: NDArray[np.float32]) -> NDArray[np.float64]:
    powers: NDArray[np.float64] = hops.var(axis=1, dtype=np.float64)
    return powers


def _ends(powers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell in whose window a sound is cut off, by the power of each frame's last hop.

    The hop before the window is loud, the window after it is not, and nothing louder
    begins in between.
    """
    padded = np.pad(powers, _HOPS, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _HOPS + 1)
    earlier, now = around[:, : _HOPS - 1], around[:, _HOPS - 1 : _HOPS + 1]
    falls = around[:, _HOPS + 1 :].max(axis=1) < _LEFT * around[:, 0]
    ends: NDArray[np.bool_] = falls & (now.max(axis=1) <= _ANEW * earlier.max(axis=1))
    return ends


def _of_three(bands: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the highest of each band and its two neighbours."""
    highest = bands.copy()
    np.maximum(highest[:, 1:], bands[:, :-1], out=highest[:, 1:])
    np.maximum(highest[:, :-1], bands[:, 1:], out=highest[:, :-1])
    return highest


def _band_edges(rate: int, n_fft: int) -> NDArray[np.int64]:
    """Return the STFT bins at which bands begin, and that at which the last one ends.

    In the bass, where a band would be narrower than a bin, each bin is one.
    """
    octaves = math.log2(rate / 2 / _LOWEST)
    steps = np.arange(0.0, octaves, 1 / _BANDS_PER_OCTAVE)
    bins = np.round(_LOWEST * 2.0**steps * n_fft / rate).astype(np.int64)
    return np.unique(np.concatenate([np.maximum(bins, 1), [n_fft // 2]]))
