"""A click is heard: a stream into a private sound server, recorded and compared."""

import ctypes.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.audio.decoding import write_wav

RATE = 44_100
SECONDS = 1.5

PLAYER = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from audioclust_gui.sound.playback import Playback

app = QCoreApplication([])
playback = Playback()
playback.device_changed.connect(lambda text: print("device", repr(text), flush=True))
playback.failed.connect(lambda token, reason: print("failed", reason, flush=True))
playback.failed.connect(lambda *_: app.quit())

def finished(token):
    print("finished", token, flush=True)
    QTimer.singleShot(700, app.quit)  # what the device still holds

playback.finished.connect(finished)
playback.play(sys.argv[1], token="chirp")
QTimer.singleShot(9000, app.quit)
app.exec()
playback.shutdown()
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


@pytest.fixture
def server(tmp_path_factory):
    """A sound server of our own whose only device is a null sink; its environment."""
    # A socket's path may hold 107 bytes, and those of pytest are long.
    folder = tmp_path_factory.mktemp("s")
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    socket = runtime / "native"
    config = folder / "asound.conf"
    config.write_text(
        "pcm.!default { type pulse }\nctl.!default { type pulse }\n", encoding="ascii"
    )
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PULSE_SERVER": f"unix:{socket}",
        "PULSE_RUNTIME_PATH": str(runtime),
        "PULSE_STATE_PATH": str(folder / "state"),
        "ALSA_CONFIG_PATH": str(config),
    }
    environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    command = [
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
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        for _ in range(100):
            info = subprocess.run(
                ["pactl", "info"], env=environment, capture_output=True
            )
            if info.returncode == 0:
                break
            time.sleep(0.05)
        else:
            pytest.skip(f"no sound server here: {(folder / 'log').read_text()[-500:]}")
        yield environment
    finally:
        process.terminate()
        process.wait(5)


def test_what_is_clicked_is_what_is_heard(server, tmp_path):
    t = np.arange(round(SECONDS * RATE)) / RATE
    chirp = 0.6 * np.sin(2 * np.pi * (200 * t + 1500 * t**2))
    write_wav(tmp_path / "chirp.wav", np.stack([chirp, -0.5 * chirp], axis=1), RATE)

    recording = tmp_path / "recording.raw"
    record = ["parec", "-d", "null.monitor", "--format=float32le", f"--rate={RATE}"]
    record += ["--channels=2", "--latency-msec=20", "--raw"]
    with recording.open("wb") as out:
        recorder = subprocess.Popen(record, env=server, stdout=out)
    try:
        for _ in range(100):  # until the recorder runs
            if recording.stat().st_size:
                break
            time.sleep(0.05)
        player = subprocess.run(
            [sys.executable, "-c", PLAYER, str(tmp_path / "chirp.wav")],
            env=server,
            capture_output=True,
            text=True,
            timeout=30,
        )
        time.sleep(0.3)
    finally:
        recorder.terminate()
        recorder.wait(5)
    assert player.stdout.splitlines() == ["device ''", "finished chirp"], player

    data = recording.read_bytes()
    heard = np.frombuffer(data[: len(data) // 8 * 8], "<f4").reshape(-1, 2)
    before_fade = -RATE // 200 - 1
    left, offset = aligned(heard[:, 0], chirp)
    right = heard[offset : offset + len(chirp), 1]
    assert np.corrcoef(left, chirp)[0, 1] > 0.999
    assert np.corrcoef(left[:before_fade], chirp[:before_fade])[0, 1] > 0.99999
    assert np.corrcoef(right, -chirp)[0, 1] > 0.999
    assert np.ptp(left) == pytest.approx(np.ptp(chirp), rel=0.01)
    # The last tenth of a second is there up to the fade, and nothing is beyond.
    end = slice(-RATE // 10, before_fade)
    assert np.corrcoef(left[end], chirp[end])[0, 1] > 0.999
    assert np.abs(heard[: max(offset - 1, 0)]).max(initial=0) < 1e-3
    assert np.abs(heard[offset + len(chirp) + 1 :]).max(initial=0) < 1e-3


def aligned(heard, played):
    """The part of a recording that matches best, and where it begins."""
    assert len(heard) >= len(played), "the recording is shorter than the sound"
    n = 1 << (len(heard) + len(played)).bit_length()
    spectrum = np.fft.rfft(heard, n) * np.conj(np.fft.rfft(played, n))
    match = np.fft.irfft(spectrum, n)[: len(heard) - len(played) + 1]
    offset = int(np.argmax(match))
    return heard[offset : offset + len(played)], offset
