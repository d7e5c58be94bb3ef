"""What a person did to the groups by hand: cuts of branches, names, folded branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.clustering.branches import Branches
from engine.clustering.hierarchy import Hierarchy
from engine.errors import ParameterError

LONGEST_NAME = 200  # characters
# Invisible, but part of how Persian, Hindi and emoji are spelled.
_JOINERS = {ord("\N{ZERO WIDTH NON-JOINER}"): None, ord("\N{ZERO WIDTH JOINER}"): None}


@dataclass(frozen=True)
class Waiting:
    """A name that no group of now can have: it waits for its clips to be a group again.

    Parameters
    ----------
    name : str
        As in `Edits.names`.
    clips : tuple of int
        Those that it was given to, ascending, at least one.
    """

    name: str
    clips: tuple[int, ...]


@dataclass(frozen=True)
class Aside:
    """How branches were cut of a tree that is not there now: it may come back.

    Parameters
    ----------
    tree : str
        As `engine.projects.project.Grouping.tree_key`.
    branches : Branches
    """

    tree: str
    branches: Branches


@dataclass(frozen=True)
class Edits:
    """What was done by hand to one grouping; numbers mean nothing in another one.

    Parameters
    ----------
    branches : Branches
        Branches of the tree that are cut elsewhere than the rest.
    names : mapping of int to str
        Of nodes of the tree: a cluster is called as its node is. Of cluster ids where
        there is no tree. One line each, not empty.
    collapsed : frozenset of int
        Nodes of the tree that are drawn folded.
    waiting : tuple of Waiting
        Names of groups that there are none of now.
    aside : Aside or None
        The cuts of branches of the tree that was there before.
    """

    branches: Branches = field(default_factory=Branches)
    names: Mapping[int, str] = field(default_factory=dict)
    collapsed: frozenset[int] = frozenset()
    waiting: tuple[Waiting, ...] = ()
    aside: Aside | None = None

    def check(self, tree: Hierarchy | None) -> None:
        """Raise ParameterError unless all of it can be said about these groups.

        Parameters
        ----------
        tree : Hierarchy or None
            None where the groups are flat.
        """
        for key, name in self.names.items():
            check_name(name)
            if key < 0:
                raise ParameterError(f"Cluster {key} is none, so it has no name")
        for one in self.waiting:
            check_name(one.name)
        if tree is not None:
            self.branches.check(tree)
            for node in (*self.names, *self.collapsed):
                tree.check_node(node)
        elif self.branches.cuts or self.collapsed:
            raise ParameterError(
                "Branches are cut and folded in a tree, and here is none"
            )


def check_name(name: str) -> str:
    """Return the name of a cluster; raise ParameterError unless it can be one."""
    spelled = name.translate(_JOINERS)
    if not spelled.strip() or len(name) > LONGEST_NAME or not spelled.isprintable():
        raise ParameterError(
            f"The name of a cluster must be one line of 1 to {LONGEST_NAME} printable "
            f"characters; it is {name[:LONGEST_NAME]!r}"
        )
    return name
