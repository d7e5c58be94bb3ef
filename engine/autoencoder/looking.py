"""What a network's embedding and reconstructions look like while it learns."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.autoencoder.checkpoints import Network
from engine.autoencoder.embedding import decode, embed, errors_of
from engine.autoencoder.history import NAN, Look, Pairs
from engine.autoencoder.keeping import replace_file
from engine.autoencoder.pictures import Images
from engine.autoencoder.recipe import Recipe
from engine.clustering.kmeans import METHOD as KMEANS
from engine.clustering.kmeans import KMeansParams
from engine.clustering.metrics import UNKNOWN, codes_of, score
from engine.errors import EngineError
from engine.features.reduction import pca
from engine.progress import Report, Step, silent

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

MOST = 2000  # clips that are looked at: more would cost time, and hide each other
_PAIRS = 8
_STARTS = 4  # of K-Means: the scores are to show a tendency
_STILL = 0.01  # of the liveliest dimension's deviation; below, one hardly differs
_NAME = re.compile(r"look-([0-9]{5,})\.npz")


@dataclass(frozen=True, eq=False)
class Seen:
    """A look, and what was measured at the same time.

    Parameters
    ----------
    look : Look
    silhouette, nmi, accuracy : float
        Of K-Means on the embedding of these clips; NaN where they are not defined, the
        last two without labels.
    idle : float
        As in `Epoch`.
    """

    look: Look
    silhouette: float = NAN
    nmi: float = NAN
    accuracy: float = NAN
    idle: float = NAN


class Looking:
    """Looks at the same clips of a run, again and again.

    Parameters
    ----------
    images : uint8 array, shape (n, channels, height, width)
        All that the run is about.
    clips : int64 array, shape (n,)
        What a look calls them.
    recipe : Recipe
        Its seed chooses the clips, where there are more than `MOST`.
    truth : sequence of str, length n, or None
        Labels to score against, "" where unknown. There are then as many clusters as
        labels, else as many as the recipe's clustering layer has, else ``n_clusters``.
    n_clusters : int or None
    before : Look, optional
        The last one, on which the next is laid.
    """

    def __init__(
        self,
        images: Images,
        clips: Rows,
        recipe: Recipe,
        truth: Sequence[str] | None = None,
        n_clusters: int | None = None,
        before: Look | None = None,
    ) -> None:
        self._seed = recipe.training.seed
        stream = np.random.default_rng(self._seed)
        rows = np.sort(stream.permutation(len(images))[:MOST])
        self._images = images[rows]
        self._clips = clips[rows]
        self._truth = None if truth is None else [truth[row] for row in rows]
        wishes = (_n_labels(truth), recipe.layer.clusters, n_clusters or 0)
        wanted = next((k for k in wishes if k > 1), 0)
        self._k = min(wanted, len(rows))
        self._before = before

    def look(self, network: Network, report: Report = silent) -> Seen:
        """Embed and restore the clips, lay out the embedding, and score it.

        Parameters
        ----------
        network : Network
            As it is now, on whatever device.
        report : callable
            May raise Cancelled.

        Raises
        ------
        EngineError
            If the network gives numbers without end.
        """
        embedding = embed(network, self._images, report)
        report(Step(0, 0, "Looking at the reconstructions"))
        made = decode(network, embedding)
        errors = errors_of(network, self._images, made)
        positions = turned(plane(embedding), self._onto())
        some = np.unique(np.linspace(0, len(errors) - 1, _PAIRS).astype(np.int64))
        worst = np.argsort(-errors, kind="stable")[:_PAIRS]
        some_pairs, worst_pairs = (
            Pairs(self._clips[rows], self._images[rows], made[rows], errors[rows])
            for rows in (some[: len(errors)], worst)
        )
        look = Look(network.epoch, self._clips, positions, some_pairs, worst_pairs)
        self._before = look
        silhouette, nmi, accuracy = self._scores(embedding, report)
        return Seen(look, silhouette, nmi, accuracy, idle_share(embedding))

    def _onto(self) -> Floats | None:
        before = self._before
        if before is None or not np.array_equal(before.clips, self._clips):
            return None
        return before.positions

    def _scores(self, embedding: Floats, report: Report) -> tuple[float, float, float]:
        if self._k < 2:
            return NAN, NAN, NAN
        params = KMeansParams(n_clusters=self._k, n_init=_STARTS, seed=self._seed)
        labels = KMEANS.fit(embedding, params, report).labels
        found = score(labels, self._truth, embedding, report=report)
        silhouette, nmi, accuracy = (
            NAN if value is None else value
            for value in (found.silhouette, found.nmi, found.accuracy)
        )
        return silhouette, nmi, accuracy


def plane(embedding: Floats) -> Floats:
    """Return the first two principal components: float32, shape (n, 2).

    Zeros where there are fewer.
    """
    found = pca(embedding, 2).matrix
    flat = np.zeros((len(embedding), 2), np.float32)
    flat[:, : found.shape[1]] = found
    return flat


def turned(positions: Floats, onto: Floats | None) -> Floats:
    """Turn or mirror positions so that they lie on others as well as they can.

    Orthogonal Procrustes (Schönemann, 1966). Distances stay as they are: from one look
    to the next, a map moves by what the network has learnt, not by a component's sign.

    Parameters
    ----------
    positions : float32 array, shape (n, 2)
        Centred.
    onto : float32 array, shape (n, 2), or None
        Of the same clips in the same order; None leaves the positions.
    """
    if onto is None or not len(positions):
        return positions
    left, _, right = np.linalg.svd(positions.T.astype(np.float64) @ onto)
    moved: Floats = (positions @ (left @ right)).astype(np.float32)
    return moved


def idle_share(embedding: Floats) -> float:
    """Return the share of dimensions that hardly differ between clips, 0 to 1.

    Those whose deviation is below a hundredth of the liveliest one's; all of them where
    the embedding is the same for all clips. NaN for fewer than two clips.
    """
    if len(embedding) < 2:
        return NAN
    deviations = embedding.std(axis=0, dtype=np.float64)
    largest, size = deviations.max(), float(np.abs(embedding).max())
    if largest <= 1e-6 * size:  # what rounding alone brings about
        return 1.0
    return float((deviations < _STILL * largest).mean())


def look_file(folder: Path, epoch: int) -> Path:
    """Return where a run's look after an epoch is, whether or not there is one."""
    return folder / f"look-{epoch:05}.npz"


