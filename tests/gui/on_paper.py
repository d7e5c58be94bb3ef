"""Collections that exist on paper: grouped and mapped, and no worker has to start."""

import numpy as np

from audioclust_gui.studying import _question_of as question_of
from engine.audio.dataset import Clip, Dataset
from engine.clustering.curves import Curves
from engine.clustering.linkage import linkage
from engine.clustering.microclusters import ward_by_micro_clusters
from engine.features.extraction import Extraction
from engine.projects.pipeline import Pipeline
from engine.projects.project import Grouping, Layout, Project
from engine.projects.tree_steps import HIGHEST, Study

_EXACT_UP_TO = 10_000  # rows whose tree is made without micro-clusters


def collection(n, *, kinds=24, n_clusters=8, root="on paper"):
    """Return a project of n labelled clips with a tree and a map.

    The clips are files "kind 03/000017.wav" below the root, which nobody has to write.
    Their features are not to be found: close the application's `jobs`, so that every
    question about them is cancelled at once.
    """
    rng = np.random.default_rng(0)
    kind = rng.integers(0, kinds, n)
    matrix = 2 * rng.normal(size=(kinds, 8))[kind] + rng.normal(size=(n, 8))
    tree = (linkage if n <= _EXACT_UP_TO else ward_by_micro_clusters)(matrix)
    truth = tuple(f"kind {i:02}" for i in kind)
    clips = tuple(Clip(f"{name}/{i:06}.wav") for i, name in enumerate(truth))
    asked = Pipeline().with_n_clusters(n_clusters)
    return Project(
        Dataset(root, clips, {"kind": truth}, "kind"),
        asked,
        Extraction(("-",) * n, (), 0, 0, asked.features, asked.preparation),
        Grouping(asked, np.arange(n), np.zeros(n, np.int32), tree),
        Layout(asked, matrix[:, :2].astype(np.float32)),
    )


def study(n):
    """Return what a worker might say of all cuts of a tree of n leaves."""
    k = np.arange(1, min(n, HIGHEST) + 1)
    names = ("inertia", "silhouette", "davies_bouldin", "calinski_harabasz")
    names += ("nmi", "accuracy", "ari")
    steps = np.random.default_rng(1).normal(0.01, 0.03, (len(names), len(k)))
    curves = dict(zip(names, abs(np.cumsum(steps, axis=1)) % 1, strict=True))
    return Study(Curves(k, **curves, n_clips=n), np.full(2 * n - 1, 0.25, np.float32))


def know(app):
    """Let the application know the study of its tree, as if a worker had answered."""
    studying = app.window.tree._studying
    project = app.document.project
    studying._keep(question_of(project), study(len(project.dataset)))
