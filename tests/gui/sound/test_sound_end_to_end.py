"""A click is heard: streams into a private sound server, recorded and compared."""

import ctypes.util
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from engine.audio.decoding import write_wav

RATE = 44_100
SECONDS = 1.0
FADE = RATE // 200 + 1

PLAYER = """
import sys, threading
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication
from audioclust_gui.app import build
from audioclust_gui.sound.playback import Item
from engine.audio.dataset import Clip, Dataset
from engine.projects.project import Project

qt = QApplication([])
application = build(qt, "light")
application.jobs.close()  # clips on paper, of which nothing has to be known
clips = tuple(Clip(f"{i}.wav") for i in range(9))
application.document.open(Project(Dataset(sys.argv[1], clips)), None)
playback = application.playback
playback.set_volume(1.0)

def file(clip):
    return f"{sys.argv[1]}/{clip}.wav"

def tell(*words):
    print(*words, flush=True)

playback.device_changed.connect(lambda text: tell("device", repr(text)))
playback.started.connect(lambda token, seconds: tell("started", token))
playback.finished.connect(lambda token: tell("finished", token))
playback.failed.connect(lambda token, reason: tell("failed", token, reason))
playback.stopped.connect(lambda: tell("stopped"))

class Told(QObject):
    line = Signal(str)

def act(line):
    word, *rest = line.split("\\t")
    if word == "play":
        playback.play(file(rest[0]), token=int(rest[0]))
    elif word == "all":
        playback.play_all([Item(int(clip), file(clip), 0.0, None) for clip in rest])
    elif word == "matched":
        playback.set_matched(rest[0] == "on")
    elif word == "stop":
        playback.stop()
    else:
        application.window.close()
        qt.quit()

def read():
    for line in sys.stdin:
        told.line.emit(line.rstrip())
    told.line.emit("quit")

told = Told()
told.line.connect(act, Qt.ConnectionType.QueuedConnection)
application.window.show()
threading.Thread(target=read, daemon=True).start()
tell("ready")
qt.exec()
tell("bye")
"""


def missing():
    for program in ("pulseaudio", "parec", "pactl"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if ctypes.util.find_library("portaudio") is None:
        return "libportaudio is not installed"
    plugins = Path("/usr/lib").glob("**/alsa-lib/libasound_module_pcm_pulse.so")
    if next(plugins, None) is None:
        return "the ALSA plugin for PulseAudio is not installed"
    return ""


pytestmark = pytest.mark.skipif(
    bool(reason := missing()), reason=reason or "all is installed"
)


class Server:
    """A sound server of our own whose only device is a null sink."""

    def __init__(self, folder):
        self.folder = folder
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        socket = runtime / "native"
        config = folder / "asound.conf"
        config.write_text(
            "pcm.!default { type pulse }\nctl.!default { type pulse }\n",
            encoding="ascii",
        )
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PULSE_SERVER": f"unix:{socket}",
            "PULSE_RUNTIME_PATH": str(runtime),
            "PULSE_STATE_PATH": str(folder / "state"),
            "ALSA_CONFIG_PATH": str(config),
            "AUDIOCLUST_DATA": str(folder / "data"),
            "AUDIOCLUST_CACHE": str(folder / "cache"),
            "QT_QPA_PLATFORM": "offscreen",
        }
        self.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        self._command = [
            "pulseaudio",
            "-n",
            "--daemonize=no",
            "--system=no",
            "--use-pid-file=no",
            "--exit-idle-time=-1",
            "--realtime=no",
            "--high-priority=no",
            "--disable-shm=yes",
            "-L",
            f"module-null-sink sink_name=null rate={RATE} channels=2 format=float32le",
            "-L",
            f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
        ]
        self._log = folder / "log"
        self.process = None

    def write(self, clip, samples):
        """Write a clip of the collection that the application has open."""
        write_wav(self.folder / f"{clip}.wav", samples, RATE)

    def start(self):
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                self._command, env=self.environment, stdout=log, stderr=log
            )
        for _ in range(100):
            info = subprocess.run(
                ["pactl", "info"], env=self.environment, capture_output=True
            )
            if info.returncode == 0:
                return
            time.sleep(0.05)
        pytest.skip(f"no sound server here: {self._log.read_text()[-500:]}")

    def kill(self):
        self.process.kill()
        self.process.wait(5)


