"""Linkages as other programs write them, and what is said of anything else."""

import csv
import tracemalloc
import zipfile
from contextlib import suppress

import fastcluster
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage, to_mlab_linkage

from engine.audio.tables import plain_text
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.linkage_files import read_linkage, write_linkage
from engine.errors import EngineError

POINTS = np.random.default_rng(3).normal(size=(7, 2)) * [1e-7, 1e3]
TREE = linkage(POINTS, "average")


def as_text(delimiter, tree=TREE, form=repr):
    return "".join(delimiter.join(map(form, row)) + "\n" for row in tree.tolist())


@pytest.mark.parametrize("made", [linkage, fastcluster.linkage])
@pytest.mark.parametrize(
    "save",
    [
        np.save,
        lambda path, tree: np.save(path, np.asfortranarray(tree)),
        lambda path, tree: np.save(path, tree.astype(">f8")),
    ],
)
def test_arrays_as_numpy_saves_them(tmp_path, made, save) -> None:
    tree = made(POINTS, "ward")
    save(tmp_path / "z.npy", tree)
    found = read_linkage(tmp_path / "z.npy")
    np.testing.assert_array_equal(found, tree)
    assert found.dtype == np.float64


@pytest.mark.parametrize(
    "arrays",
    [
        {"anything": TREE},
        {"Z": TREE, "labels": np.arange(7)},
        {"linkage": TREE, "Z": np.arange(3), "names": np.array(["a"])},
    ],
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_archives_with_one_array_or_one_of_the_usual_name(
    tmp_path, save, arrays
) -> None:
    save(tmp_path / "z.npz", **arrays)
    np.testing.assert_array_equal(read_linkage(tmp_path / "z.npz"), TREE)


@pytest.mark.parametrize(
    "text",
    [
        *(as_text(mark) for mark in (",", ";", "\t", " ", "  ", ", ")),
        "idx1,idx2,dist,count\n" + as_text(","),
        "# made by a script\n" + as_text(" "),
        "0,1,2,3\n" + as_text(","),  # the names that pandas gives columns
        "sep=;\nA;B;H;N\n" + as_text(";").replace(".", ","),
        ",0,1,2,3\n"
        + "".join(f"{i},{r}\n" for i, r in enumerate(as_text(",").split())),
        "".join(f'"{i}" {r}\n' for i, r in enumerate(as_text(" ").splitlines(), 1)),
        as_text(",").replace("\n", "\r\n"),
        "\ufeff" + as_text(","),
        as_text(",").replace("\n", ",\n"),
        "left,right,height,size,,\n" + as_text(",").replace("\n", ",,\n"),
        as_text(" ").replace(".", ","),
        "left right height size\n" + as_text("  ").replace(".", ","),
    ],
)
def test_tables_as_programs_write_them(tmp_path, text) -> None:
    for suffix in (".csv", ".tsv", ".TXT"):
        path = tmp_path / f"z{suffix}"
        path.write_text(text, encoding="utf-8", newline="")
        np.testing.assert_array_equal(read_linkage(path), TREE)


@pytest.mark.parametrize("suffix", [".npy", ".csv"])
@pytest.mark.parametrize("n", [1, 2, 7])
def test_what_is_written_is_read_back_to_the_last_digit(tmp_path, suffix, n) -> None:
    tree = linkage(POINTS[:n], "ward") if n > 1 else np.empty((0, 4))
    write_linkage(tree, tmp_path / f"z{suffix}", [f"{i}.wav" for i in range(n)])
    np.testing.assert_array_equal(read_linkage(tmp_path / f"z{suffix}"), tree)
    assert [path.name for path in tmp_path.iterdir()] == [f"z{suffix}"]


def test_a_table_says_which_leaf_is_which_clip(tmp_path) -> None:
    names = [
        "=1+1.wav",
        "a,b.wav",
        "鳥.wav",
        "caf\udce9.wav",
        "5",
        "new\nline",
        "g.wav",
    ]
    write_linkage(TREE, tmp_path / "z.csv", names)
    np.testing.assert_array_equal(read_linkage(tmp_path / "z.csv"), TREE)
    with (tmp_path / "z.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    said = {
        int(row[side]): plain_text(row[f"{side}_clip"])
        for row in rows
        for side in ("left", "right")
    }
    escaped = [name.replace("\udce9", "\\udce9") for name in names]
    assert [said[i] for i in range(7)] == escaped
    assert rows[0]["left_clip"][0] != "="
    assert {said[i] for i in range(7, 12)} == {""}


NOT_MONOTONE = [[0, 1, 2.0, 2], [2, 3, 1.0, 3]]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "z.npy",
            NOT_MONOTONE,
            "must be monotone, no merge below its children; merge 1",
        ),
        (
            "z.npy",
            TREE[:, :3],
            r"n - 1 rows of 4 numbers.*it has the shape \(6, 3\)",
        ),
        ("z.npy", np.zeros(4), r"of the shape \(4,\)"),
        ("z.npy", TREE.astype(str), r"n - 1 rows of 4 numbers.*of the shape \(6, 4\)"),
        ("z.npy", TREE + 0j, "complex128"),
        ("z.npy", np.hstack([TREE, TREE]), r"float64 of the shape \(6, 8\)"),
        ("z.npy", to_mlab_linkage(TREE), "from 1, as MATLAB does"),
        ("z.npy", np.where(TREE[5, 2] == TREE, np.nan, TREE), "must be finite"),
        ("z.npy", TREE[::-1], "must join two earlier nodes"),
        ("z.csv", as_text(",", to_mlab_linkage(TREE)), "from_mlab_linkage"),
        ("z.csv", "-1 -2\n-3 1\n", "R's hclust"),
        ("z.csv", '"","V1","V2"\n"1",-1,-2\n"2",-3,1\n', "R's hclust"),
        ("z.csv", as_text(",", TREE[:, :3]), r"it has the shape \(6, 3\)"),
        ("z.csv", "", "it holds none"),
        ("z.csv", "left,right\n", "it holds none"),
        ("z.csv", "0,1,1.5,2\n2,3,hello,3\n", "line 2: 'hello' is no number"),
        ("z.csv", "0,1,1.5,2\n2,3,3\n", "line 2 has 3 columns, those before 4"),
        ("z.csv", "a;b;c\n1;2;bird song\n", "line 2: 'bird song' is no number"),
        ("z.csv", b"PK\x03\x04 xlsx", "save it as CSV"),
        ("z.npy", b"\x93NUMPY\x01\x00\x04\x00{{{{", "no array of NumPy's"),
        ("z.npy", b"hello", "no array of NumPy's"),
        ("z.npy", b"", "no array of NumPy's"),
        ("z.npz", b"PK\x03\x04", "no archive of NumPy's"),
        ("z.mat", b"", r"read from \.npy, \.npz, \.csv, \.tsv, \.txt"),
    ],
)
def test_anything_else_is_refused_by_name(tmp_path, name, content, words) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content)
    else:
        np.save(path, content)
    with pytest.raises(EngineError, match=words) as error:
        read_linkage(path)
    assert str(error.value).startswith(f"{path}: ")


