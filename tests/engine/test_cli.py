"""audioclust-batch, as a person or a script meets it."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import __version__
from engine.audio.decoding import write_wav

ROOT = Path(__file__).parents[2]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_example_of_the_readme(sounds, tmp_path, batch) -> None:
    out = tmp_path / "results"
    words = ("--feature", "mfcc_without_first", "--method", "agglomerative", "--k", 14)
    code, said, complained = batch("cluster", sounds, *words, "--out", out)
    assert (code, complained) == (0, "")
    assert "14 clusters of 36 clips" in said
    assert {path.name for path in out.iterdir()} == {
        "clusters.csv",
        "scores.json",
        "linkage.npy",
        "tree.nwk",
        "manifest.json",
    }
    rows = rows_of(out / "clusters.csv")
    assert list(rows[0]) == ["path", "label", "cluster"]
    assert len(rows) == 36
    assert all(row["path"].startswith(row["label"] + "/") for row in rows)
    assert {int(row["cluster"]) for row in rows} == set(range(14))
    assert np.load(out / "linkage.npy", allow_pickle=False).shape == (35, 4)
    scores = json.loads((out / "scores.json").read_text())
    assert 0.7 < scores["nmi"] <= 1.0
    assert scores["columns"]["folder"]["nmi"] == scores["nmi"]
    assert sum(cluster["size"] for cluster in scores["clusters"]) == 36
    assert scores["clusters"][0]["medoid"] in {row["path"] for row in rows}
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["parameters"]["method_params"]["n_clusters"] == 14
    assert manifest["versions"]["audioclust"] == __version__
    assert manifest["input"]["clips"] == 36
    assert manifest["command_line"][:2] == ["cluster", str(sounds)]


def test_a_manifest_repeats_its_run(sounds, tmp_path, batch) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    words = ("--method", "kmeans", "--pooling", "mean", "--seed", 3, "--n-init", 2)
    assert batch("cluster", sounds, *words, "--label", "none", "--out", first)[0] == 0
    code, _, _ = batch("cluster", "--params", first / "manifest.json", "--out", again)
    assert code == 0
    one, two = (path / "clusters.csv" for path in (first, again))
    assert one.read_bytes() == two.read_bytes()
    manifests = [
        json.loads((path / "manifest.json").read_text()) for path in (first, again)
    ]
    assert manifests[0]["parameters"] == manifests[1]["parameters"]
    assert manifests[0]["input"] == manifests[1]["input"]
    assert manifests[0]["seed"] == 3
    # Another command takes from it what it knows.
    words = ("--params", first / "manifest.json", "--method", "pca")
    assert batch("project", *words, "--out", tmp_path / "map")[0] == 0
    known = json.loads((tmp_path / "map" / "manifest.json").read_text())["parameters"]
    assert known["representation"]["pooling"] == "mean"


def test_json_is_one_document_and_progress_stays_out_of_it(
    sounds, tmp_path, batch
) -> None:
    code, said, drawn = batch(
        "cluster", sounds, "--out", tmp_path, "--json", "--progress", "--k", 3
    )
    assert code == 0
    document = json.loads(said)
    assert document["scores"]["n_clusters"] == 3
    assert "%" in drawn


def test_without_labels_a_few_clusters_and_scores_without_truth(
    sounds, tmp_path, batch
) -> None:
    code, _, _ = batch("cluster", sounds, "--label", "none", "--out", tmp_path)
    assert code == 0
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["n_clusters"] == 6
    assert scores["nmi"] is None
    assert scores["silhouette"] > 0


def test_what_an_earlier_run_left_does_not_lie_beside_the_new(
    sounds, tmp_path, batch
) -> None:
    (tmp_path / "mine.npy").write_bytes(b"precious")
    batch("cluster", sounds, "--out", tmp_path)
    assert (tmp_path / "linkage.npy").exists()
    batch("cluster", sounds, "--method", "fuzzy_cmeans", "--out", tmp_path)
    assert not (tmp_path / "linkage.npy").exists()
    assert not (tmp_path / "tree.nwk").exists()
    assert (tmp_path / "membership.npy").exists()
    assert (tmp_path / "mine.npy").read_bytes() == b"precious"


@pytest.fixture
def odd(sounds, tmp_path) -> Path:
    """Names that break things, and files that are broken."""
    folder = tmp_path / "odd"
    folder.mkdir()
    names = ["=1+1.wav", "-x, y.wav", "鳥の声 🐦.wav"]
    if os.name != "nt":
        names += ["two\nlines.wav", os.fsdecode(b"caf\xe9.wav")]
    source = sorted(sounds.glob("*/*.wav"))
    for i, name in enumerate(names):
        try:
            shutil.copy(source[3 * i], folder / name)
        except OSError:  # a file system of text
            continue
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("no sound at all")
    return folder


def test_broken_clips_are_warnings_and_rows(odd, tmp_path, batch) -> None:
    out = tmp_path / "out"
    code, said, complained = batch("cluster", odd, "--k", 2, "--out", out)
    assert code == 0
    usable = len(list(odd.iterdir())) - 2
    assert f"2 clusters of {usable} clips; 2 more could not be used\n" in said
    assert "warning: empty.wav: " in complained
    failures = rows_of(out / "failures.csv")
    assert [row["path"] for row in failures] == ["empty.wav", "text.wav"]
    assert all(row["reason"] for row in failures)
    rows = {row["path"]: row["cluster"] for row in rows_of(out / "clusters.csv")}
    assert len(rows) == len(list(odd.iterdir()))
    assert rows["empty.wav"] == ""
    assert rows["'=1+1.wav"] in "01"
    assert rows["鳥の声 🐦.wav"] in "01"
    assert "Traceback" not in complained


def test_hostile_names_survive_json_and_a_table(odd, tmp_path, batch) -> None:
    code, said, _ = batch("extract", odd, "--json")
    assert code == 0
    assert {f["path"] for f in json.loads(said)["failures"]} == {
        "empty.wav",
        "text.wav",
    }
    assert batch("scan", odd, "--out", odd / "clips.csv")[0] == 0
    out = tmp_path / "out"
    assert batch("cluster", odd / "clips.csv", "--k", 2, "--out", out)[0] == 0
    assert len(rows_of(out / "clusters.csv")) == len(list(odd.glob("*.wav")))


def test_no_usable_clip_is_an_error_in_one_line(tmp_path, batch) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    out = tmp_path / "out"
    assert batch("prepare", tmp_path, "--out", out)[0] == 1
    assert len(rows_of(out / "failures.csv")) == 1
    code, said, complained = batch("cluster", tmp_path, "--out", out)
    assert (code, said) == (1, "")
    assert len(rows_of(out / "failures.csv")) == 1
    assert complained.splitlines()[-1].startswith(
        "audioclust-batch: error: of 1 clip none can be used; the first, a.wav"
    )


def test_prepared_files_keep_their_labels_in_a_table(sounds, tmp_path, batch) -> None:
    files = sorted(sounds.glob("*/*.wav"))[:4]
    rows = [f"{path},kind{i % 2},{i}\n" for i, path in enumerate(files)]
    (tmp_path / "bad.wav").write_text("no sound")
    table = tmp_path / "table.csv"
    table.write_text("path,label,take\n" + "bad.wav,kind0,9\n" + "".join(rows))
    out = tmp_path / "out"
    assert batch("prepare", table, "--trim", "--out", out)[0] == 0
    assert [row["label"] for row in rows_of(out / "metadata.csv")] == [
        *("kind0", "kind1"),
        *("kind0", "kind1"),
    ]
    found = json.loads(batch("scan", out / "metadata.csv", "--json")[1])
    assert found["labels"] == {"kind0": 2, "kind1": 2}
    assert "take" in found["columns"]


def test_scan_tells_what_is_there_and_writes_a_table(sounds, tmp_path, batch) -> None:
    table = tmp_path / "new" / "clips.csv"
    code, said, _ = batch("scan", sounds, "--out", table)
    assert code == 0
    assert "36 clips (36 .wav)" in said
    assert "12 labels in the column 'folder'" in said
    assert len(rows_of(table)) == 36
    document = json.loads(batch("scan", sounds, "--json")[1])
    assert document["labels"]["bell"] == 3


def test_one_sound_a_span_and_a_label_of_a_table(sounds, tmp_path, batch) -> None:
    one = next(sounds.glob("bell/*.wav"))
    assert "1 computed" in batch("extract", one, "--n-mfcc", 13)[1]
    table = sounds / "spans.tsv"
    table.write_text(
        "path\tstart\tend\tkind\n"
        + "".join(
            f"{path.relative_to(sounds).as_posix()}\t0\t0.09\t{path.parent.name}\n"
            for path in sorted(sounds.glob("*/*.wav"))[::2]
        ),
        encoding="utf-8",
    )
    code, _, _ = batch("cluster", table, "--label", "kind", "--k", 4, "--out", tmp_path)
    table.unlink()
    assert code == 0
    rows = rows_of(tmp_path / "clusters.csv")
    assert list(rows[0]) == ["path", "start", "end", "label", "cluster"]
    assert {row["end"] for row in rows} == {"0.09"}
    assert rows[0]["label"] == rows[0]["path"].split("/")[0]


def test_project_export_prepare_and_demo(sounds, tmp_path, batch) -> None:
    map_, matrix, files, wavs = (tmp_path / name for name in "mefw")
    assert batch("project", sounds, "--method", "pca", "--out", map_)[0] == 0
    rows = rows_of(map_ / "positions.csv")
    assert len({(row["x"], row["y"]) for row in rows}) == 36
    words = ("--feature", "chroma+descriptors", "--kind", "grey")
    assert batch("export", sounds, *words, "--out", matrix)[0] == 0
    with np.load(matrix / "matrix.npz", allow_pickle=False) as found:
        assert found["matrix"].shape[0] == 36
        assert found["labels"][0] == "bell"
    assert len(list(matrix.glob("chroma/grey/*/*.png"))) == 36
    assert len(rows_of(matrix / "metadata.csv")) == 36
    words = ("--feature", "mel", "--kind", "npy", "--out", files)
    assert batch("extract", sounds, *words)[0] == 0
    assert len(list(files.glob("mel/npy/*/*.npy"))) == 36
    assert batch("prepare", sounds, "--lowpass", "--out", wavs)[0] == 0
    assert len(list(wavs.glob("*/*.wav"))) == 36
    assert batch("demo", tmp_path / "d", "--per-class", 1)[0] == 0
    assert len(list(tmp_path.glob("d/*/*.wav"))) == 12


def test_select_suggests_numbers_and_parameters(sounds, tmp_path, batch) -> None:
    code, said, _ = batch("select", sounds, "--highest", 15, "--out", tmp_path)
    assert code == 0
    assert "silhouette is in favour of" in said
    curves = rows_of(tmp_path / "curves.csv")
    assert [int(row["k"]) for row in curves] == list(range(2, 16))
    assert max(float(row["nmi"]) for row in curves) > 0.8
    words = ("--method", "dbscan", "--values", "min-samples=2,3", "--json")
    code, said, _ = batch("select", sounds, *words, "--out", tmp_path)
    assert code == 0
    trials = rows_of(tmp_path / "search.csv")
    assert {row["min_samples"] for row in trials} == {"2", "3"}
    best = json.loads(said)["best"]
    assert f"{best['silhouette']:.6f}" == f"{float(trials[0]['silhouette']):.6f}"
    assert not (tmp_path / "curves.csv").exists()
    for wrong in ("colour=1", "min_samples", "min_samples=0"):
        words = ("--method", "dbscan", "--values", wrong)
        assert batch("select", sounds, *words, "--out", tmp_path)[0] == 2


def test_a_preset_is_the_ground_for_flags(sounds, tmp_path, batch) -> None:
    words = ("--preset", "short_sounds", "--hop", 256, "--out", tmp_path)
    assert batch("cluster", sounds, *words)[0] == 0
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    features = manifest["parameters"]["features"]
    assert (features["n_fft"], features["hop"]) == (512, 256)


def test_segment_writes_a_table_that_the_others_take(tmp_path, batch) -> None:
    rng = np.random.default_rng(0)
    sound = rng.normal(scale=0.1, size=22_050 * 12).astype(np.float32)
    sound[22_050 * 6 :] = np.sin(np.arange(22_050 * 6) * 0.1)
    (tmp_path / "long").mkdir()
    write_wav(tmp_path / "long" / "dawn.wav", sound, 22_050)
    (tmp_path / "long" / "empty.wav").touch()
    table = tmp_path / "spans.csv"
    words = ("--length", 1, "--overlap", 0.5)
    code, said, _ = batch("segment", tmp_path / "long", *words, "--out", table)
    assert (code, "23 clips of 2 recordings" in said) == (0, True)
    (failed,) = rows_of(tmp_path / "failures.csv")
    assert failed["path"] == "empty.wav"
    words = ("--root", tmp_path / "long", "--k", 2, "--label", "none")
    assert batch("cluster", table, *words, "--out", tmp_path / "out")[0] == 0
    rows = rows_of(tmp_path / "out" / "clusters.csv")
    assert len(rows) == 23
    assert len({row["cluster"] for row in rows if float(row["end"]) <= 6}) == 1
    words = ("--params", tmp_path / "out" / "manifest.json")
    assert batch("cluster", *words, "--out", tmp_path / "again")[0] == 0
    assert rows_of(tmp_path / "again" / "clusters.csv") == rows


def test_a_tree_from_elsewhere_is_cut_instead_of_one_of_its_own(
    sounds, odd, tmp_path, batch
) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    assert batch("cluster", sounds, "--k", 5, "--out", own)[0] == 0
    words = ("--k", 5, "--feature", "chroma", "--out", other)
    tree = ("--tree", own / "linkage.npy")
    assert batch("cluster", sounds, *tree, *words)[0] == 0
    for name in ("clusters.csv", "linkage.npy", "tree.nwk"):
        assert (other / name).read_bytes() == (own / name).read_bytes()
    assert json.loads((other / "manifest.json").read_text())["tree"] == str(tree[1])
    # Of all clips, also those that are no sound, or of the others.
    n = len(list(odd.iterdir()))
    for leaves in (n, n - 2):
        heights = np.arange(1.0, leaves)
        merges = np.append(0, leaves + np.arange(leaves - 2)), heights
        np.save(tmp_path / "z.npy", np.column_stack([*merges, heights, heights + 1]))
        words = ("--tree", tmp_path / "z.npy", "--k", 3, "--out", tmp_path / "out")
        code, _, complained = batch("cluster", odd, *words)
        assert code == 0, complained
        clusters = [row["cluster"] for row in rows_of(tmp_path / "out/clusters.csv")]
        assert clusters.count("") == n - leaves
        assert len(set(clusters) - {""}) == 3


def test_a_manifest_brings_its_tree_back(sounds, tmp_path, batch) -> None:
    def tree_of(*words: object, by: str) -> object:
        out = tmp_path / by
        assert batch("cluster", *words, "--out", out)[0] == 0
        assert len({row["cluster"] for row in rows_of(out / "clusters.csv")}) == 4
        return json.loads((out / "manifest.json").read_text())["tree"]

    assert tree_of(sounds, "--linkage", "single", "--k", 4, by="single") is None
    single = str(tmp_path / "single" / "linkage.npy")
    assert tree_of(sounds, "--tree", single, "--k", 4, by="cut") == single
    params = ("--params", tmp_path / "cut" / "manifest.json")
    assert tree_of(*params, by="again") == single
    assert tree_of(sounds, *params, by="here") == single
    table = tmp_path / "again" / "linkage.npy"
    assert table.read_bytes() == (tmp_path / "single" / "linkage.npy").read_bytes()
    # Flags overrule it, and other clips have no leaf in it.
    assert tree_of(*params, "--linkage", "average", by="average") is None
    assert tree_of(*params, "--method", "kmeans", "--k", 4, by="kmeans") is None
    few = tmp_path / "few"
    few.mkdir()
    for sound in sorted(sounds.rglob("*.wav"))[:6]:
        shutil.copy(sound, few)
    assert tree_of(few, *params, by="elsewhere") is None


def test_quiet_says_nothing(sounds, tmp_path, batch) -> None:
    result = batch("cluster", sounds, "--quiet", "--out", tmp_path)
    assert result == (0, "", "")


def program(*words: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "engine.cli", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_help_comes_without_anything_heavy() -> None:
    probe = (
        "import sys; from engine.cli import main\n"
        "try: main(['cluster', '--help'])\n"
        "except SystemExit: print(sorted({m.split('.')[0] for m in sys.modules}))"
    )
    found = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, check=True
    )
    text = found.stdout.decode()
    assert "--linkage" in text
    heavy = {"scipy", "sklearn", "librosa", "numba", "torch", "distributed", "tqdm"}
    assert not [name for name in heavy if f"'{name}'" in text]


def test_real_processes_and_a_narrow_console(odd, sounds, tmp_path) -> None:
    folder = tmp_path / "many"
    shutil.copytree(sounds, folder)
    shutil.copytree(odd, folder / "odd")
    out = tmp_path / "out"
    words = ("cluster", folder, "--out", out, "--workers", 2, "--k", 5)
    cache = tmp_path / "cache"
    found = program(*words, "--cache", cache, PYTHONIOENCODING="ascii")
    assert found.returncode == 0, found.stderr
    assert b"5 clusters" in found.stdout
    assert len(rows_of(out / "clusters.csv")) == 36 + len(list(odd.iterdir()))


def test_version() -> None:
    assert program("--version").stdout.decode().split() == [
        "audioclust-batch",
        __version__,
    ]
