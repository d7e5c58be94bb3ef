"""A sound server of our own, the application that plays on it, and a recorder."""

import ctypes.util
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from engine.audio.decoding import write_wav

RATE = 44_100
ATTEMPTS = 5

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
            "--log-level=debug",
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
        with self._log.open("ab") as log:
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

    def starved(self):
        """How often it has had nothing to play, because nobody was in time."""
        return self._log.read_bytes().count(b"underrun of")

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


def recorded(server, player, path, act):
    """What is heard of something: anew while the sound server says it was starved.

    A machine that does not let the player's thread run for 50 ms tears every sound.
    That is in the log of the server, and then the recording says nothing of ours.
    """
    for _ in range(ATTEMPTS):
        player.told.clear()
        starved = server.starved()
        with Recording(server, path) as recording:
            act()
        if server.starved() == starved:
            return recording.heard
    text = f"the sound server was starved in {ATTEMPTS} of {ATTEMPTS} attempts"
    if os.getloadavg()[0] > os.cpu_count():
        pytest.skip(f"{text}: this machine is too busy")
    pytest.fail(text)


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