class Recording:
    """What comes out of the null sink while the block runs."""

    def __init__(self, server, path):
        self._server, self._path = server, path

    def __enter__(self):
        record = ["parec", "-d", "null.monitor", "--format=float32le"]
        record += [f"--rate={RATE}", "--channels=2", "--latency-msec=20", "--raw"]
        with self._path.open("wb") as out:
            self._recorder = subprocess.Popen(
                record, env=self._server.environment, stdout=out
            )
        for _ in range(100):  # until it runs
            if self._path.stat().st_size:
                break
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        time.sleep(0.7)  # what the device and the server still hold
        self._recorder.terminate()
        self._recorder.wait(5)
        data = self._path.read_bytes()
        self.heard = np.frombuffer(data[: len(data) // 8 * 8], "<f4").reshape(-1, 2)


class Player:
    """The application in a process of its own, and what it tells."""

    def __init__(self, server):
        self.process = subprocess.Popen(
            [sys.executable, "-c", PLAYER, server.folder],
            env=server.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.told, self.errors, self._readers = [], [], []
        for pipe, lines in (
            (self.process.stdout, self.told),
            (self.process.stderr, self.errors),
        ):
            self._readers.append(threading.Thread(target=_read, args=(pipe, lines)))
            self._readers[-1].start()

    def ask(self, *words):
        """Have something done: a word of the program above, and what it needs."""
        self.process.stdin.write("\t".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def wait(self, beginning, after=0, timeout=30.0):
        """Wait for a line that begins so; return the place after it."""
        end = time.monotonic() + timeout
        while time.monotonic() < end and self.process.poll() is None:
            for i, line in enumerate(self.told[after:], after):
                if line.startswith(beginning):
                    return i + 1
            time.sleep(0.01)
        pytest.fail(f"no {beginning!r} in {self.told}, {self.errors}")

    def close(self):
        self.process.kill()
        for reader in self._readers:
            reader.join(5)
        with self.process:  # closes the pipes
            pass

    def end(self):
        """Close the window; return how many seconds that took."""
        began = time.monotonic()
        self.ask("quit")
        assert self.process.wait(10) == 0, self.errors
        # PortAudio tells of devices that go, in its own way.
        assert not any("Traceback" in line for line in self.errors), self.errors
        return time.monotonic() - began


def _read(pipe, lines):
    for line in pipe:
        lines.append(line.rstrip())


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    # A socket's path may hold 107 bytes, and those of pytest are long.
    server = Server(tmp_path_factory.mktemp("s"))
    try:
        server.start()
        yield server
    finally:
        if server.process is not None:
            server.kill()


@pytest.fixture(scope="module")
def application(server):
    player = Player(server)
    try:
        player.wait("ready")
        yield player
    finally:
        player.close()


@pytest.fixture
def player(application):
    """The application with nothing told yet."""
    application.told.clear()
    application.ask("matched", "off")
    return application


def chirp(start=200, seconds=SECONDS, slope=1500):
    """A sweep that begins and ends in silence, so that nothing of it is faded."""
    t = np.arange(round(seconds * RATE)) / RATE
    sweep = 0.6 * np.sin(2 * np.pi * (start * t + slope * t**2))
    edge = np.minimum(t, t[::-1]).clip(0, 0.05) / 0.05
    return sweep * edge


def aligned(heard, played):
    """The part of a recording that matches best, and where it begins."""
    assert len(heard) >= len(played), "the recording is shorter than the sound"
    n = 1 << (len(heard) + len(played)).bit_length()
    spectrum = np.fft.rfft(heard, n) * np.conj(np.fft.rfft(played, n))
    match = np.fft.irfft(spectrum, n)[: len(heard) - len(played) + 1]
    offset = int(np.argmax(match))
    return heard[offset : offset + len(played)], offset


def test_what_is_clicked_is_what_is_heard(server, player, tmp_path):
    t = np.arange(round(SECONDS * RATE)) / RATE
    played = 0.6 * np.sin(2 * np.pi * (200 * t + 1500 * t**2))
    server.write(0, np.stack([played, -0.5 * played], axis=1))
    with Recording(server, tmp_path / "recording.raw") as recording:
        player.ask("play", 0)
        player.wait("finished 0")
    told = [line for line in player.told if not line.startswith("device")]
    assert told == ["started 0", "finished 0"]
    heard = recording.heard
    left, offset = aligned(heard[:, 0], played)
    right = heard[offset : offset + len(played), 1]
    assert np.corrcoef(left, played)[0, 1] > 0.999
    assert np.corrcoef(right, -played)[0, 1] > 0.999
    # At its own speed it is the file's, sample by sample, up to the fades.
    inner = slice(FADE, -FADE)
    gain = np.ptp(left[inner]) / np.ptp(played[inner])
    np.testing.assert_allclose(left[inner], gain * played[inner], atol=1e-4)
    assert gain == pytest.approx(1.0, abs=1e-3)
    assert np.ptp(right) == pytest.approx(np.ptp(played) / 2, rel=0.01)
    # Nothing is beyond.
    assert np.abs(heard[: max(offset - 1, 0)]).max(initial=0) < 1e-3
    assert np.abs(heard[offset + len(played) + 1 :]).max(initial=0) < 1e-3


def test_matched_loudness_changes_the_gain_and_nothing_else(server, player, tmp_path):
    # A tone of 997 Hz is as loud as its level in dBFS, with both channels alike.
    t = np.arange(RATE) / RATE
    edge = np.minimum(t, t[::-1]).clip(0, 0.02) / 0.02
    played = 0.03 * np.sin(2 * np.pi * 997 * t) * edge
    server.write(1, np.stack([played] * 2, axis=1))
    with Recording(server, tmp_path / "recording.raw") as recording:
        player.ask("matched", "on")
        player.ask("play", 1)
        player.wait("finished 1")
    left, _ = aligned(recording.heard[:, 0], played)
    assert np.corrcoef(left, played)[0, 1] > 0.999
    level = 20 * np.log10(np.sqrt(2) * left[RATE // 4 : RATE // 2].std())
    assert level == pytest.approx(-23, abs=0.3)


def test_a_sequence_has_no_gaps(server, player, tmp_path):
    clips = [chirp(start, 0.3 + 0.2 * i) for i, start in enumerate((200, 500, 900))]
    for i, clip in enumerate(clips):
        server.write(2 + i, clip)
    with Recording(server, tmp_path / "recording.raw") as recording:
        player.ask("all", 2, 3, 4)
        player.wait("finished")
    told = [line for line in player.told if not line.startswith("device")]
    assert told == ["started 2", "started 3", "started 4", "finished 4"]
    played = np.concatenate(clips)
    left, _ = aligned(recording.heard[:, 0], played)
    assert np.corrcoef(left, played)[0, 1] > 0.9999
    np.testing.assert_allclose(left, played, atol=2e-3)


def test_the_sound_server_dies_and_comes_back_with_the_application_open(
    server, player, tmp_path
):
    played = chirp()
    server.write(5, chirp(seconds=6.0))
    server.write(6, played)
    with Recording(server, tmp_path / "before.raw") as before:
        player.ask("play", 5)
        player.wait("started 5")
    assert np.abs(before.heard).max() > 0.01
    server.kill()
    gone = player.wait("device 'The sound device is gone")
    player.wait("stopped")
    player.ask("play", 6)  # the window works, silently
    player.wait("finished 6", gone)
    why = [line for line in player.told[gone:] if line.startswith("device")]
    assert "AudioClust works, silently" in why[-1]

    server.start()
    back = player.wait("device ''", gone)  # noticed without a click
    with Recording(server, tmp_path / "after.raw") as after:
        player.ask("play", 6)
        player.wait("finished 6", back)
    left, _ = aligned(after.heard[:, 0], played)
    assert np.corrcoef(left, played)[0, 1] > 0.999


def test_a_sound_server_that_hangs_holds_up_neither_the_window_nor_its_end(
    server, player, tmp_path
):
    server.write(7, chirp(seconds=20.0, slope=50))
    with Recording(server, tmp_path / "before.raw"):
        player.ask("play", 7)
        player.wait("started 7")
    server.process.send_signal(signal.SIGSTOP)
    try:
        player.wait("device 'The sound device is gone")
        player.wait("stopped")
        assert player.end() < 5  # whatever the server owes us
    finally:
        server.process.send_signal(signal.SIGCONT)
