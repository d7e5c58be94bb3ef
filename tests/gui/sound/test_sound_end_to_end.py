"""A click is heard: streams into a private sound server, recorded and compared."""

import signal

import numpy as np
import pytest

from tests.gui.sound.sound_server import (
    RATE,
    Player,
    Recording,
    Server,
    missing,
    recorded,
)

SECONDS = 1.0
FADE = RATE // 200 + 1

pytestmark = pytest.mark.skipif(
    bool(reason := missing()), reason=reason or "all is installed"
)


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

    def act():
        player.ask("play", 0)
        player.wait("finished 0")

    heard = recorded(server, player, tmp_path / "recording.raw", act)
    told = [line for line in player.told if not line.startswith("device")]
    assert told == ["started 0", "finished 0"]
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

    def act():
        player.ask("matched", "on")
        player.ask("play", 1)
        player.wait("finished 1")

    heard = recorded(server, player, tmp_path / "recording.raw", act)
    left, _ = aligned(heard[:, 0], played)
    assert np.corrcoef(left, played)[0, 1] > 0.999
    level = 20 * np.log10(np.sqrt(2) * left[RATE // 4 : RATE // 2].std())
    assert level == pytest.approx(-23, abs=0.3)


def test_a_sequence_has_no_gaps(server, player, tmp_path):
    clips = [chirp(start, 0.3 + 0.2 * i) for i, start in enumerate((200, 500, 900))]
    for i, clip in enumerate(clips):
        server.write(2 + i, clip)

    def act():
        player.ask("all", 2, 3, 4)
        player.wait("finished")

    heard = recorded(server, player, tmp_path / "recording.raw", act)
    told = [line for line in player.told if not line.startswith("device")]
    assert told == ["started 2", "started 3", "started 4", "finished 4"]
    played = np.concatenate(clips)
    left, _ = aligned(heard[:, 0], played)
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
    player.wait("device ''", gone)  # noticed without a click

    def act():
        player.ask("play", 6)
        player.wait("finished 6")

    heard = recorded(server, player, tmp_path / "after.raw", act)
    left, _ = aligned(heard[:, 0], played)
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
