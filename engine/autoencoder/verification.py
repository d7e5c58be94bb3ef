"""The autoencoder against the published numbers, on handwritten digits.

One network is trained; K-Means, the clustering layer (DCEC: Guo et al., ICONIP 2017)
and the manifold recipe (N2D: McConville et al., ICPR 2020) are measured on it. The
parameters are the same for every seed, and labels are looked at only to score.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.autoencoder.architecture import NetworkParams
from engine.autoencoder.mnist import Digits
from engine.autoencoder.pictures import Images
from engine.autoencoder.recipe import ImageParams, LayerParams, Recipe, TrainingParams
from engine.autoencoder.runs import Run
from engine.clustering.metrics import accuracy, contingency, nmi
from engine.params import Params, param
from engine.progress import Report, Step, silent

_NEIGHBOURS = 20  # as published with N2D, as are the mixture and min_dist
_DIMENSIONS = 10
_STARTS = 20  # of K-Means, as published with DCEC
_MIXTURES = 10  # starts of the mixture, of which the likeliest counts

Labels = NDArray[np.integer]


@dataclass(frozen=True)
class VerificationParams(Params):
    """How long the network of the verification is trained."""

    # After 25, one seed of three had not told the fours from the nines yet.
    epochs: int = param(
        50,
        label="Epochs",
        low=1,
        high=10_000,
        help="How often the network sees every picture before it is measured",
    )
    layer_epochs: int = param(
        25,
        label="Epochs with the layer",
        low=1,
        high=10_000,
        help="How often with the clustering layer, at most; it ends earlier when "
        "hardly a picture changes its cluster",
    )
    batch: int = param(128, label="Batch", unit="pictures", low=1, high=65_536)

    def recipe(self, classes: int, seed: int) -> Recipe:
        """Return the recipe: the published network, and pictures that move a little.

        An embedding of as many numbers as there are classes, and the changes to the
        pictures of Guo et al. (ACML 2018).
        """
        training = TrainingParams(
            epochs=self.epochs,
            batch=self.batch,
            rate=2e-3,
            shift=1,
            turn=10.0,
            stretch=0.1,
            seed=seed,
        )
        layer = LayerParams(clusters=classes, epochs=self.layer_epochs)
        return Recipe(
            images=ImageParams(normalisation="unit"),
            network=NetworkParams(embedding=classes),
            training=training,
            layer=layer,
        )


@dataclass(frozen=True, slots=True)
class Published:
    """What others have reported, for the test images or for all of them."""

    accuracy: float
    nmi: float


@dataclass(frozen=True, slots=True)
class Row:
    """One way to group the pictures, and how well it does.

    Parameters
    ----------
    seed : int
    method : str
        "K-Means", "DCEC" or "N2D".
    accuracy, nmi : float
        Against the labels, 0 to 1, over all pictures.
    seconds : float
        From the first epoch on: training that several methods share counts for each.
    published : Published or None
    """

    seed: int
    method: str
    accuracy: float
    nmi: float
    seconds: float
    published: Published | None = None


KMEANS, DCEC, N2D = "K-Means", "DCEC", "N2D"

PUBLISHED: dict[bool, dict[str, Published]] = {
    False: {DCEC: Published(0.85, 0.83), N2D: Published(0.95, 0.88)},
    True: {DCEC: Published(0.89, 0.88), N2D: Published(0.98, 0.94)},
}
"""By whether it is of all of MNIST or of its 10 000 test images."""


def verify(
    digits: Digits,
    params: VerificationParams | None = None,
    seeds: Sequence[int] = (0,),
    *,
    full: bool = False,
    report: Report = silent,
) -> Iterator[Row]:
    """Train on pictures, group them in three ways, and compare with what they show.

    Parameters
    ----------
    digits : Digits
    params : VerificationParams, optional
    seeds : sequence of int
        One network is trained with each.
    full : bool
        Which published numbers to set beside them.
    report : callable
        May raise Cancelled.

    Yields
    ------
    Row
        Three for every seed, as they come.

    Raises
    ------
    EngineError
        If training fails.
    """
    chosen = VerificationParams() if params is None else params
    truth = digits.labels
    for seed in seeds:
        recipe = chosen.recipe(digits.classes, seed)
        told = _naming(seed, report)
        for method, labels, seconds in _grouped(digits.images, recipe, told):
            table = contingency(labels, truth)
            published = PUBLISHED[full].get(method)
            yield Row(seed, method, accuracy(table), nmi(table), seconds, published)


def _grouped(
    pictures: NDArray[np.uint8], recipe: Recipe, report: Report
) -> Iterator[tuple[str, Labels, float]]:
    """Yield methods, what they find, and the seconds since training began."""
    from engine.autoencoder.training import train

    images = pictures[:, None]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place) / "verification"
        began = time.perf_counter()
        run = train(images, recipe, folder, report=report)
        took = time.perf_counter() - began
        first = _best_of_first(run)
        plain = next(e.seconds for e in run.history.epochs if e.number == first)
        k, seed = recipe.layer.clusters, recipe.training.seed

        def timed(find: Callable[[], Labels], before: float) -> tuple[Labels, float]:
            began = time.perf_counter()
            return find(), before + time.perf_counter() - began

        embedding = _embedding(folder, first, images, report)
        yield KMEANS, *timed(lambda: _kmeans(embedding, k, seed, report), plain)
        last = run.kept[-1]
        yield DCEC, *timed(lambda: _layer(folder, last, images, report), took)
        yield N2D, *timed(lambda: _manifold(embedding, k, seed, report), plain)


def _best_of_first(run: Run) -> int:
    """Return the kept epoch that restores best, of those before the layer."""
    from engine.autoencoder.course import Course

    phase = [epoch.number for epoch in run.history.epochs if epoch.phase == 0]
    history = run.history.until(phase[-1])
    best = Course(run.recipe, history=history).best(run.kept)
    assert best is not None  # the last of a phase is always kept
    return best


def _embedding(
    folder: Path, epoch: int, images: Images, report: Report
) -> NDArray[np.float32]:
    from engine.autoencoder.checkpoints import load
    from engine.autoencoder.embedding import embed

    return embed(load(folder / f"epoch-{epoch:05}.pt"), images, report)


def _kmeans(
    embedding: NDArray[np.float32], k: int, seed: int, report: Report
) -> Labels:
    from engine.clustering.kmeans import METHOD, KMeansParams

    params = KMeansParams(n_clusters=k, n_init=_STARTS, seed=seed)
    return METHOD.fit(embedding, params, report).labels


def _layer(folder: Path, epoch: int, images: Images, report: Report) -> Labels:
    from engine.autoencoder.checkpoints import load
    from engine.autoencoder.embedding import memberships

    embedding = _embedding(folder, epoch, images, report)
    shares = memberships(load(folder / f"epoch-{epoch:05}.pt"), embedding)
    assert shares is not None  # with a layer it was trained
    found: Labels = shares.argmax(axis=1)
    return found


def _manifold(
    embedding: NDArray[np.float32], k: int, seed: int, report: Report
) -> Labels:
    from engine.clustering.gaussian_mixture import METHOD, GaussianMixtureParams
    from engine.features.manifold import umap

    unfolded = umap(embedding, _DIMENSIONS, _NEIGHBOURS, 0.0, seed, report)
    params = GaussianMixtureParams(
        n_clusters=k, covariance="full", n_init=_MIXTURES, seed=seed
    )
    return METHOD.fit(unfolded, params, report).labels


def _naming(seed: int, report: Report) -> Report:
    """Return a callable that says of which seed a step is, and nothing more."""

    def told(step: Step) -> None:
        report(replace(step, message=f"Seed {seed}: {step.message}", partial=None))

    return told
