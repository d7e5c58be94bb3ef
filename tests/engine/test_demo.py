"""The demo collection: the same on every run, whole, and made of sounds."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.decoding import RATE, decode, probe
from engine.audio.demo import CLASSES, synthesise, write_demo
from engine.audio.demo_voices import VOICES
from engine.errors import AudioError, Cancelled, ParameterError
from engine.progress import Step


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, per_class=3)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.wav")}


def test_twelve_classes_of_labelled_clips(demo: Path) -> None:
    dataset = write_demo(demo, per_class=3)
    assert len(dataset) == 36
    assert set(dataset.labels or ()) == set(CLASSES)
    assert len(CLASSES) == 12
    assert dataset.clips[0].path == "bell/bell_01.wav"


def test_every_clip_is_a_clean_short_sound(demo: Path) -> None:
    durations = []
    for path in sorted(demo.rglob("*.wav")):
        info = probe(path)
        assert (info.rate, info.channels, info.format) == (RATE, 1, "WAV PCM_16")
        durations.append(info.duration)
        samples = decode(path)
        assert 0.2 < np.abs(samples).max() < 1.0
        assert abs(samples[0]) < 1e-4  # nothing clicks
        assert abs(samples[-1]) < 1e-4
        assert abs(samples.mean()) < 0.01
    assert 0.1 <= min(durations) < 0.3
    assert 1.5 < max(durations) <= 2.0


def test_the_same_bytes_on_every_run(demo: Path, tmp_path: Path) -> None:
    write_demo(tmp_path, per_class=2)
    again = contents(tmp_path)
    first = contents(demo)
    assert again == {name: first[name] for name in again}


def test_clips_of_a_class_differ_and_seeds_do_too() -> None:
    for kind in range(len(CLASSES)):
        a, b, c = synthesise(kind, 0), synthesise(kind, 1), synthesise(kind, 0, seed=1)
        assert len({len(a), len(b), len(c)}) == 3


def centroid(samples: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(samples)) ** 2
    return float((power * np.fft.rfftfreq(len(samples), 1 / RATE)).sum() / power.sum())


def test_classes_lie_where_such_sounds_lie() -> None:
    middle = {
        voice.name: np.median([centroid(synthesise(kind, i)) for i in range(6)])
        for kind, voice in enumerate(VOICES)
    }
    assert middle["kick"] < middle["tom"] < 300
    assert middle["engine"] < 600
    assert middle["closed_hat"] > 5500
    assert 2500 < middle["bird_chirp"] < 6000
    assert 250 < middle["plucked_string"] < 2000
    assert 250 < middle["sung_vowel"] < 2500
    assert 1000 < middle["clap"] < middle["snare"] < middle["closed_hat"]


def test_drums_die_away_and_rain_does_not() -> None:
    def tail(kind: str) -> float:
        sound = synthesise(CLASSES.index(kind), 0)
        third = len(sound) // 3
        return float(np.std(sound[-third:]) / np.std(sound[:third]))

    assert max(tail("kick"), tail("snare"), tail("closed_hat"), tail("clap")) < 0.25
    assert min(tail("rain"), tail("siren"), tail("engine")) > 0.4


def test_a_whole_collection_is_left_alone(demo: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in demo.rglob("*.wav")}
    steps: list[Step] = []
    write_demo(demo, steps.append, per_class=3)
    assert {p: p.stat().st_mtime_ns for p in demo.rglob("*.wav")} == before
    assert not any("Synthesising" in step.message for step in steps)


def test_what_is_missing_or_torn_is_mended(tmp_path: Path) -> None:
    write_demo(tmp_path, per_class=1)
    whole = contents(tmp_path)
    (tmp_path / "bell" / "bell_01.wav").unlink()
    torn = tmp_path / "kick" / "kick_01.wav"
    torn.write_bytes(torn.read_bytes()[:500])
    steps: list[Step] = []
    assert len(write_demo(tmp_path, steps.append, per_class=1)) == 12
    assert contents(tmp_path) == whole
    assert [s.total for s in steps if "Synthesising" in s.message] == [2, 2]


def test_a_stopped_run_leaves_whole_clips_and_goes_on(tmp_path: Path) -> None:
    def stop_at_five(step: Step) -> None:
        if step.done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_demo(tmp_path, stop_at_five, per_class=1)
    assert len(list(tmp_path.rglob("*.*"))) == 5
    for path in tmp_path.rglob("*.wav"):
        assert soundfile.info(path).frames > 0
    assert len(write_demo(tmp_path, per_class=1)) == 12


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AudioError, match="not written"):
        write_demo(tmp_path / "file", per_class=1)
    with pytest.raises(ParameterError, match="per_class must be at least 1; it is 0"):
        write_demo(tmp_path, per_class=0)
