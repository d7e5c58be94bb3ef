"""What a person does to groups by hand: pure functions from a project to the next."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np

from engine.clustering.branches import Branches
from engine.clustering.cut import Cut
from engine.clustering.grafting import recut
from engine.clustering.hierarchy import Hierarchy, Ints
from engine.errors import ParameterError
from engine.projects.edits import Aside, Edits, Waiting, check_name
from engine.projects.project import Grouping, Project

_GONE = -1  # instead of the number of a node
_NO_TREE = "There is no tree: group by agglomerative clustering first"
_ALIKE = 0.5  # share of two groups that has to be common for a name to go over


def rename(project: Project, key: int, name: str) -> Project:
    """Call a branch or a cluster something; "" takes its name away.

    Parameters
    ----------
    project : Project
    key : int
        A node of the tree; without a tree the id of a cluster.
    name : str

    Raises
    ------
    ParameterError
        If there is no such node, or that is no name.
    """
    tree = _tree_of(project)
    if tree is not None:
        tree.check_node(key)
    names = {k: v for k, v in project.edits.names.items() if k != key}
    if name := name.strip():
        names[key] = check_name(name)
    return _edited(project, names=names)


def collapse(project: Project, node: int, folded: bool = True) -> Project:
    """Draw a branch folded, or open again."""
    _the_tree_of(project).check_node(node)
    collapsed = project.edits.collapsed - {node}
    return _edited(project, collapsed=collapsed | {node} if folded else collapsed)


def cut_here(project: Project, node: int, at: int) -> Project:
    """Cut one branch elsewhere than the rest.

    Parameters
    ----------
    project : Project
    node : int
        The top of the branch.
    at : int
        As the whole tree would be cut into so many clusters; see
        `engine.clustering.cut.levels` and `Hierarchy.k_at_height`.

    Raises
    ------
    ParameterError
        If there is no tree or no such node, or a number is out of range.
    """
    branches = _cuts_of(project).cutting(node, at, project.cut or 1)
    return _recut(project, branches)


def follow(project: Project, node: int) -> Project:
    """Let a branch follow the line across the tree again."""
    return _recut(project, _cuts_of(project).following(node, project.cut or 1))


def regrouped(project: Project, grouping: Grouping) -> Project:
    """Take other groups, and what was done by hand as far as it can be told of them.

    A name goes over to the group that has most in common with the named one, more than
    half of both together. Where two names want one group, the better one gets it. The
    others wait until there is a group for them. So do the cuts of branches: for the
    same tree.
    """
    return replace(
        project, grouping=grouping, edits=_carried(project, grouping), scores=None
    )


def grafted(project: Project, grouping: Grouping, moved: Ints, node: int) -> Project:
    """Take a tree in which one branch was grown again.

    All clips outside stay in their clusters. The branch is cut into as many as before,
    at least two, by a cut of its own: its heights mean nothing beside the others. Names
    and folded branches stay with the branches that are still there; names of the others
    wait, as in `regrouped`.

    Parameters
    ----------
    project : Project
    grouping : Grouping
        With the new tree.
    moved : int64 array, shape (2n - 1,)
        The new number of every node of the old tree, -1 where it is gone; as from
        `engine.projects.tree_steps.recluster`.
    node : int
        The top of the branch in the old tree.

    Raises
    ------
    ParameterError
        If either has no tree, or these are not nodes of the project's.
    """
    cuts, tree = _cuts_of(project), grouping.hierarchy
    cuts.tree.check_node(node)
    if tree is None or not len(moved) == len(tree.sizes) == len(cuts.tree.sizes):
        raise ParameterError(
            f"The branch must be one of the tree of {cuts.tree.n_leaves} clips that is "
            "shown; that tree is another one now"
        )
    branches, k = recut(cuts, project.cut or 1, tree, moved, node)
    edits = project.edits
    names = {int(moved[old]): name for old, name in edits.names.items()}
    gone = {old: n for old, n in edits.names.items() if moved[old] == _GONE}
    names.pop(_GONE, None)
    collapsed = frozenset(int(moved[old]) for old in edits.collapsed) - {_GONE}
    waiting = named(replace(project, edits=replace(edits, names=gone)))
    edits = Edits(branches, names, collapsed, waiting, edits.aside)
    after = replace(project, grouping=grouping, edits=edits, scores=None)
    if k == after.cut:
        return after
    if grouping.pipeline.method == project.pipeline.method:
        return after.with_n_clusters(k)
    return replace(
        after,
        grouping=replace(grouping, pipeline=grouping.pipeline.with_n_clusters(k)),
    )


def named(project: Project) -> tuple[Waiting, ...]:
    """Return all names and whose they are: those that wait, then those of groups."""
    edits, grouping = project.edits, project.grouping
    if grouping is None:
        return edits.waiting
    return edits.waiting + tuple(
        Waiting(name, tuple(np.sort(clips).tolist()))
        for key, name in edits.names.items()
        if len(clips := members(grouping, project.labels, key))
    )


def _carried(project: Project, grouping: Grouping) -> Edits:
    waiting = named(project)
    found = [_most_alike(one, grouping, len(project.dataset)) for one in waiting]
    names: dict[int, str] = {}
    left = set(range(len(waiting)))
    for i in sorted(left, key=lambda i: -found[i][1]):
        best, alike = found[i]
        if alike > _ALIKE and best not in names:
            names[best] = waiting[i].name
            left.remove(i)
    still = tuple(waiting[i] for i in sorted(left))
    branches, aside = _branches_of(project, grouping)
    return Edits(branches, names, waiting=still, aside=aside)


def _branches_of(project: Project, grouping: Grouping) -> tuple[Branches, Aside | None]:
    """Return how the branches of other groups were cut once, and what stays aside."""
    edits, before, tree = project.edits, project.grouping, grouping.hierarchy
    aside = edits.aside
    if before is not None and edits.branches.cuts:
        aside = Aside(before.tree_key, edits.branches)
    if aside is not None and tree is not None and aside.tree == grouping.tree_key:
        with suppress(ParameterError):  # a file may say anything
            aside.branches.check(tree)
            return aside.branches, None
    return Branches(), aside


def _most_alike(one: Waiting, grouping: Grouping, n_clips: int) -> tuple[int, float]:
    """Return which group or branch has most in common with clips, and its share."""
    chosen = np.zeros(n_clips, bool)
    chosen[list(one.clips)] = True
    inside = chosen[grouping.rows]
    tree = grouping.hierarchy
    if tree is not None:
        common, sizes = tree.held(inside), tree.sizes
    else:
        clustered = grouping.labels >= 0
        n_ids = int(grouping.labels.max(initial=-1)) + 1
        sizes = np.bincount(grouping.labels[clustered], minlength=n_ids)
        both = grouping.labels[clustered & inside]
        common = np.bincount(both, minlength=n_ids)
    if not len(sizes):
        return _GONE, 0.0
    alike = common / np.maximum(sizes + len(one.clips) - common, 1)
    best = int(alike.argmax())
    return best, float(alike[best])


def members(
    grouping: Grouping, labels: np.ndarray[tuple[int], np.dtype[np.int32]], key: int
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the clips of a node of the tree, or of a cluster where there is none."""
    tree = grouping.hierarchy
    if tree is None:
        found = np.flatnonzero(labels == key)
    else:
        found = grouping.rows[tree.members(key)]
    return found


def _edited(project: Project, **changes: object) -> Project:
    return replace(project, edits=replace(project.edits, **changes))  # type: ignore[arg-type]


def _recut(project: Project, branches: Branches) -> Project:
    if branches == project.edits.branches:
        return project
    return replace(_edited(project, branches=branches), scores=None)


def _tree_of(project: Project) -> Hierarchy | None:
    return None if project.grouping is None else project.grouping.hierarchy


def _the_tree_of(project: Project) -> Hierarchy:
    tree = _tree_of(project)
    if tree is None:
        raise ParameterError(_NO_TREE)
    return tree


def _cuts_of(project: Project) -> Cut:
    if project.cuts is None:
        raise ParameterError(_NO_TREE)
    return project.cuts
