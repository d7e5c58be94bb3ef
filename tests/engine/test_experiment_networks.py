"""Networks in an experiment: trained once, for every row that asks for them."""

import json

import pytest

from engine.autoencoder.recipe import Recipe
from engine.autoencoder.runs import runs_folder, runs_of
from engine.errors import ParameterError
from engine.experiment import Grid, parsed_network, run
from engine.projects.matrices import MATRICES

TINY = "mel:epochs=1:base=2:embedding=4:accelerator=cpu"


@pytest.fixture(autouse=True)
def _places(places) -> None:
    """Keep runs where nobody else does."""


@pytest.fixture
def tried(finished, cache, tmp_path):
    """Try networks beside flattened pictures, in a folder of results by name."""

    def go(*networks, out="out", **axes):
        chosen = {
            "features": ("mel",),
            "poolings": ("image",),
            "scalings": ("none",),
            "methods": ("kmeans", "agglomerative"),
        }
        return run(
            finished.dataset,
            Grid.of(**chosen | axes),
            tmp_path / out,
            networks=[parsed_network(text) for text in networks],
            folder=cache,
        )

    return go


def embedded(table):
    return [row for row in table.rows if row["type"] == "embedding"]


def test_a_network_stands_beside_the_flattened_pictures_it_learns_from(tried) -> None:
    table = tried(TINY, manifolds=("none", "umap"))
    assert [row["error"] for row in table.rows] == [""] * 8
    found = embedded(table)
    assert len(found) == 4
    assert {row["manifold"] for row in found} == {"none", "umap"}
    assert {row["feature"] for row in table.rows} == {"mel"}
    assert found[0]["pooling"] == TINY.removeprefix("mel:").replace(":", " ")
    assert found[0]["parameters"]["recipe"]["network"]["embedding"] == 4
    assert all(0 <= row["nmi"] <= 1 for row in found)
    (made,) = runs_of()  # for four rows
    assert all(f"Run {made.id}, trained in" in row["notes"] for row in found)


def test_a_network_that_was_trained_before_is_used_again(tried) -> None:
    first = embedded(tried(TINY))
    again = embedded(tried(TINY, out="other"))
    assert [row["nmi"] for row in again] == [row["nmi"] for row in first]
    assert len(runs_of()) == 1
    tried(TINY.replace("embedding=4", "embedding=5"), out="other")
    tried(TINY, out="other", seeds=(0, 1))
    assert len(runs_of()) == 3


def test_how_a_run_is_watched_makes_no_other_network(tried) -> None:
    tried(TINY)
    tried(f"{TINY}:look_every=1:layer.epochs=3", out="other")
    assert len(runs_of()) == 1


def test_a_run_without_its_end_is_not_used(tried) -> None:
    tried(TINY)
    (made,) = runs_of()
    about = runs_folder() / made.id / "run.json"
    stopped = json.loads(about.read_text()) | {"state": "stopped"}
    about.write_text(json.dumps(stopped))
    tried(TINY, out="other")
    assert len(runs_of()) == 2


def test_a_network_that_is_damaged_is_trained_anew(tried) -> None:
    first = embedded(tried(TINY))
    (made,) = runs_of()
    (runs_folder() / made.id / f"epoch-{made.best:05}.pt").write_bytes(b"nothing")
    MATRICES.clear()
    again = embedded(tried(TINY, out="other"))
    assert [row["nmi"] for row in again] == [row["nmi"] for row in first]
    assert len(runs_of()) == 2
    # Whichever of the two is found first.
    newest = runs_folder() / made.id.replace(made.id[:8], "99991231")
    (runs_folder() / made.id).rename(newest)
    MATRICES.clear()
    embedded(tried(TINY, out="third"))
    assert len(runs_of()) == 2


def test_a_network_that_cannot_be_trained_is_a_row_that_says_why(tried) -> None:
    table = tried(f"{TINY}:layer.clusters=1000")
    assert [bool(row["error"]) for row in table.rows] == [False, False, True, True]
    assert "1000" in embedded(table)[0]["error"]
    assert not runs_of()


def test_a_network_is_written_as_a_method_is() -> None:
    name, recipe = parsed_network("mfcc+mel:embedding=8:linear=no:layer.clusters=3")
    assert recipe.images.features == ("mel", "mfcc")
    assert (recipe.network.embedding, recipe.network.linear) == (8, False)
    assert recipe.layer.clusters == 3
    assert name == "embedding=8 linear=no layer.clusters=3"
    assert parsed_network("mel") == ("", Recipe())
    _, changed = parsed_network("chroma:epochs=3", recipe)
    assert (changed.network.embedding, changed.training.epochs) == (8, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour", "colour"),
        ("mel:depth=3", "depth"),
        ("mel:layer.depth=3", "depth"),
        ("mel:nothing.epochs=3", "nothing"),
        ("mel:epochs=many", "many"),
        ("mel:epochs=0", "epochs"),
    ],
)
def test_what_is_no_network_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        parsed_network(text)


def test_networks_are_tried_from_the_command_line(batch, sounds, tmp_path) -> None:
    grid = ("--features", "mel", "--poolings", "image", "--methods", "kmeans")
    words = ("experiment", sounds, "--out", tmp_path, *grid, "--recipe", "fast")
    code, out, err = batch(*words, "--networks", f"{TINY},mfcc:epochs=1")
    assert (code, err) == (0, "")
    assert "fast epochs=1" in out
    lines = (tmp_path / "rows.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["feature"] for row in rows] == ["mel", "mel", "mfcc"]
    assert {row["scaling"] for row in rows[1:]} == {"none"}
    assert len(runs_of()) == 2
    code, _, err = batch(*words)
    assert code != 0
    assert "--recipe has no effect without --networks" in err
