"""A device that exists on paper, and what is heard and told with it."""

import numpy as np

from audioclust_gui.sound.sink import SinkError
from engine.audio.decoding import write_wav

RATE = 48_000
WAIT = 5_000


class FakeSink:
    """A device that the test turns by hand."""

    def __init__(self, rate=RATE, trouble=""):
        self.rate, self.trouble = rate, trouble
        self.alive, self.opened = False, 0
        self.render = None

    def open(self, connect):
        self.opened += 1
        if self.trouble:
            raise SinkError(self.trouble)
        self.render = connect(self.rate)
        self.alive = True

    def close(self):
        self.alive = False

    def pull(self, seconds):
        return self.render(round(seconds * self.rate))


class Heard:
    """Every signal of a playback, in order."""

    def __init__(self, playback):
        self.all = []
        for name in ("started", "finished", "stopped", "failed", "noted"):
            signal = getattr(playback, name)
            signal.connect(lambda *a, name=name: self.all.append((name, *a)))
        playback.device_changed.connect(lambda text: self.all.append(("device", text)))

    def names(self):
        return [name for name, *_ in self.all]


def tone(path, seconds, hertz=440, rate=RATE, channels=1):
    t = np.arange(round(seconds * rate)) / rate
    samples = 0.5 * np.sin(2 * np.pi * hertz * t)
    write_wav(path, np.stack([samples] * channels, axis=1), rate)
    return path


def start(qtbot, playback, path, *span, **options):
    with qtbot.waitSignal(playback.started, timeout=WAIT) as blocker:
        playback.play(path, *span, **options)
    return blocker.args


def pitch(samples):
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
    return np.argmax(spectrum) * RATE / len(samples)