def test_a_pickle_is_not_opened(tmp_path) -> None:
    np.save(tmp_path / "z.npy", np.full((3, 4), {}, object), allow_pickle=True)
    with pytest.raises(EngineError, match="it holds object of the shape"):
        read_linkage(tmp_path / "z.npy")


def test_several_arrays_and_none_of_the_name(tmp_path) -> None:
    np.savez(tmp_path / "z.npz", a=TREE, b=TREE)
    with pytest.raises(EngineError, match="one named linkage or Z; it holds 2"):
        read_linkage(tmp_path / "z.npz")


def claiming(rows: int) -> bytes:
    """Return the header of an array that says how large it is."""
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, 4), }}"
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def test_what_a_file_claims_is_not_believed(tmp_path) -> None:
    path = tmp_path / "z.npy"
    for rows, words in ((10**12, "more than 2,000,000 leaves"), (10**6, "cut short")):
        path.write_bytes(claiming(rows) + b"\0" * 64)
        with pytest.raises(EngineError, match=words):
            read_linkage(path)


def test_an_archive_bomb_is_not_unpacked(tmp_path) -> None:
    path = tmp_path / "z.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Z.npy", claiming(10**8) + b"\0" * 10**7)
    with pytest.raises(EngineError, match="more than 2,000,000 leaves"):
        read_linkage(path)


def test_an_archived_header_is_not_unpacked_either(tmp_path) -> None:
    path, claimed = tmp_path / "z.npz", 50_000_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        start = b"\x93NUMPY\x02\x00" + claimed.to_bytes(4, "little")
        archive.writestr("Z.npy", start + b" " * claimed)
    tracemalloc.start()
    try:
        with pytest.raises(EngineError, match=r"its version is \(2, 0\)"):
            read_linkage(path)
        assert tracemalloc.get_traced_memory()[1] < claimed / 10
    finally:
        tracemalloc.stop()


def test_what_cannot_be_read_is_named(tmp_path) -> None:
    with pytest.raises(EngineError, match=r"gone\.npy: .*there is no such file"):
        read_linkage(tmp_path / "gone.npy")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(EngineError, match=r"folder\.csv: "):
        read_linkage(tmp_path / "folder.csv")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_a_linkage_or_an_engine_error(tmp_path_factory, data) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / data.draw(st.sampled_from(["z.npy", "z.npz", "z.csv"]))
    if path.suffix == ".npz":
        np.savez_compressed(path, Z=TREE)
    else:
        write_linkage(TREE, path, ["x"] * 7)
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.integers(0, len(content)))]))
    with suppress(EngineError):
        Hierarchy(read_linkage(path))
