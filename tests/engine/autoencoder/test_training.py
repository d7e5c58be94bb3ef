import json
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.autoencoder.best import BEST
from engine.autoencoder.checkpoints import load
from engine.autoencoder.embedding import embed
from engine.autoencoder.history import History, Moment
from engine.autoencoder.looking import load_look, look_file
from engine.autoencoder.recipe import ImageParams
from engine.autoencoder.runs import FINISHED, STOPPED
from engine.autoencoder.splitting import split
from engine.autoencoder.training import train
from engine.errors import Cancelled
from engine.progress import Step, Wish
from tests.engine.autoencoder.bars import bars, kinds, noisy, recipe

MEASURED = ("train", "validation", "divergence", "rate", "moved")


def curve(run):
    """Return what a run measured that does not depend on the time it took."""
    return np.stack([run.history.column(name) for name in MEASURED])


def test_it_learns_eight_images_by_heart(tmp_path):
    chosen = recipe(32, 16, epochs=100, validation=0.0, rate=5e-3, look_every=100)
    run = train(bars(8, 16, 16), chosen, tmp_path / "run")
    losses = run.history.column("train")
    assert losses[0] > 0.3
    assert losses[-1] < 0.005


def test_the_same_seed_gives_the_same_curve_and_another_one_another(tmp_path):
    images, changes = bars(40), {"noise": 0.1, "shift": 2, "mask": 0.2, "roll": 0.1}
    one, same, other = (
        train(images, recipe(seed=seed, **changes), tmp_path / name)
        for name, seed in (("one", 1), ("same", 1), ("other", 2))
    )
    np.testing.assert_array_equal(curve(one), curve(same))
    assert not np.array_equal(curve(one)[0], curve(other)[0])


def test_training_leaves_the_random_numbers_and_threads_of_others_alone(tmp_path):
    torch.manual_seed(3)
    threads, expected = torch.get_num_threads(), torch.rand(2)
    torch.manual_seed(3)
    train(bars(8), recipe(epochs=1, noise=0.1), tmp_path / "run")
    assert torch.equal(torch.rand(2), expected)
    assert torch.get_num_threads() == threads


def test_a_run_leaves_everything_in_its_folder_and_nothing_elsewhere(
    tmp_path, monkeypatch, capfd
):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    folder = tmp_path / "20260101-000000-abcdef"
    n = 40
    keys = [f"key{i}" for i in range(n)]
    run = train(
        bars(n),
        recipe(epochs=5, look_every=2),
        folder,
        name="Bärs",
        keys=keys,
        truth=kinds(n),
    )
    assert (run.id, run.name, run.state, run.alive) == (
        folder.name,
        "Bärs",
        FINISHED,
        False,
    )
    assert run.kept == (1, 2, 4, 5)
    assert run.resumable
    assert run.history.column("number").tolist() == [1, 2, 3, 4, 5]
    assert (folder / "clips.txt").read_text().split("\n") == keys
    assert {"look-00001.npz", "look-00005.npz"} <= {f.name for f in folder.iterdir()}
    (events,) = (folder / "tensorboard").iterdir()
    written = events.read_bytes()
    assert written.count(b"validation") == 5
    assert written.count(b"silhouette") >= 2
    assert list(here.iterdir()) == []
    assert capfd.readouterr() == ("", "")
    embedding = embed(load(folder / "epoch-00005.pt"), bars(n))
    assert embedding.shape == (n, 8)
    last = run.history.epochs[-1]
    assert 0 <= last.nmi <= 1
    assert last.throughput > 0


def test_the_best_is_the_kept_one_with_the_lowest_validation_loss(tmp_path):
    chosen = recipe(epochs=6, look_every=1, rate=0.02, schedule="constant")
    run = train(bars(40), chosen, tmp_path / "run")
    assert run.best == 1 + int(run.history.column("validation").argmin())


