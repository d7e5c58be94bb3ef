"""What a person does to groups by hand, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage

from engine.audio.dataset import Clip, Dataset
from engine.clustering.branches import BranchCut, Branches
from engine.clustering.cut import levels
from engine.clustering.grafting import graft
from engine.clustering.hierarchy import Hierarchy
from engine.clustering.metrics import score
from engine.clustering.partition import NOISE, UNPLACED
from engine.errors import ParameterError
from engine.projects.curation import (
    collapse,
    cut_here,
    follow,
    grafted,
    members,
    regrouped,
    rename,
)
from engine.projects.edits import LONGEST_NAME, Edits, check_name
from engine.projects.pipeline import Pipeline
from engine.projects.project import Grouping, Project

N = 20


def project_of(tree, k=4, rows=None, n_clips=None):
    """Return a project whose groups are a cut of a tree."""
    rows = np.arange(len(tree) + 1) if rows is None else np.asarray(rows)
    clips = tuple(Clip(f"{i}.wav") for i in range(n_clips or len(rows)))
    pipeline = Pipeline().choosing("agglomerative", n_clusters=k)
    grouping = Grouping(pipeline, rows, Hierarchy(tree).labels_at(k), tree)
    labels = np.zeros(len(clips), np.int32)
    return Project(
        Dataset("/", clips), pipeline, grouping=grouping, scores=score(labels)
    )


def flat_project(labels, method="kmeans"):
    clips = tuple(Clip(f"{i}.wav") for i in range(len(labels)))
    pipeline = Pipeline().choosing(method)
    grouping = Grouping(pipeline, np.arange(len(labels)), np.array(labels, np.int32))
    return Project(Dataset("/", clips), pipeline, grouping=grouping)


def grown(seed, n=N):
    return linkage(np.random.default_rng(seed).normal(size=(n, 3)), "ward")


@pytest.fixture
def project():
    return project_of(grown(0), rows=np.arange(2, N + 2), n_clips=N + 3)


def clips_of(project, label):
    return set(np.flatnonzero(project.labels == label).tolist())


def test_a_cluster_is_called_as_its_node_and_its_name_comes_back_with_it(project):
    node = int(project.clusters.nodes[2])
    named = rename(project, node, "  Zwitschern 鳥  ")
    assert named.names == {2: "Zwitschern 鳥"}
    assert named.title(2) == "Zwitschern 鳥"
    assert named.title(0) == "Cluster 0"
    assert (named.title(NOISE), named.title(UNPLACED)) == ("Noise", "Not grouped")
    assert named.scores is project.scores
    assert not named.with_n_clusters(1).names
    assert named.with_n_clusters(1).with_n_clusters(4).names == named.names
    assert rename(named, node, " ").names == {}
    assert rename(named, node, "other").title(2) == "other"


@pytest.mark.parametrize("name", ["می\u200cروم", "👩\u200d🎤 singing", "חתולים"])
def test_names_are_spelled_as_their_languages_do(project, name):
    node = int(project.clusters.nodes[0])
    assert rename(project, node, name).edits.names == {node: name}


@pytest.mark.parametrize("name", ["a\nb", "tab\t", "\x00", "x" * 201, "\ud800"])
def test_a_name_is_one_printable_line(project, name):
    with pytest.raises(ParameterError, match="one line of 1 to 200"):
        rename(project, 0, f"a{name}b")
    assert check_name("x" * LONGEST_NAME)
    with pytest.raises(ParameterError):
        check_name(" ")


def test_only_branches_of_the_tree_are_named_folded_and_cut(project):
    beyond = 2 * N - 1
    for change in (rename(project, beyond - 1, "all"), collapse(project, beyond - 1)):
        assert change.edits != project.edits
    for call in (
        lambda: rename(project, beyond, "none"),
        lambda: collapse(project, beyond),
        lambda: collapse(project, -1),
        lambda: cut_here(project, beyond, 2),
        lambda: cut_here(project, 0, N + 1),
    ):
        with pytest.raises(ParameterError, match="must be"):
            call()


def test_without_a_tree_clusters_have_names_and_nothing_else():
    flat = flat_project([0, 0, 1, 1, 2, NOISE])
    named = rename(flat, 1, "drums")
    assert named.names == {1: "drums"}
    assert members(named.grouping, named.labels, 1).tolist() == [2, 3]
    for change in (collapse, follow):
        with pytest.raises(ParameterError, match="no tree"):
            change(flat, 0)
    with pytest.raises(ParameterError, match="no tree"):
        cut_here(flat, 0, 1)


def test_a_branch_is_folded_and_opened(project):
    folded = collapse(collapse(project, 30), 31)
    assert folded.edits.collapsed == {30, 31}
    assert folded.scores is project.scores
    assert folded.labels is project.labels
    assert collapse(folded, 30, folded=False).edits.collapsed == {31}
    assert collapse(project, 30, folded=False).edits == project.edits


def test_a_branch_goes_its_own_way_and_comes_back(project):
    tree, before = project.grouping.hierarchy, project.labels.copy()
    node = int(project.clusters.nodes[np.argmax(project.clusters.sizes)])
    cut = cut_here(project, node, int(levels(tree, node)[2]))
    inside = members(project.grouping, project.labels, node)
    assert len(np.unique(cut.labels[inside])) == 3
    rest = np.setdiff1d(np.arange(N + 3), inside)
    assert (cut.labels == before)[rest].all()
    assert cut.scores is None
    # It stays as it is wherever the line goes.
    together = [cut.with_n_clusters(k).labels[inside] for k in (1, 4, N)]
    for labels in together[1:]:
        assert (
            (labels[:, None] == labels) == (together[0][:, None] == together[0])
        ).all()
    back = follow(cut, node)
    assert back.edits.branches.cuts == ()
    assert back.labels.tolist() == before.tolist()
    assert follow(project, node) is project


def test_every_step_leaves_the_project_before_as_it_was(project):
    """So that undo is to go back to it."""
    start, labels = project.edits, project.labels.copy()
    tree, node = project.grouping.hierarchy, int(project.clusters.nodes[0])
    states = [project]
    for change in (
        lambda p: rename(p, node, "a"),
        lambda p: cut_here(p, node, int(levels(tree, node)[1])),
        lambda p: collapse(p, node),
        lambda p: rename(p, int(p.clusters.nodes[-1]), "b"),
        lambda p: follow(p, node),
        lambda p: regrouped(p, project_of(grown(1)).grouping),
    ):
        seen = [(p.edits, p.labels.tolist(), dict(p.names)) for p in states]
        states.append(change(states[-1]))
        assert [
            (p.edits, p.labels.tolist(), dict(p.names)) for p in states[:-1]
        ] == seen
        assert not states[-1].asks_as(states[-2])
    assert project.edits is start
    assert start == Edits()
    assert project.labels.tolist() == labels.tolist()


def test_a_name_goes_over_to_the_group_that_is_mostly_the_same():
    flat = rename(rename(flat_project([0] * 6 + [1] * 6 + [2] * 3), 0, "a"), 1, "b")
    # The first is renumbered and loses one; the second is torn apart.
    other = flat_project([4] * 5 + [5] + [0] * 3 + [1] * 3 + [2] * 3)
    after = regrouped(flat, other.grouping)
    assert after.edits.names == {4: "a"}
    assert after.scores is None


def test_names_go_from_a_tree_to_flat_groups_and_to_another_tree():
    rows = np.concatenate([np.zeros((7, 2)), np.full((6, 2), 9.0), np.eye(2) * 30])
    rows += 0.1 * np.random.default_rng(0).normal(size=rows.shape)
    tree = project_of(linkage(rows, "ward"), 3)
    label = int(tree.labels[0])
    node = int(tree.clusters.nodes[tree.clusters.ids.tolist().index(label)])
    named = collapse(rename(tree, node, "near"), node)
    flat = flat_project([3] * 7 + [0] * 8)
    assert regrouped(named, flat.grouping).edits == Edits(names={3: "near"})
    again = regrouped(named, project_of(linkage(rows, "single"), 3).grouping)
    (other,) = again.edits.names
    assert sorted(members(again.grouping, again.labels, other)) == list(range(7))
    assert not again.edits.collapsed
    assert regrouped(replace(named, grouping=None), flat.grouping).edits == Edits()


def test_two_names_do_not_go_to_one_group():
    flat = rename(rename(flat_project([0, 0, 0, 1, 1, 1]), 0, "a"), 1, "b")
    whole = flat_project([0, 0, 0, 0, 0, 0])
    assert regrouped(flat, whole.grouping).edits.names == {}
    none = flat_project([NOISE] * 6)
    lost = regrouped(flat, none.grouping)
    assert lost.edits.names == {}
    assert regrouped(lost, flat.grouping).edits == flat.edits


def test_the_name_that_fits_a_group_best_gets_it_and_the_other_waits():
    """Whichever was given first."""
    tree = project_of(grown(0))
    top = 2 * N - 2
    inner = int(tree.grouping.hierarchy.children[top - N].max())
    both = rename(rename(tree, inner, "most"), top, "all")
    flat = regrouped(both, flat_project([0] * N).grouping)
    assert flat.edits.names == {0: "all"}
    assert [one.name for one in flat.edits.waiting] == ["most"]
    back = regrouped(flat, tree.grouping)
    assert back.edits == replace(both.edits, names={inner: "most", top: "all"})


def test_the_name_of_a_group_that_was_torn_apart_comes_back_with_it():
    few = rename(flat_project([0] * 6 + [1] * 6), 0, "birds")
    many = regrouped(few, flat_project([0] * 3 + [1] * 3 + [2] * 6).grouping)
    assert many.names == {}
    both = regrouped(rename(many, 1, "wren"), few.grouping)
    assert both.names == {0: "birds"}
    again = regrouped(both, many.grouping)
    assert again.names == {1: "wren"}


def with_graft(project, node, seed=1):
    """Return the project with a random tree in the place of a branch."""
    size = int(project.grouping.hierarchy.sizes[node])
    whole, moved = graft(project.grouping.hierarchy, node, grown(seed, size))
    k = project.grouping.pipeline.n_clusters
    grouping = replace(
        project.grouping, linkage=whole, labels=Hierarchy(whole).labels_at(k)
    )
    return grafted(project, grouping, moved, node), moved


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_branch_grown_again_leaves_all_outside_as_it_was(data):
    project = project_of(grown(data.draw(st.integers(0, 50))), 4)
    for _ in range(data.draw(st.integers(0, 3))):
        node = data.draw(st.integers(0, 2 * N - 2))
        project = data.draw(
            st.sampled_from(
                [
                    rename(project, node, f"name {node}"),
                    collapse(project, node),
                    cut_here(project, node, data.draw(st.integers(1, N))),
                    project.with_n_clusters(data.draw(st.integers(1, N))),
                ]
            )
        )
    node = data.draw(st.integers(N, 2 * N - 2))
    inside = members(project.grouping, project.labels, node)
    after, moved = with_graft(project, node, data.draw(st.integers(51, 99)))
    rest = np.setdiff1d(np.arange(N), inside)
    assert (after.labels == project.labels)[rest].all()
    had = len(np.unique(project.labels[inside]))
    assert len(np.unique(after.labels[inside])) == max(2, had)
    for old, name in project.edits.names.items():
        if moved[old] >= 0:
            assert after.edits.names[moved[old]] == name
            assert set(members(after.grouping, after.labels, moved[old])) == set(
                members(project.grouping, project.labels, old)
            )
    assert len(after.edits.names) <= len(project.edits.names)
    assert after.edits.collapsed == set(moved[sorted(project.edits.collapsed)]) - {-1}
    after.edits.check(after.grouping.hierarchy)
    assert after.scores is None
    assert after.grouped


def test_the_number_of_clusters_is_kept_also_for_groups_of_an_earlier_method():
    project = project_of(grown(0), 6)
    node = int(project.grouping.hierarchy.children[-1, 0])
    inside = members(project.grouping, project.labels, node)
    other = replace(project, pipeline=project.pipeline.choosing("kmeans", n_clusters=3))
    after, _ = with_graft(other, node)
    rest = np.setdiff1d(np.arange(N), inside)
    assert (after.labels == project.labels)[rest].all()
    assert after.pipeline is other.pipeline


def test_a_pair_and_a_whole_tree_are_grown_again():
    pair = project_of(grown(0, 2), 1)
    after, _ = with_graft(pair, 2)
    assert sorted(after.labels) == [0, 1]
    assert after.cut == 2
    whole, moved = with_graft(project_of(grown(0), 5), 2 * N - 2)
    assert whole.cut == 5
    assert whole.edits == Edits()
    assert moved[-1] == 2 * N - 2


def test_a_graft_on_another_tree_is_refused():
    project = project_of(grown(0))
    _, moved = with_graft(project, 30)
    smaller = project_of(grown(0, N - 1)).grouping
    flat = flat_project([0] * N).grouping
    for grouping, nodes, node in (
        (smaller, moved, 30),
        (flat, moved, 30),
        (project.grouping, moved[:-2], 30),
        (project.grouping, moved, 2 * N),
    ):
        with pytest.raises(ParameterError):
            grafted(project, grouping, nodes, node)
    with pytest.raises(ParameterError, match="no tree"):
        grafted(flat_project([0] * N), project.grouping, moved, 30)


@pytest.mark.parametrize(
    "edits",
    [
        Edits(names={5: "two\nlines"}),
        Edits(names={-1: "none"}),
        Edits(names={9: "beyond"}),
        Edits(collapsed=frozenset({9})),
        Edits(Branches((BranchCut(9, 1),))),
    ],
)
def test_edits_of_another_tree_are_refused(edits):
    with pytest.raises(ParameterError):
        edits.check(Hierarchy(grown(0, 5)))


def test_edits_without_a_tree():
    Edits(names={5: "fine"}).check(None)
    for edits in (Edits(collapsed=frozenset({1})), Edits(Branches((BranchCut(1, 1),)))):
        with pytest.raises(ParameterError, match="none"):
            edits.check(None)


def test_the_cut_of_a_branch_comes_back_with_its_tree(project):
    node = int(project.grouping.hierarchy.children[-1].max())
    cut = cut_here(project, node, int(levels(project.grouping.hierarchy, node)[2]))
    flat = regrouped(cut, flat_project([0] * (N + 3)).grouping)
    other = regrouped(flat, project_of(grown(1)).grouping)
    assert not other.edits.branches.cuts
    same = replace(project.grouping, linkage=project.grouping.linkage.copy())
    again = regrouped(other, same)
    assert again.edits == cut.edits
    assert again.labels.tolist() == cut.labels.tolist()
    absurd = Branches((BranchCut(10**6, 3),))
    aside = replace(flat.edits.aside, branches=absurd)  # from a file
    odd = regrouped(replace(flat, edits=Edits(aside=aside)), same)
    assert odd.edits.branches == Branches()
