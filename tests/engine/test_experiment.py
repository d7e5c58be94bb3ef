"""Experiments: one table, whatever happens on the way to it."""

import csv
import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio.dataset import Dataset
from engine.audio.demo import write_demo
from engine.cli import main
from engine.cli.console import Console
from engine.clustering.methods import METHODS
from engine.errors import Cancelled, EngineError, ParameterError
from engine.experiment import CLASSES, Grid, MatrixFile, Table, run
from engine.experiment.grid import GRIDS
from engine.experiment.table import ROWS

ROOT = Path(__file__).parents[2]
SMALL = {
    "features": ("mfcc_without_first", "chroma"),
    "poolings": ("mean_std", "image_columns"),
    "methods": ("kmeans", "agglomerative"),
    "ks": (3, CLASSES),
}


@pytest.fixture(scope="session")
def sounds(cache) -> Dataset:
    return write_demo(cache / "experiment-demo", per_class=3)


@pytest.fixture
def tried(sounds, cache, tmp_path):
    """Run an experiment into the same folder again and again."""

    def go(grid: Grid | None = None, dataset: Dataset = sounds, **more) -> Table:
        grid = grid or Grid.of(**SMALL)
        return run(dataset, grid, tmp_path / "out", folder=cache, **more)

    return go


def lasting(table: Table) -> list[dict[str, object]]:
    return [{k: v for k, v in row.items() if k != "seconds"} for row in table.rows]


def lines_of(folder: Path) -> list[str]:
    return (folder / "out" / ROWS).read_text().splitlines()


def test_every_combination_is_a_row_that_says_where_it_comes_from(tried) -> None:
    table = tried()
    assert len(table.rows) == 2 * 2 * 2 * 2
    first = table.rows[0]
    assert (first["feature"], first["type"]) == ("mfcc_without_first", "array")
    assert {row["type"] for row in table.rows} == {"array", "image"}
    assert {row["k"] for row in table.rows} == {3, 12}
    assert all(0 <= row["nmi"] <= 1 and 0 < row["accuracy"] <= 1 for row in table.rows)
    assert first["parameters"]["features"]["n_fft"] == 2048
    assert first["parameters"]["method_params"] == {"n_init": 10, "seed": 0}
    assert first["seed"] == 0
    assert "scikit-learn" in first["versions"]
    assert first["seconds"] >= 0


def test_a_tree_is_fitted_once_and_its_cuts_are_those_of_the_method(
    tried, sounds, monkeypatch
) -> None:
    method, fits = METHODS["agglomerative"], []

    def counted(*arguments):
        fits.append(1)
        return method.compute(*arguments)

    monkeypatch.setitem(METHODS, "agglomerative", replace(method, compute=counted))
    one = {**SMALL, "features": ("mel",), "poolings": ("mean",)}
    grid = Grid.of(**{**one, "methods": ("agglomerative",), "ks": range(2, 12)})
    table = tried(grid)
    assert [row["n_clusters"] for row in table.rows] == list(range(2, 12))
    assert len(fits) == 1


def test_a_second_run_computes_nothing_and_says_the_same(tried, tmp_path) -> None:
    first = tried()
    written = lines_of(tmp_path)
    assert lasting(tried()) == lasting(first)
    assert lines_of(tmp_path) == written
    more = tried(Grid.of(**{**SMALL, "ks": (3, CLASSES, 5)}))
    assert len(lines_of(tmp_path)) == len(more.rows) == 24


def test_the_same_seed_gives_the_same_table(tried, sounds, cache, tmp_path) -> None:
    first = tried()
    again = run(sounds, Grid.of(**SMALL), tmp_path / "again", folder=cache)
    assert lasting(first) == lasting(again)
    for name in ("table.md", "table.tex", "best.md", "best.tex"):
        one, two = tmp_path / "out" / name, tmp_path / "again" / name
        assert one.read_bytes() == two.read_bytes()


def test_another_seed_is_another_row_only_where_something_is_random(tried) -> None:
    table = tried(Grid.of(**{**SMALL, "seeds": (0, 1)}))
    counts = dict.fromkeys(SMALL["methods"], 0)
    for row in table.rows:
        counts[str(row["method"])] += 1
    assert counts == {"kmeans": 16, "agglomerative": 8}


def test_stopped_after_some_rows_it_goes_on_from_there(tried, tmp_path) -> None:
    whole = lasting(tried())
    (tmp_path / "out" / ROWS).unlink()

    def stop(step) -> None:
        if step.message.startswith("Trying") and step.done >= 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        tried(report=stop)
    kept = lines_of(tmp_path)
    assert 5 <= len(kept) < 16
    assert lasting(tried()) == whole
    assert lines_of(tmp_path)[: len(kept)] == kept


def test_a_line_cut_short_by_a_crash_costs_its_row(tried, tmp_path) -> None:
    whole = lasting(tried())
    rows = tmp_path / "out" / ROWS
    rows.write_bytes(rows.read_bytes()[:-40])
    assert lasting(tried()) == whole
    assert sum('"key"' in line for line in lines_of(tmp_path)) >= 16