def test_the_best_epoch_is_kept_wherever_it_is(tmp_path):
    images = noisy(20)
    chosen = recipe(
        epochs=60, patience=8, rate=0.02, schedule="constant", look_every=1000
    )
    run = train(images, chosen, tmp_path / "run")
    losses = run.history.column("validation")
    least = 1 + int(losses.argmin())
    assert 1 < least < len(losses)
    assert (run.best, run.kept) == (least, (1, least, len(losses)))
    assert load_look(look_file(tmp_path / "run", least)).epoch == least
    assert not (tmp_path / "run" / BEST).exists()
    # It is the network that had this loss.
    held_out = split(20, chosen.training).validated
    model = load(tmp_path / "run" / f"epoch-{least:05}.pt").model
    pixels = model.normalised(torch.from_numpy(images[held_out]))
    error = (model(pixels)[1] - pixels).square().mean()
    assert float(error) == pytest.approx(losses.min(), rel=1e-4)


def test_of_many_looks_not_every_one_keeps_its_network(tmp_path):
    chosen = recipe(epochs=7, look_every=1, keep=3)
    assert train(bars(8), chosen, tmp_path / "run").kept == (1, 3, 6, 7)


@given(st.integers(8, 33), st.integers(8, 33), st.integers(1, 3), st.integers(1, 9))
@settings(max_examples=8, deadline=None)
def test_any_image_of_at_least_eight_by_eight_pixels_will_do(
    tmp_path_factory, height, width, channels, n
):
    images = bars(n, height, width, channels)
    folder = tmp_path_factory.mktemp("sizes") / "run"
    run = train(images, recipe(epochs=1), folder)
    assert run.shape == (channels, height, width)
    assert embed(load(folder / "epoch-00001.pt"), images).shape == (n, 8)


def test_one_image_and_two_are_learnt_from_without_validation(tmp_path):
    for n in (1, 2):
        steps = []
        chosen = recipe(epochs=2, patience=1)
        run = train(bars(n), chosen, tmp_path / str(n), report=steps.append)
        assert any("no validation" in step.message for step in steps)
        assert run.state == FINISHED
        assert np.isnan(run.history.column("validation")).all()
        assert np.isfinite(run.history.column("train")).all()
        assert run.best == 2


def test_images_that_are_all_the_same_do_no_harm(tmp_path):
    for pixels in ("range", "unit", "statistics"):
        chosen = recipe(epochs=2)
        chosen = type(chosen)(
            ImageParams(normalisation=pixels),
            chosen.network,
            chosen.training,
            chosen.layer,
        )
        images = np.full((12, 1, 8, 8), 7, np.uint8)
        run = train(images, chosen, tmp_path / pixels)
        assert np.isfinite(run.history.column("validation")).all()


@pytest.mark.parametrize(
    ("pixels", "mean", "low", "high"),
    [("range", None, -1, 1), ("unit", None, 0, 1), ("statistics", 0.0, -3, 3)],
)
def test_pixels_are_normalised_as_chosen(tmp_path, pixels, mean, low, high):
    chosen = recipe(epochs=1)
    chosen = type(chosen)(
        ImageParams(normalisation=pixels), chosen.network, chosen.training, chosen.layer
    )
    images = bars(12)
    train(images, chosen, tmp_path / "run")
    model = load(tmp_path / "run" / "epoch-00001.pt").model
    found = model.normalised(torch.from_numpy(images))
    assert low <= found.min() <= found.max() <= high
    assert mean is None or abs(float(found.mean()) - mean) < 0.1


def test_training_ends_early_when_the_validation_loss_has_not_fallen(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (20, 1, 8, 8)).astype(np.uint8)
    chosen = recipe(epochs=60, patience=2, rate=0.01, schedule="constant")
    run = train(noise, chosen, tmp_path / "run")
    losses = run.history.column("validation")
    assert run.state == FINISHED
    assert len(losses) < 60
    assert losses.argmin() == len(losses) - 3


def test_the_clustering_layer_has_a_phase_of_its_own(tmp_path):
    layer = {"clusters": 4, "epochs": 3, "tolerance": 0.0}
    chosen = recipe(epochs=3, validation=0.0, layer=layer)
    run = train(bars(40), chosen, tmp_path / "run", truth=kinds(40))
    history = run.history
    assert history.column("phase").tolist() == [0, 0, 0, 1, 1, 1]
    assert np.isnan(history.column("divergence")[:3]).all()
    assert (history.column("divergence")[3:] >= 0).all()
    assert (history.column("moved")[3:] >= 0).all()
    assert run.best == 6
    assert load(tmp_path / "run" / "epoch-00003.pt").centres is None
    assert load(tmp_path / "run" / "epoch-00006.pt").centres.shape == (4, 8)


