"""Long recordings become clips: where the sounds are, nothing lost, nothing twice."""

import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import activity, labelled, onsets
from engine.audio.dataset import Clip, Dataset
from engine.audio.decoding import blocks, decode, write_wav
from engine.audio.label_files import LabelFile, read_labels
from engine.audio.segmentation import SegmentationParams, segment
from engine.audio.windows import windows
from engine.errors import AudioError, Cancelled, ParameterError

RATE = 16_000
TRUTH = [(0.5, 0.8), (1.5, 1.6), (1.64, 1.9), (3.0, 4.0), (5.2, 5.25), (7.0, 7.5)]


def bursts(
    spans: list[tuple[float, float]], seconds: float, rate: int = RATE
) -> np.ndarray:
    """Tones at known times over faint noise."""
    samples = 1e-3 * np.random.default_rng(0).standard_normal(round(seconds * rate))
    for number, (start, end) in enumerate(spans):
        at = np.arange(round(start * rate), round(end * rate))
        samples[at] += 0.3 * np.sin(2 * np.pi * (500 + 90 * number) * at / rate)
    return samples


def of_files(folder: Path, **columns: tuple[str, ...]) -> Dataset:
    clips = tuple(Clip(path.name) for path in sorted(folder.glob("*.wav")))
    return Dataset(str(folder), clips, columns)


def spans_of(samples: np.ndarray, folder: Path, **chosen: object) -> np.ndarray:
    soundfile.write(folder / "a.wav", samples, RATE, subtype="FLOAT")
    found = segment(of_files(folder), SegmentationParams(**chosen))
    assert found.failures == ()
    return np.array([(clip.start, clip.end) for clip in found.dataset.clips])


@settings(deadline=None, max_examples=50)
@given(
    st.floats(0.0, 5.0),
    st.floats(0.1, 40.0),
    st.floats(0.1, 20.0),
    st.floats(0.0, 0.95),
    st.booleans(),
)
def test_windows_cover_a_recording_step_by_step(
    start: float, whole: float, length: float, overlap: float, keep_rest: bool
) -> None:
    end = start + whole
    found = windows(start, end, length, overlap, keep_rest=keep_rest)
    if whole <= length:
        assert found == [(start, end)]
        return
    assert found[0][0] == pytest.approx(start, abs=1e-6)
    assert found[-1][1] <= end + 2e-6
    for (first, _), (second, _) in pairwise(found):
        assert second - first == pytest.approx(length * (1 - overlap), abs=3e-6)
    lengths = [last - first for first, last in found]
    assert lengths[:-1] == pytest.approx([length] * (len(found) - 1), abs=3e-6)
    left = end - found[-1][1]
    assert left <= (2e-6 if keep_rest else length * (1 - overlap) + 2e-6)


def test_windows_without_overlap_share_and_lose_no_sample(tmp_path: Path) -> None:
    whole = np.random.default_rng(0).uniform(-0.5, 0.5, round(7.77 * RATE))
    spans = spans_of(whole, tmp_path, length=0.7, keep_rest=True)
    parts = [decode(tmp_path / "a.wav", *span, rate=None) for span in spans]
    np.testing.assert_array_equal(np.concatenate(parts), whole.astype(np.float32))
    assert len({len(part) for part in parts[:-1]}) == 1


def test_a_recording_shorter_than_a_window_stays_what_it_is(tmp_path: Path) -> None:
    write_wav(tmp_path / "one.wav", [0.5], RATE)
    dataset = of_files(tmp_path)
    assert segment(dataset).dataset.clips == dataset.clips


@pytest.mark.parametrize("name", ["long.mp3", "long.ogg", "long.flac"])
def test_windows_of_any_format_can_be_decoded(tmp_path: Path, name: str) -> None:
    soundfile.write(tmp_path / name, bursts(TRUTH, 8.0), RATE)
    dataset = Dataset(str(tmp_path), (Clip(name),))
    found = segment(dataset, SegmentationParams(length=1.5, keep_rest=True)).dataset
    assert len(found) == 6
    assert len(decode(tmp_path / name, *span_of(found.clips[-1]))) > 0


def span_of(clip: Clip) -> tuple[float, float | None]:
    return clip.start, clip.end


@pytest.mark.parametrize(
    ("reference", "level"),
    [("background", 12.0), ("loudest", 30.0), ("full_scale", 40.0)],
)
def test_sounds_between_silences_are_found(
    tmp_path: Path, reference: str, level: float
) -> None:
    spans = spans_of(
        bursts(TRUTH, 8.0),
        tmp_path,
        method="silence",
        reference=reference,
        level=level,
        hang=0.03,
        shortest=0.04,
        padding=0.0,
    )
    assert spans.shape == (len(TRUTH), 2)
    np.testing.assert_allclose(spans, TRUTH, atol=0.02)