def save_look(file: Path, look: Look) -> None:
    """Keep a look.

    Raises
    ------
    EngineError
        If the disk is full or the folder cannot be written to.
    """
    arrays: dict[str, NDArray[np.generic]] = {
        "epoch": np.array(look.epoch, np.int64),
        "clips": look.clips,
        "positions": look.positions,
    }
    for which, pairs in (("some", look.some), ("worst", look.worst)):
        for name in Pairs.__dataclass_fields__:
            arrays[f"{which}_{name}"] = getattr(pairs, name)
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
    replace_file(file, content.getvalue())


def load_look(file: Path) -> Look:
    """Read a look that was kept.

    Raises
    ------
    EngineError
        If there is none, or the file is damaged.
    """
    try:
        # Opened here: of a damaged archive NumPy leaves it open.
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            some, worst = (
                Pairs(
                    arrays[f"{which}_clips"].astype(np.int64, casting="safe"),
                    arrays[f"{which}_originals"].astype(np.uint8, casting="safe"),
                    arrays[f"{which}_made"].astype(np.uint8, casting="safe"),
                    arrays[f"{which}_errors"].astype(np.float32, casting="safe"),
                )
                for which in ("some", "worst")
            )
            look = Look(
                int(arrays["epoch"]),
                arrays["clips"].astype(np.int64, casting="safe"),
                arrays["positions"].astype(np.float32, casting="safe"),
                some,
                worst,
            )
    except FileNotFoundError as error:
        raise EngineError(f"{file} is not there any more") from error
    except Exception as error:  # whatever becomes of bytes that are something else
        words = str(error).partition("\n")[0] or type(error).__name__
        raise EngineError(f"{file} cannot be read, or is damaged: {words}") from error
    if not _fits(look):
        raise EngineError(f"{file} is no look: what it holds does not fit together")
    return look


def last_look(folder: Path) -> Look | None:
    """Return the last look of a run that can be read."""
    matches = (_NAME.fullmatch(file.name) for file in folder.iterdir())
    epochs = sorted((int(match[1]) for match in matches if match), reverse=True)
    for epoch in epochs:
        with suppress(EngineError):
            return load_look(look_file(folder, epoch))
    return None


def _fits(look: Look) -> bool:
    pairs = all(
        part.clips.ndim == part.errors.ndim == 1
        and part.originals.ndim == 4
        and part.originals.shape == part.made.shape
        and len(part.clips) == len(part.errors) == len(part.originals)
        for part in (look.some, look.worst)
    )
    return pairs and look.positions.shape == (look.clips.size, 2)


def _n_labels(truth: Sequence[str] | None) -> int:
    if truth is None:
        return 0
    codes = codes_of(truth)
    return len(np.unique(codes[codes != UNKNOWN]))
