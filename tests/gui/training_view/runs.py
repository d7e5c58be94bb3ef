"""Runs that exist on paper, and their looks: nobody has trained them."""

from dataclasses import replace

import numpy as np

from engine.autoencoder.architecture import NetworkParams, Shape
from engine.autoencoder.history import Epoch, History, Look, Moment, Pairs
from engine.autoencoder.recipe import LayerParams, Recipe, TrainingParams
from engine.autoencoder.runs import FINISHED, Run

NAMES = (
    "Fast look 1",
    "Nachtigallen, zweiter Versuch mit sehr langem Namen und Rauschen 0,2",
    "鳥の声 三回目",
    "مجموعة الطيور",
    "<b>bold</b> & co",
    "broken \udcff name",
)


def run(number=1, *, epochs=40, embedding=32, every=5, labelled=True, **changes):
    """Return a run with a history, finished unless changes say otherwise."""
    rng = np.random.default_rng(number)
    recipe = Recipe(
        network=NetworkParams(embedding=embedding),
        training=TrainingParams(epochs=epochs, look_every=every),
        layer=LayerParams(clusters=10 if number % 3 == 0 else 0),
    )
    kept = tuple(e for e in range(1, epochs + 1) if e == 1 or e % every == 0)
    found = Run(
        id=f"20240101-{number:06}-abcdef",
        name=NAMES[(number - 1) % len(NAMES)],
        recipe=recipe,
        shape=Shape(1, 48, 96),
        n_clips=60,
        state=FINISHED,
        resumable=True,
        history=history(epochs, kept, labelled, rng),
        kept=kept,
        best=kept[-1] if kept else None,
        device="CPU",
        seconds=2.5 * epochs,
    )
    return replace(found, **changes)


def history(epochs, kept, labelled=True, rng=None):
    """Return epochs whose losses fall, with scores where there was a look."""
    rng = rng or np.random.default_rng(0)
    told = []
    for number in range(1, epochs + 1):
        loss = 0.02 + 0.3 * np.exp(-number / 8) + 0.004 * rng.random()
        seen = number in kept
        score = 0.3 + 0.5 * (1 - np.exp(-number / 10)) if seen else np.nan
        told.append(
            Epoch(
                number,
                seconds=2.5 * number,
                train=float(loss),
                validation=float(loss * 1.1),
                rate=1e-3 * (1 - number / (epochs + 1)),
                throughput=5210.0,
                silhouette=float(score * 0.5),
                nmi=float(score) if labelled else float("nan"),
                accuracy=float(score * 0.9) if labelled else float("nan"),
                idle=0.0 if seen else float("nan"),
            )
        )
    return History(tuple(told))


def look(epoch, clips=60, kinds=5):
    """Return what sixty clips may look like after an epoch."""
    rng = np.random.default_rng(epoch)
    spread = min(epoch / 10, 3.0)
    angle = 2 * np.pi * (np.arange(clips) % kinds) / kinds
    middles = spread * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    positions = (middles + rng.normal(0, 0.4, (clips, 2))).astype(np.float32)
    return Look(epoch, np.arange(clips), positions, pairs(8, epoch), pairs(8, epoch, 9))


def pairs(count, seed=0, first=0):
    """Return pictures of some clips, and blurred ones."""
    rng = np.random.default_rng(seed)
    ramp = np.linspace(0, 255, 96)[None, None, None, :]
    slope = np.linspace(0.2, 1, 48)[None, None, :, None]
    originals = np.clip(ramp * slope + rng.normal(0, 30, (count, 1, 48, 96)), 0, 255)
    made = np.clip(ramp * slope + rng.normal(0, 4, (count, 1, 48, 96)), 0, 255)
    errors = np.linspace(0.02, 0.08, count, dtype=np.float32)
    clips = np.arange(first, first + count)
    return Pairs(clips, originals.astype(np.uint8), made.astype(np.uint8), errors)


def moment(of, epoch, **changes):
    """Return where a run is while its epoch goes on."""
    told = Moment(
        run=of.id,
        phase=0,
        epoch=epoch,
        epochs=of.recipe.training.epochs,
        share=0.5,
        throughput=5210.0,
        epoch_left=1.2,
        run_left=75.0,
        history=of.history.until(epoch - 1),
    )
    return replace(told, **changes)
