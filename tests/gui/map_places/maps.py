"""What tests of maps have in common: places, and jobs to be answered."""

import numpy as np

from engine.features.projection import ProjectionParams
from engine.features.representation import RepresentationParams

N = 30
MEL = RepresentationParams(feature="mel")
UMAP = ProjectionParams(method="umap")
PCA = ProjectionParams(method="pca")


def places(seed, n=N):
    return np.random.default_rng(seed).normal(size=(n, 2)).astype(np.float32)


def the(qtbot, jobs, function):
    """Wait for the one job that runs a function."""
    qtbot.waitUntil(lambda: len(jobs.waiting(function)) == 1, timeout=2000)
    return jobs.waiting(function)[0]


def stop(job):
    job.cancel()
    job.settle("cancelled", None)


def assert_at(there, expected):
    np.testing.assert_array_equal(there.positions, expected)