def test_short_silences_do_not_end_a_sound_and_short_sounds_are_passed_over(
    tmp_path: Path,
) -> None:
    chosen = {"method": "silence", "hang": 0.1, "shortest": 0.2, "padding": 0.0}
    spans = spans_of(bursts(TRUTH, 8.0), tmp_path, **chosen)
    joined = [(0.5, 0.8), (1.5, 1.9), (3.0, 4.0), (7.0, 7.5)]
    np.testing.assert_allclose(spans, joined, atol=0.02)


def test_padding_meets_halfway_and_ends_with_the_recording(tmp_path: Path) -> None:
    chosen = {"method": "silence", "hang": 0.0, "padding": 2.0}
    spans = spans_of(bursts([(0.5, 0.8), (1.5, 2.0)], 3.0), tmp_path, **chosen)
    np.testing.assert_allclose(spans, [(0.0, 1.15), (1.15, 3.0)], atol=0.02)
    assert spans[0, 1] <= spans[1, 0]


def test_a_span_of_a_recording_is_cut_within_its_bounds(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", bursts(TRUTH, 8.0), RATE)
    dataset = Dataset(str(tmp_path), (Clip("a.wav", 3.5, 6.0),))
    found = segment(dataset, SegmentationParams(method="silence", padding=0.5)).dataset
    spans = [span_of(clip) for clip in found.clips]
    np.testing.assert_allclose(spans, [(3.5, 4.5), (4.7, 5.75)], atol=0.02)


@pytest.mark.parametrize(
    ("name", "samples"),
    [
        ("silence", np.zeros(RATE)),
        ("one sample", np.ones(1)),
        ("an offset", np.full(RATE, 0.5)),
        ("noise", 1e-3 * np.random.default_rng(0).standard_normal(5 * RATE)),
    ],
)
@pytest.mark.parametrize("method", ["silence", "onsets"])
def test_where_nothing_happens_there_is_a_note_and_no_failure(
    tmp_path: Path, name: str, samples: np.ndarray, method: str
) -> None:
    soundfile.write(tmp_path / f"{name}.wav", samples, RATE, subtype="FLOAT")
    found = segment(of_files(tmp_path), SegmentationParams(method=method))
    assert (len(found.dataset), found.failures) == (0, ())
    assert found.notes == (f"No sound was found in {name}.wav",)


def test_a_clipped_recording_keeps_its_sounds(tmp_path: Path) -> None:
    samples = np.clip(20 * bursts(TRUTH, 8.0), -1, 1)
    spans = spans_of(samples, tmp_path, method="silence", padding=0.0)
    assert len(spans) == 5  # two of the six are closer than the hang time
    assert len(spans_of(1e20 * samples, tmp_path, method="silence")) == 5


def test_onsets_are_where_sounds_begin(tmp_path: Path) -> None:
    starts = np.array([0.4, 0.9, 1.0, 1.7, 2.9, 3.1, 4.5])
    samples = bursts([], 6.0)
    fading = np.exp(-np.arange(RATE // 4) / RATE * 30)
    for number, start in enumerate(starts):
        at = round(start * RATE) + np.arange(RATE // 4)
        samples[at] += (
            0.3 * fading * np.sin(2 * np.pi * (400 + 130 * number) * at / RATE)
        )
    chosen = {"method": "onsets", "threshold": 0.2, "padding": 0.01, "longest": 0.5}
    spans = spans_of(samples, tmp_path, **chosen)
    np.testing.assert_allclose(spans[:, 0], starts - 0.01, atol=0.02)
    assert (spans[:-1, 1] <= spans[1:, 0]).all()
    assert (spans[:, 1] - spans[:, 0] <= 0.51 + 1e-6).all()


@pytest.mark.parametrize("noise", [0.0, 1e-4])
@pytest.mark.parametrize("lasting", [0.08, 0.3])
@pytest.mark.parametrize("fade", [0.0, 0.003])
def test_the_end_of_a_tone_is_no_onset(
    tmp_path: Path, noise: float, lasting: float, fade: float
) -> None:
    starts = np.array([1.0037, 2.5, 4.0441, 6.123])
    samples = noise * np.random.default_rng(0).standard_normal(8 * RATE)
    at = np.arange(round(lasting * RATE)) / RATE
    faded = np.minimum(at, lasting - at) / fade if fade else np.ones(len(at))
    for start in (starts * RATE).astype(int):
        samples[start : start + len(at)] += (
            0.3 * np.minimum(1.0, faded) * np.sin(2 * np.pi * 440 * at)
        )
    spans = spans_of(samples, tmp_path, method="onsets", padding=0.0)
    np.testing.assert_allclose(spans[:, 0], starts, atol=0.02)


@pytest.mark.parametrize("lasting", [0.002, 0.02])
def test_short_sounds_in_a_row_are_all_onsets(tmp_path: Path, lasting: float) -> None:
    rng = np.random.default_rng(0)
    starts = np.arange(0.5, 3.5, 0.08)
    samples = 1e-4 * rng.standard_normal(4 * RATE)
    for start in (starts * RATE).astype(int):
        count = round(lasting * RATE)
        samples[start : start + count] += 0.3 * rng.standard_normal(count)
    spans = spans_of(samples, tmp_path, method="onsets", padding=0.0)
    np.testing.assert_allclose(spans[:, 0], starts, atol=0.02)


def test_onsets_agree_with_librosa(tmp_path: Path) -> None:
    import librosa

    rng = np.random.default_rng(1)
    starts = np.cumsum(rng.uniform(0.15, 0.6, 60))
    samples = bursts([], starts[-1] + 1.0, 22_050)
    for start in starts:
        at = round(start * 22_050) + np.arange(2205)
        samples[at] += rng.uniform(0.1, 0.5) * rng.uniform(-1, 1, 2205)
    path = tmp_path / "clicks.wav"
    soundfile.write(path, samples, 22_050, subtype="FLOAT")
    flux, step = onsets.flux(blocks(path, rate=None, seconds=0.3), 22_050)
    ours = onsets.pick(flux, step, 0.2, 0.05)
    envelope = librosa.onset.onset_strength(y=samples, sr=22_050)
    theirs = librosa.onset.onset_detect(
        onset_envelope=envelope, sr=22_050, units="time", delta=0.2
    )
    assert nearest(ours, starts).max() < 0.02
    assert np.mean(nearest(theirs, ours) < 0.05) > 0.95
    assert np.mean(nearest(ours, theirs) < 0.05) > 0.95


def nearest(times: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each time, how far the nearest of the others is."""
    return np.abs(np.asarray(times)[:, None] - np.asarray(others)).min(axis=1)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 9000), min_size=1, max_size=8), st.integers(1, 3))
def test_blocks_of_any_length_give_the_same(lengths: list[int], seed: int) -> None:
    samples = np.random.default_rng(seed).standard_normal(sum(lengths))
    samples = samples.astype(np.float32)
    pieces = np.split(samples, np.cumsum(lengths)[:-1])
    np.testing.assert_array_equal(
        activity.levels(pieces, 160), activity.levels([samples], 160)
    )
    np.testing.assert_allclose(
        onsets.flux(pieces, RATE)[0], onsets.flux([samples], RATE)[0], atol=1e-4
    )


def test_spans_carry_what_is_known_of_their_recording(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        write_wav(tmp_path / name, bursts([], 3.0), RATE)
    dataset = of_files(tmp_path, site=("bog", "fen")).with_label_column("site")
    found = segment(dataset, SegmentationParams(length=1.0)).dataset
    assert found.columns["recording"] == ("a.wav",) * 3 + ("b.wav",) * 3
    assert found.labels == ("bog",) * 3 + ("fen",) * 3
    again = segment(found, SegmentationParams(length=0.5)).dataset
    assert again.columns["recording"] == ("a.wav",) * 6 + ("b.wav",) * 6
    assert again.clips[-1] == Clip("b.wav", 2.5, 3.0)


def test_a_broken_recording_fails_alone(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no sound at all" * 10)
    soundfile.write(
        tmp_path / "b.wav", np.full(3 * RATE, np.nan), RATE, subtype="FLOAT"
    )
    write_wav(tmp_path / "c.wav", bursts([(1, 2)], 3.0), RATE)
    dataset = of_files(tmp_path)
    dataset = Dataset(dataset.root, (*dataset.clips, Clip("c.wav", 9.0)))
    found = segment(dataset, SegmentationParams(method="silence"))
    assert [clip.path for clip in found.dataset.clips] == ["c.wav"]
    assert [failure.index for failure in found.failures] == [0, 1, 3]
    reasons = [failure.reason for failure in found.failures]
    for reason, word in zip(
        reasons, ("sound format", "NaN", "ends at 3 s"), strict=True
    ):
        assert word in reason


def test_labels_beside_recordings_name_their_spans(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav", "c.wav"):
        write_wav(tmp_path / name, bursts([], 3.0), RATE)
    (tmp_path / "a.txt").write_text("0.5\t1.0\twren\n1.5\t2.0\trobin\n")
    (tmp_path / "b.Table.1.selections.txt").write_text(
        "Selection\tBegin Time (s)\tEnd Time (s)\tSpecies\n1\t0.25\t9\twren\n"
        "2\t7\t8\twren\n"
    )
    dataset = of_files(tmp_path, label=("day", "night", "day"))
    found = segment(dataset, SegmentationParams(method="labels"))
    assert found.dataset.clips == (
        Clip("a.wav", 0.5, 1.0),
        Clip("a.wav", 1.5, 2.0),
        Clip("b.wav", 0.25, 3.0),
    )
    assert found.dataset.labels == ("wren", "robin", "wren")
    assert found.dataset.columns["label"] == ("day", "day", "night")
    assert [failure.index for failure in found.failures] == [2]
    assert "no label file" in found.failures[0].reason
    assert found.notes == ("1 label lies outside its recording and is left out",)


def test_labels_cut_windows_of_their_recording_and_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wav(tmp_path / "a.wav", bursts([], 3.0), RATE)
    (tmp_path / "a.txt").write_text("0.5\t1.5\twren\n2.0\t2.5\trobin\n7\t8\twren\n")
    reads = []

    def read(path: Path) -> LabelFile:
        reads.append(path)
        return read_labels(path)

    monkeypatch.setattr(labelled, "read_labels", read)
    cut = segment(of_files(tmp_path), SegmentationParams(length=1.0)).dataset
    found = segment(cut, SegmentationParams(method="labels"))
    assert [(clip.start, clip.end) for clip in found.dataset.clips] == [
        (0.5, 1.0),
        (1.0, 1.5),
        (2.0, 2.5),
    ]
    assert found.notes == ("1 label lies outside its recording and is left out",)
    assert len(reads) == 1


def test_one_label_file_serves_a_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    clips = (Clip("ä b.wav"), Clip("sub/c.wav"))
    for clip in clips:
        write_wav(tmp_path / clip.path, bursts([], 3.0), RATE)
    table = tmp_path / "all.csv"
    table.write_text(
        "path,start,end,label\nä b.wav,0,1,x\nsub/c.wav,1,2,y\ngone.wav,0,1,x\n"
        "ä b.wav,2,1,x\n",
        encoding="utf-8",
    )
    params = SegmentationParams(method="labels", label_file="all.csv")
    found = segment(Dataset(str(tmp_path), clips), params)
    assert [span_of(clip) for clip in found.dataset.clips] == [(0, 1), (1, 2)]
    assert found.dataset.labels == ("x", "y")
    assert len(found.notes) == 2
    assert "gone.wav" in " ".join(found.notes)
    assert "line 5" in " ".join(found.notes)
    with pytest.raises(AudioError):
        segment(Dataset(str(tmp_path), clips), params.replace(label_file="no.csv"))
    table.write_text("0\t1\tx\n")
    with pytest.raises(ParameterError, match="which of 2 recordings"):
        segment(Dataset(str(tmp_path), clips), params)
    one = segment(Dataset(str(tmp_path), clips[:1]), params).dataset
    assert one.clips == (Clip("ä b.wav", 0.0, 1.0),)
    assert one.label_column is None


def test_progress_tells_seconds_and_a_cancel_ends_a_long_recording(
    tmp_path: Path,
) -> None:
    seconds = 600
    with soundfile.SoundFile(tmp_path / "a.flac", "w", RATE, 1) as sound:
        for _ in range(seconds // 10):
            sound.write(bursts(TRUTH, 10.0))
    dataset = Dataset(str(tmp_path), (Clip("a.flac"),))
    params = SegmentationParams(method="onsets")
    told, moments = [], []

    def report(step) -> None:
        told.append(step)
        moments.append(time.monotonic())
        if step.done:
            raise Cancelled

    with pytest.raises(Cancelled):
        segment(dataset, params, report)
    assert told[-1].total == seconds
    assert 0 < told[-1].done < seconds
    assert max(np.diff(moments), default=0.0) < 1.0  # a busy machine; 0.1 s otherwise
    last = []
    segment(dataset, params.replace(method="windows"), last.append)
    assert (last[-1].done, last[-1].message[:15]) == (seconds, "Cut into 120 cl")
