"""Known collections are recognised by their shape, and nothing else is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.dataset import Clip, Dataset
from engine.audio.layouts import LAYOUTS, Recognised, recognise
from engine.audio.layouts.esc import CATEGORIES, ESC10_TARGETS
from engine.audio.layouts.genres import GENRES
from engine.audio.layouts.urbansound import CLASSES
from engine.audio.scanning import scan_folder

EMOTIONS = ("angry", "disgust", "fear", "happy", "neutral", "ps", "sad")


def collection(root: str, names: list[str]) -> Dataset:
    return Dataset(root, tuple(map(Clip, names)))


def known(dataset: Dataset, name: str) -> Recognised:
    found = recognise(dataset)
    assert found is not None
    assert found.name == name
    assert found.title in found.sentence
    assert found.dataset.label_column is not None
    return found


def urbansound(prefix: str = "") -> list[str]:
    return [
        f"{prefix}fold{i % 10 + 1}/{1000 + i}-{i % len(CLASSES)}-0-{i}.wav"
        for i in range(40)
    ]


@pytest.mark.parametrize(
    ("root", "prefix"),
    [("/d/UrbanSound8K", "audio/"), ("/d", "UrbanSound8K/audio/"), ("/d/audio", "")],
)
def test_urbansound_without_its_table(root: str, prefix: str) -> None:
    found = known(collection(root, urbansound(prefix)), "urbansound8k")
    assert found.label_columns == (("class", 10),)
    assert found.dataset.labels is not None
    assert found.dataset.labels[:3] == CLASSES[:3]
    assert found.dataset.columns["fold"][:3] == ("1", "2", "3")
    assert found.dataset.columns["fsID"][:2] == ("1000", "1001")


def test_one_fold_of_urbansound(tmp_path: Path) -> None:
    names = [f"{1000 + i}-{i % 10}-0-0.wav" for i in range(20)]
    found = known(collection("/d/UrbanSound8K/audio/fold3", names), "urbansound8k")
    assert set(found.dataset.columns["fold"]) == {"3"}


@pytest.mark.parametrize("opened", ["", "UrbanSound8K", "UrbanSound8K/audio"])
def test_urbansound_with_its_table(tmp_path: Path, opened: str) -> None:
    folder = tmp_path / "UrbanSound8K"
    rows = ["slice_file_name,fsID,start,end,salience,fold,classID,class"]
    for path in urbansound("audio/"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
        name = path.rpartition("/")[2]
        rows.append(f"{name},1,317.8,321.8,{len(rows) % 2 + 1},1,0,as_the_table_says")
    (folder / "metadata").mkdir()
    (folder / "metadata" / "urbansound8k.CSV").write_text("\n".join(rows[:-1]))
    dataset = known(scan_folder(tmp_path / opened), "urbansound8k").dataset
    assert dataset.labels is not None
    listed = {clip.path.rpartition("/")[2] for clip in dataset.clips}
    assert len(listed) == 40
    assert dataset.labels.count("as_the_table_says") == 39
    assert set(dataset.columns["salience"]) == {"foreground", "background", ""}
    assert all(clip.end is None for clip in dataset.clips)


def test_the_emotions_of_tess_in_any_spelling() -> None:
    spelled = {"ps": ("Pleasant_surprise", "pleasant_surprised")}
    names = []
    for i, actress in enumerate(("OAF", "YAF")):
        for emotion in EMOTIONS:
            folder = spelled.get(emotion, (emotion.title(), emotion))[i]
            names += [
                f"{actress}_{folder}/{actress}_{word}_{emotion}.wav"
                for word in ("back", "bite", "gaze")
            ]
    names[names.index("OAF_Neutral/OAF_bite_neutral.wav")] = (
        "OAF_Neutral/OA_bite_neutral.wav"
    )
    found = known(collection("/d/TESS", names), "tess")
    assert found.label_columns == (("actress and emotion", 14), ("emotion", 7))
    assert found.dataset.label_column == "actress and emotion"
    assert set(found.dataset.columns["emotion"]) == {
        *EMOTIONS[:5],
        "pleasant_surprise",
        "sad",
    }
    # The folders alone, and the names alone, tell as much.
    renamed = [f"{n.partition('/')[0]}/{i}.wav" for i, n in enumerate(names)]
    assert known(collection("/d", renamed), "tess").label_columns == found.label_columns
    flat = [name.rpartition("/")[2] for name in names]
    assert known(collection("/d", flat), "tess").label_columns == found.label_columns


def test_the_second_copy_within_tess_is_left_out_and_said() -> None:
    names = [f"OAF_{e}/OAF_{w}_{e}.wav" for e in EMOTIONS for w in ("back", "bar")]
    copies = [f"TESS data/{name}" for name in names]
    found = known(collection("/d", [*copies, *names]), "tess")
    assert [clip.path for clip in found.dataset.clips] == names
    assert "14 second copies" in found.sentence
    assert len(found.dataset.columns["word"]) == 14


def esc50() -> list[str]:
    return [f"{i % 5 + 1}-{9000 + i}-A-{i % 50}.wav" for i in range(100)]


@pytest.mark.parametrize("prefix", ["", "audio/", "ESC-50-master/audio/"])
def test_esc50_by_its_names(prefix: str) -> None:
    found = known(collection("/d", [prefix + name for name in esc50()]), "esc50")
    assert found.label_columns == (("category", 50),)
    assert found.dataset.labels == CATEGORIES * 2
    in_esc10 = found.dataset.columns["esc10"]
    assert in_esc10[:50].count("True") == len(ESC10_TARGETS)
    assert found.dataset.columns["fold"][:6] == ("1", "2", "3", "4", "5", "1")


def test_esc50_by_its_table(tmp_path: Path) -> None:
    (tmp_path / "audio").mkdir()
    (tmp_path / "meta").mkdir()
    rows = ["filename,fold,target,category,esc10,src_file,take"]
    for name in esc50():
        (tmp_path / "audio" / name).touch()
        rows.append(f"{name},1,0,listed {len(rows) % 2},True,1,A")
    (tmp_path / "meta" / "esc50.csv").write_text("\n".join(rows))
    for root in (tmp_path, tmp_path / "audio"):
        labels = known(scan_folder(root), "esc50").dataset.labels or ()
        assert set(labels) == {"listed 0", "listed 1"}


def test_esc10_as_it_first_came() -> None:
    kinds = ("001 - Dog bark", "002 - Rain", "010 - Fire crackling")
    names = [f"{kind}/{f}-{f}032-A.ogg" for kind in kinds for f in range(1, 6)]
    dataset = known(collection("/d/ESC-10", names), "esc10").dataset
    assert set(dataset.labels or ()) == {"Dog bark", "Rain", "Fire crackling"}


@pytest.mark.parametrize("folder", ["", "recordings/", "{digit}/"])
@pytest.mark.parametrize("speakers", [("george", "theo"), ("Анна", "Борис")])
def test_spoken_digits(folder: str, speakers: tuple[str, str]) -> None:
    names = [
        f"{folder.format(digit=d)}{d}_{speaker}_{take}.wav"
        for d in range(10)
        for speaker in speakers
        for take in range(3)
    ]
    found = known(collection("/d", [*names, "noise.wav"]), "fsdd")
    assert found.label_columns == (("digit", 10), ("speaker", 2))
    assert found.dataset.columns["digit"][-2:] == ("9", "")


def test_music_of_nine_genres() -> None:
    names = [f"{genre}/{i}.mp3" for genre in sorted(GENRES) for i in range(3)]
    found = known(collection("/d/audio", names), "music_audio_benchmark")
    assert found.label_columns == (("genre", 9),)
    part = [f"set/{n}" for n in names if n.startswith(("jazz", "rap", "pop"))]
    assert known(collection("/d", part), found.name).label_columns == (("genre", 3),)


UNRELATED = {
    "dates": [
        f"2021-{m}-{d}-{h}.wav" for m in range(1, 9) for d in (1, 2) for h in (3, 4)
    ],
    "dates in folders": [
        f"site/2021-{m}-3-{d}.wav" for m in range(9) for d in range(9)
    ],
    "kits": [f"{i}_{k}_0{i}.wav" for i, k in enumerate(("kick", "snare", "hat"), 1)],
    "takes": [f"{i}_take_{n}.wav" for i in range(10) for n in range(3)],
    "my music": [
        f"{g}/{i}.mp3" for g in ("jazz", "pop", "rock", "blues") for i in "12"
    ],
    "gtzan": [f"{g}/{g}.00001.wav" for g in ("blues", "disco", "jazz", "pop", "rock")],
    "letters": [f"{g}/3-101-{t}.wav" for g in ("forest", "meadow") for t in "ABC"],
    "people": ["OAF_report_final.wav", "YAF_meeting_monday.wav"],
    "hostile": ["\udcff\udcfe.wav", "a\nb.wav", "-.wav", "===", " ", "x" * 250],
    "syllables": [f"{c}/Bird0_{c}_{i}.wav" for c in range(9) for i in range(9)],
    "empty": [],
}


@pytest.mark.parametrize("name", UNRELATED)
def test_other_collections_are_left_alone(name: str) -> None:
    assert recognise(collection("/d", UNRELATED[name])) is None


def test_the_demo_is_no_known_collection(finished) -> None:
    assert recognise(finished.dataset) is None


@given(st.lists(st.text(st.characters(codec=None, exclude_categories=()), max_size=12)))
def test_no_name_is_too_odd(names: list[str]) -> None:
    assert recognise(collection("/d", names)) is None


def test_no_two_layouts_share_a_name() -> None:
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS)