def test_a_killed_process_leaves_its_rows(sounds, cache, tmp_path) -> None:
    words = ("experiment", sounds.root, "--out", tmp_path / "out", "--cache", cache)
    child = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", *map(str, words), "--quiet"], cwd=ROOT
    )
    rows = tmp_path / "out" / ROWS
    end = time.monotonic() + 60
    while not (rows.exists() and rows.read_bytes().count(b"\n") >= 3):
        assert time.monotonic() < end
        time.sleep(0.02)
    child.kill()
    child.wait()
    kept = rows.read_bytes().splitlines()[:3]
    grid = Grid.named("quick", methods=("kmeans", "agglomerative"))
    run(sounds, grid, tmp_path / "out", folder=cache)
    assert rows.read_bytes().splitlines()[:3] == kept


def test_what_cannot_be_computed_is_a_row_and_is_tried_again(tried, tmp_path) -> None:
    table = tried(Grid.of(**{**SMALL, "ks": (3, 99)}))
    failed = [row for row in table.rows if row["error"]]
    assert len(failed) == 8
    assert all(row["k"] == 99 and "36" in row["error"] for row in failed)
    assert all(row["nmi"] is not None for row in table.rows if not row["error"])
    tried(Grid.of(**{**SMALL, "ks": (3, 99)}))
    assert len(lines_of(tmp_path)) == 16 + 8


def test_other_labels_or_clips_are_other_rows(tried, sounds) -> None:
    tried()
    other = replace(
        sounds,
        columns={"half": tuple("ab"[i % 2] for i in range(len(sounds)))},
        label_column="half",
    )
    table = tried(Grid.of(**{**SMALL, "ks": (3,)}), other)
    assert all(row["nmi"] < 0.5 for row in table.rows)


def test_without_labels_classes_cannot_be_counted(tried, sounds) -> None:
    bare = sounds.with_label_column(None)
    with pytest.raises(ParameterError, match="no labels"):
        tried(dataset=bare)
    table = tried(Grid.of(**{**SMALL, "ks": (4,)}), bare)
    assert all(row["nmi"] is None for row in table.rows)
    assert table.score == "silhouette"
    assert len(table.best().rows) == 4


def test_an_embedding_is_one_more_source(tried, sounds, tmp_path) -> None:
    truth = sorted(set(sounds.labels or ()))
    perfect = np.eye(12)[[truth.index(label) for label in sounds.labels or ()]]
    np.save(tmp_path / "net.npy", perfect)
    source = MatrixFile("network", str(tmp_path / "net.npy"), len(sounds))
    table = tried(sources=[source])
    best = table.best().rows[-1]
    assert (best["feature"], best["type"], best["nmi"]) == ("network", "embedding", 1.0)
    np.save(tmp_path / "net.npy", np.roll(perfect, 1, axis=0))
    assert tried(sources=[source]).best().rows[-1]["nmi"] < 1.0


@pytest.mark.parametrize("content", [b"", b"not numpy", np.zeros((2, 3))])
def test_an_embedding_that_does_not_fit_is_named(tried, tmp_path, content) -> None:
    path = tmp_path / "net.npy"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.save(path, content)
    table = tried(sources=[MatrixFile("network", str(path), 36)])
    failed = [row for row in table.rows if row["error"]]
    assert len(failed) == 4
    assert all("net.npy" in row["error"] for row in failed)


def test_an_embedding_that_is_missing_is_named(tried, tmp_path) -> None:
    with pytest.raises(EngineError, match=r"net\.npy"):
        tried(sources=[MatrixFile("network", str(tmp_path / "net.npy"), 36)])


