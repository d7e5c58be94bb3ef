"""One click after training, one step of undo: the clips are described by a network."""

from dataclasses import replace

import numpy as np
import pytest

from audioclust_gui.worker import Failure
from engine.autoencoder.history import History
from engine.autoencoder.presets import PRESETS
from engine.projects.network_steps import by_network
from engine.projects.project import Grouping
from tests.gui.training_view.runs import run


def layered(number=1):
    """Return a run of which the last ten epochs had a clustering layer."""
    found = run(number)
    epochs = (replace(e, phase=int(e.number > 30)) for e in found.history.epochs)
    return replace(found, history=History(tuple(epochs)))


def test_the_best_network_is_taken_in_one_step_and_given_back(
    training, document, tell, heard
):
    tell(run(1))
    before = document.pipeline
    training.use(run(1).id)
    asked = document.pipeline
    assert asked.network == run(1).network()
    assert asked.representation.scaling == "none"
    assert (asked.n_clusters, asked.method) == (before.n_clusters, before.method)
    assert document.undo_text == f"describe clips by {run(1).name}, epoch 40"
    assert len(heard.uses) == 1
    training.use(run(1).id, 20)
    assert document.pipeline.network.endswith("@20")
    training.use_features()
    assert document.pipeline == before, "as they were represented"
    assert len(heard.uses) == 3
    for _ in range(3):
        document.undo()
    assert document.pipeline is before
    assert document.undo_text is None
    training.use_features()
    assert document.undo_text is None, "nothing has changed"


def test_a_network_of_a_preset_brings_its_method(training, document, tell):
    made = run(1, recipe=PRESETS["n2d"].resolve(24))
    tell(made)
    training.use(made.id)
    assert document.pipeline.method == "gaussian_mixture"
    assert document.pipeline.representation.manifold == "umap"
    assert document.pipeline.n_clusters == 8, "what was chosen"


@pytest.mark.parametrize("epoch", [3, None])
def test_a_network_that_was_not_kept_is_refused(training, document, tell, heard, epoch):
    tell(run(1, kept=(), best=None))
    training.use(run(1).id, epoch)
    training.use("20240101-999999-abcdef", epoch)
    assert [title for title, _ in heard.troubles] == ["There is no such network"] * 2
    assert document.undo_text is None


def test_groups_of_a_clustering_layer_come_with_it(training, document, jobs, tell):
    made = layered()
    tell(made)
    training.use(made.id, 30)
    assert not jobs.waiting("layer_grouping"), "it had none then"
    document.undo()
    training.use(made.id)
    (job,) = jobs.waiting("layer_grouping")
    assert document.undo_text is None, "not yet"
    _, asked = jobs.questions[job.ticket]
    renamed = document.pipeline.projection.replace(method="umap")
    pipeline = replace(document.pipeline, projection=renamed)
    document.commit(replace(document.project, pipeline=pipeline), "map")
    soft = replace(by_network(asked, made.network()), method="kmeans")
    labels = np.arange(40, dtype=np.int32) % 10
    grouping = Grouping(soft.with_n_clusters(10), np.arange(40), labels)
    job.settle("succeeded", grouping)
    project = document.project
    assert project.grouped
    assert project.labels.tolist() == labels.tolist()
    assert project.pipeline.n_clusters == 10
    assert project.pipeline.projection == renamed, "what was chosen meanwhile"
    document.undo()
    assert not document.pipeline.network


def test_groups_that_come_too_late_do_not_undo_a_later_choice(
    training, document, jobs, tell
):
    tell(run(2), layered())
    training.use(layered().id)
    (job,) = jobs.waiting("layer_grouping")
    training.use(run(2).id)
    chosen = document.pipeline
    asked = by_network(chosen, layered().network())
    labels = np.zeros(40, np.int32)
    job.settle("succeeded", Grouping(asked, np.arange(40), labels))
    assert document.pipeline is chosen


def test_trouble_with_a_layer_is_told_and_nothing_changes(
    training, document, jobs, tell, heard
):
    tell(layered())
    training.use(layered().id)
    jobs.waiting("layer_grouping")[0].settle("failed", Failure("It is gone"))
    assert heard.troubles[-1][1] == "It is gone"
    assert document.undo_text is None
