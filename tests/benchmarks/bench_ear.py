"""From the click to the sound, and what the sound costs.

Run as ``python -m tests.benchmarks.bench_ear``. A click of the mouse on a point of the
map is timed until the first sample that is not silent is handed to the device: one of
paper, which pulls 256 frames at a time in real time, as sound cards do. The path is
that of the application, with its window: 50 clips of four seconds (WAV, 44.1 kHz, to be
brought to the device's 48 kHz), first never heard before, then once more. Then a file
of an hour is begun, at its beginning and from within. Before all that the mixer renders
half a minute at each speed: the share of real time that this takes of one core, and
that of its dearest block.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

N_CLICKS = 50
RATE, BLOCK = 48_000, 256
TARGETS = {"warm": 10.0, "cold": 60.0}
_HOUR = 3600


def main() -> None:
    """Print the tables."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _print_load()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AUDIOCLUST_DATA"] = f"{folder}/data"
        os.environ["AUDIOCLUST_CACHE"] = f"{folder}/cache"
        _print_path(_clicks(Path(folder)))


def _print_path(found: dict[str, list[float]]) -> None:
    print("\nFrom the click to the first sample, milliseconds")
    print(
        f"{'clip':34}{'clicks':>8}{'median':>10}{'worst':>10}{'target':>10}{'ratio':>8}"
    )
    for name, seconds in found.items():
        median, worst = 1e3 * np.median(seconds), 1e3 * max(seconds)
        target = next((t for key, t in TARGETS.items() if name.startswith(key)), None)
        beside = "" if target is None else f"{target:10.0f}{median / target:8.2f}"
        print(f"{name:34}{len(seconds):8d}{median:10.1f}{worst:10.1f}{beside}")


def _print_load() -> None:
    print(f"The mixer, blocks of {BLOCK} frames, share of real time")
    print(f"{'speed':34}{'mean':>10}{'worst':>10}{'ratio':>8}")
    plain = 0.0
    for speed in (1.0, 0.5, 2.0):
        for keep in (False, True) if speed != 1.0 else (True,):
            mean, worst = _load(speed, keep)
            plain = plain or mean
            pitch = "" if speed == 1.0 else ", pitch kept" if keep else ", pitch moves"
            name = f"{speed:g}x{pitch}"
            print(f"{name:34}{mean:10.2%}{worst:10.2%}{mean / plain:8.1f}")


class PacedSink:
    """A device that pulls as sound cards do, and notes when it first hears a sound."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.heard: float | None = None

    @property
    def alive(self) -> bool:
        return self._thread is not None

    def open(self, connect: Callable[[int], Any]) -> None:
        self._ended.clear()
        self._thread = threading.Thread(
            target=self._run, args=(connect(RATE),), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self._thread = None

    def _run(self, render: Callable[[int], Any]) -> None:
        due = time.perf_counter()
        while not self._ended.is_set():
            due += BLOCK / RATE
            sounds = render(BLOCK).any()
            if sounds and self.heard is None:
                self.heard = time.perf_counter()
            time.sleep(max(0.0, due - time.perf_counter()))


def _clicks(folder: Path) -> dict[str, list[float]]:
    """Return the seconds of every click, by what was clicked."""
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from audioclust_gui.app import build
    from audioclust_gui.sound.cache import SoundCache
    from audioclust_gui.sound.playback import Playback
    from tests.gui.on_paper import collection

    qInstallMessageHandler(lambda *_: None)
    project = collection(N_CLICKS + 1, root=str(folder))
    rng = np.random.default_rng(0)
    for clip in project.dataset.clips:
        _write(folder / clip.path, rng)
    sink, cache = PacedSink(), SoundCache()
    app = build(QApplication([]), "light", Playback(sink=sink, cache=cache))
    app.jobs.close()  # nothing has to be computed
    app.window.resize(1280, 800)
    app.window.show()
    app.document.open(project, folder / "p.audioclust")
    QTest.qWait(300)

    def heard(act: Callable[[], object]) -> float:
        app.playback.stop()
        QTest.qWait(60)
        sink.heard = None
        began = time.perf_counter()
        act()
        while sink.heard is None and time.perf_counter() < began + 20:
            QTest.qWait(1)
        if sink.heard is None:
            raise RuntimeError("nothing was heard for 20 s")
        return sink.heard - began

    def click(index: int) -> float:
        return heard(lambda: _click(app.window.map.plot, index))

    app.playback.prefetch(())
    click(_seen(app.window.map.plot)[0])  # opens the device and loads the libraries
    clips = _seen(app.window.map.plot)[1:]
    found: dict[str, list[float]] = {"cold, WAV of 4 s": [], "warm": []}
    for index in clips:
        with cache._lock:  # neighbours of the last one were decoded ahead
            cache._sounds.clear()
            cache.n_bytes = 0
        found["cold, WAV of 4 s"].append(click(index))
    for index in clips:
        click(index)
        found["warm"].append(click(index))
    for suffix in ("flac", "mp3"):
        path, name = _hour(folder / f"hour.{suffix}"), f"an hour of {suffix.upper()}"
        act = partial(app.playback.play, path, token=0)
        found[name] = [heard(act) for _ in range(3)]
        within = [heard(partial(act, at=at)) for at in (1800.0, 2500.5, 3599.0)]
        found[f"{name}, from within"] = within
    app.window.close()
    return found


def _seen(plot: Any) -> list[int]:
    """Return the points that a click on them means."""
    indices = range(len(plot.positions))
    return [i for i in indices if plot.index_at(plot.place_of(i)) == i]


def _click(plot: Any, index: int) -> None:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    place = plot.place_of(index).toPoint()
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)


def _write(path: Path, rng: np.random.Generator) -> None:
    from engine.audio.decoding import write_wav

    path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(path, rng.uniform(-0.3, 0.3, (4 * 44_100, 1)).astype(np.float32), 44_100)


def _hour(path: Path) -> Path:
    """Write an hour of noise, ten seconds again and again."""
    import soundfile

    noise = np.random.default_rng(0).uniform(-0.3, 0.3, 220_500).astype(np.float32)
    noise = np.convolve(noise, np.ones(16) / 16, "same")  # so that it can be packed
    with soundfile.SoundFile(path, "w", 22_050, 1) as out:
        for _ in range(_HOUR // 10):
            out.write(noise)
    return path


def _load(speed: float, keep_pitch: bool, seconds: float = 30.0) -> tuple[float, float]:
    """Return the mean and the worst share of real time that a block takes."""
    from audioclust_gui.sound.mixer import Mixer
    from audioclust_gui.sound.source import Whole

    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (90 * RATE, 2))
    mixer = Mixer(RATE)
    mixer.set_speed(speed, keep_pitch)
    mixer.play(Whole(noise.astype(np.float32)), 1)
    for _ in range(200):  # until the speed is reached
        mixer.render(BLOCK)
    took = []
    for _ in range(round(seconds * RATE / BLOCK)):
        began = time.thread_time()  # of this thread alone, whatever else runs
        mixer.render(BLOCK)
        took.append(time.thread_time() - began)
    return float(np.mean(took)) * RATE / BLOCK, max(took) * RATE / BLOCK


if __name__ == "__main__":
    main()