def test_tables_for_a_spreadsheet_a_readme_and_a_paper(tried, tmp_path) -> None:
    table = tried()
    with (tmp_path / "out" / "table.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16
    assert list(rows[0])[-2:] == ["versions", "seconds"]
    assert json.loads(rows[0]["parameters"])["method"] == "kmeans"
    best = (tmp_path / "out" / "best.md").read_text().splitlines()
    assert best[0].startswith("| Feature | Type | Pooling | Algorithm | Clusters | NMI")
    assert len(best) == 2 + 4
    paper = (tmp_path / "out" / "best.tex").read_text()
    assert "MFCC without the first & Array & Mean and deviation over time" in paper
    assert paper.count(r"\\") == 5
    assert paper.count(r"\hline") == 3
    top = max(row["nmi"] for row in table.rows if row["feature"] == "chroma")
    assert f"{top:.3f}" in "".join(best)


def test_a_table_says_what_differs_and_how_much_is_noise(tried) -> None:
    usual = tried(Grid.of(**SMALL | {"methods": ("kmeans",), "ks": (3,)}))
    assert not {"scaling", "coverage", "manifold"} & set(usual.chief_columns())
    grid = Grid.of(
        features=("mfcc_without_first",),
        poolings=("mean_std",),
        scalings=("power", "standard"),
        methods=("hdbscan:min_cluster_size=2",),
    )
    noisy = tried(grid)
    assert any(row["coverage"] < 1 for row in noisy.rows)
    assert {"scaling", "coverage"} < set(noisy.chief_columns())
    assert (
        Table([]).markdown() == "| Feature | Type | Algorithm |\n| --- | --- | --- |\n"
    )


def test_what_is_not_perfect_is_not_written_as_one(capsys) -> None:
    row = {"feature": "mfcc", "nmi": 0.9999, "accuracy": 1.0, "davies_bouldin": 0.9999}
    assert "| 0.999 | 1.000 |" in Table([row]).markdown()
    assert r"0.999 & 1.000 \\" in Table([row]).latex()
    Console().table(list(row), [list(row.values())])
    assert capsys.readouterr().out.split()[-3:] == ["0.999", "1.000", "1.000"]


def test_a_broken_clip_is_left_out_and_named(cache, sounds, tmp_path, capsys) -> None:
    folder = tmp_path / "sounds"
    shutil.copytree(sounds.root, folder)
    (folder / "bell" / "broken.wav").write_text("no sound")
    words = [*("experiment", folder, "--out", tmp_path / "out", "--cache", cache)]
    words += ["--grid", "quick", "--methods", "agglomerative", "--workers", 0]
    assert main(list(map(str, words))) == 0
    assert "bell/broken.wav" in (tmp_path / "out" / "failures.csv").read_text()
    said, complained = capsys.readouterr()
    assert "bell/broken.wav" in complained
    assert "6 combinations, 0 failed" in said


def test_workers_find_the_same(tried, sounds, cache, tmp_path) -> None:
    grid = Grid.of(**{**SMALL, "ks": (3,)})
    there = run(sounds, grid, tmp_path / "pool", folder=cache, workers=2)
    assert lasting(there) == lasting(tried(grid))


def test_methods_are_written_with_their_parameters(tried) -> None:
    texts = ("agglomerative:linkage=average:metric=cosine", "dbscan:min_samples=3")
    table = tried(Grid.of(**{**SMALL, "methods": texts, "ks": (3,)}))
    assert {row["algorithm"] for row in table.rows} == {
        "Agglomerative average cosine",
        "DBSCAN 3",
    }
    assert {row["k"] for row in table.rows} == {3, None}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"methods": ("magic",)}, "magic"),
        ({"methods": ("kmeans:n_init=many",)}, "n_init"),
        ({"methods": ("kmeans:colour=red",)}, "colour"),
        ({"features": ("smell",)}, "smell"),
        ({"poolings": ()}, "representations"),
        ({"ks": (0,)}, "Grid.ks"),
        ({"ks": ("all",)}, "Grid.ks"),
    ],
)
def test_a_grid_that_makes_no_sense_is_refused(changes, message) -> None:
    with pytest.raises(ParameterError, match=message):
        Grid.of(**{**SMALL, **changes})


def test_the_grids_that_come_ready_made() -> None:
    sizes = [len(Grid.named(name).representations) for name in GRIDS]
    assert sizes == sorted(sizes)
    with pytest.raises(ParameterError, match="quick, study, full"):
        Grid.named("huge")


def test_the_command_says_the_best_and_writes_a_manifest(
    sounds, cache, tmp_path, capsys
) -> None:
    words = [*("experiment", sounds.root, "--out", tmp_path, "--cache", cache)]
    words += ["--grid", "quick", "--features", "mel,chroma+descriptors", "--ks", "3,99"]
    assert main([*map(str, words), "--json"]) == 0
    said, complained = capsys.readouterr()
    document = json.loads(said)
    assert (document["rows"], document["failed"]) == (16, 8)
    assert {row["feature"] for row in document["best"]} == {
        "mel",
        "chroma+descriptors",
    }
    assert len(complained.splitlines()) == 2  # a line per reason
    assert "4 combinations without a result: " in complained
    assert len(document["input"]["digest"]) == 20
    assert (tmp_path / "manifest.json").exists()
    assert main([*map(str, words), "--methods", "kmeans:k=1"]) == 2
    assert main([*map(str, words), "--seeds", "x"]) == 2
    assert main([*map(str, words), "--embedding", "net"]) == 2
    capsys.readouterr()
    assert main([*map(str, words), "--ks", "98,99"]) == 1
    assert "of 16 combinations none can be computed" in capsys.readouterr().err


def test_without_labels_no_more_clusters_are_tried_than_there_are_clips(
    sounds, cache, tmp_path
) -> None:
    words = ["experiment", str(next(Path(sounds.root).glob("*/"))), "--grid", "quick"]
    words += ["--label", "none", "--out", str(tmp_path), "--cache", str(cache)]
    assert main(words) == 0
    rows = [json.loads(line) for line in (tmp_path / ROWS).read_text().splitlines()]
    assert rows
    assert not any(row["error"] for row in rows)


def test_a_table_of_several_seeds_tells_them_apart(tried) -> None:
    once = tried(Grid.of(**{**SMALL, "features": ("chroma",), "ks": (3,)}))
    assert "Seed" not in once.markdown()
    twice = Grid.of(**{**SMALL, "features": ("chroma",), "ks": (3,), "seeds": (0, 7)})
    table = tried(twice)
    assert "| Seed |" in table.markdown()
    assert {row["seed"] for row in table.rows} == {0, 7}