def test_the_second_phase_ends_when_the_clusters_have_settled(tmp_path):
    layer = {"clusters": 4, "epochs": 50, "tolerance": 0.5}
    run = train(bars(40), recipe(epochs=2, layer=layer), tmp_path / "run")
    assert run.state == FINISHED
    assert len(run.history) < 52
    assert run.history.epochs[-1].moved < 0.5


def test_views_that_are_to_agree_are_learnt_from(tmp_path):
    chosen = recipe(epochs=2, agreement=1.0, roll=0.5, turn=5.0, stretch=0.1)
    layer = {"clusters": 3, "epochs": 1}
    run = train(bars(20), chosen, tmp_path / "run")
    assert np.isfinite(run.history.column("train")).all()
    layered = recipe(epochs=1, agreement=1.0, roll=0.5, layer=layer)
    run = train(bars(20), layered, tmp_path / "layered")
    assert np.isfinite(run.history.column("divergence")[-1])
    assert train(bars(1), chosen, tmp_path / "one").state == FINISHED


def test_stop_ends_within_the_epoch_and_keeps_the_network_as_it_is(tmp_path):
    asked = 0

    def wishes():
        nonlocal asked
        asked += 1
        return Wish.STOP if asked > 13 else Wish.GO_ON  # eight batches an epoch

    run = train(bars(40), recipe(epochs=100), tmp_path / "run", wishes=wishes)
    assert run.state == STOPPED
    assert asked == 14
    assert run.kept == (1, 2)
    assert run.resumable
    assert len(run.history) == 2


def test_a_pause_holds_the_run_and_its_clock(tmp_path):
    moments, held = [], 0.4
    until = None

    def wishes():
        nonlocal until
        if until is None:
            until = time.monotonic() + held
        return Wish.PAUSE if time.monotonic() < until else Wish.GO_ON

    began = time.monotonic()
    run = train(
        bars(10),
        recipe(epochs=2),
        tmp_path / "run",
        report=lambda step: moments.append(step.partial),
        wishes=wishes,
    )
    paused = [m.paused for m in moments if isinstance(m, Moment)]
    assert True in paused
    assert not paused[-1]
    assert run.state == FINISHED
    assert run.seconds <= time.monotonic() - began - held


def test_cancel_leaves_nothing_of_the_run(tmp_path):
    def report(step: Step) -> None:
        if step.partial is not None:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(bars(10), recipe(), tmp_path / "run", report=report)
    assert list(tmp_path.iterdir()) == []


def test_what_is_told_adds_up(tmp_path):
    steps = []
    train(
        bars(40), recipe(epochs=3, look_every=1), tmp_path / "run", report=steps.append
    )
    told = [step for step in steps if isinstance(step.partial, Moment)]
    done = [step.done for step in told]
    assert done == sorted(done)
    assert done[-1] == told[-1].total
    last = told[-1].partial
    assert (last.run, last.epoch, last.epochs, last.share) == ("run", 3, 3, 1.0)
    assert last.run_left == 0.0
    assert len(last.history) == 3
    assert last.look.epoch == 3
    assert all(step.must_arrive for step in told if step.partial.look is not None)


def test_a_name_given_while_it_trains_stays(tmp_path):
    folder = tmp_path / "run"

    def report(step: Step) -> None:
        if step.partial is not None:
            about = json.loads((folder / "run.json").read_text())
            (folder / "run.json").write_text(json.dumps({**about, "name": "new"}))

    run = train(bars(9), recipe(), folder, name="old", report=report)
    assert run.name == "new"
    assert run.state == FINISHED


def test_bfloat16_learns_what_32_bits_learn(tmp_path):
    images, last = bars(40), {}
    for bits in ("32", "bf16"):
        chosen = recipe(epochs=12, rate=3e-3, precision=bits, look_every=12)
        last[bits] = train(images, chosen, tmp_path / bits).history.column("train")[-1]
    assert last["bf16"] == pytest.approx(last["32"], rel=0.2)


def test_the_history_on_disk_is_that_of_the_run(tmp_path):
    run = train(bars(9), recipe(), tmp_path / "run")
    found = History.read(tmp_path / "run" / "history.csv")
    np.testing.assert_array_equal(found.column("train"), run.history.column("train"))
