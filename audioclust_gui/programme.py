"""What is played in sequence, and what each clip of it is there for, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.projects.listening_steps import Tour


@dataclass(frozen=True, eq=False)
class Programme:
    """Clips in the order in which they are heard.

    Parameters
    ----------
    title : str
        "Cluster 3", "Tour of Cluster 3".
    clips : int64 array, shape (n,)
        Each once.
    cluster : int or None
        Which the clips are of, where that is one.
    roles : tuple of str
        What each clip is there for; empty where they are only counted.
    rival : int or None
        The cluster of the last clip, where that is another one.
    """

    title: str
    clips: NDArray[np.int64]
    cluster: int | None = None
    roles: tuple[str, ...] = ()
    rival: int | None = None

    def place_of(self, clip: int) -> int:
        """Return when a clip is heard, from 0; -1 if it is not."""
        found = np.flatnonzero(self.clips == clip)
        return int(found[0]) if len(found) else -1

    def role(self, place: int) -> str:
        """Say what the clip at a place is there for."""
        if self.roles:
            return f"{self.title}: {self.roles[place]}"
        return f"{self.title}: {place + 1:,} of {len(self.clips):,}"

    def cluster_at(self, place: int) -> int | None:
        """Return the cluster that the clip at a place speaks for."""
        last = place == len(self.clips) - 1
        return self.rival if last and self.rival is not None else self.cluster


def programme_of(tour: Tour, title: Callable[[int], str]) -> Programme:
    """Put a tour into words.

    Parameters
    ----------
    tour : Tour
    title : callable
        From a cluster to what it is called.
    """
    roles = ["medoid"]
    for word, clips in (("typical", tour.typical), ("boundary", tour.boundary)):
        roles += [f"{word} {i} of {len(clips)}" for i in range(1, len(clips) + 1)]
    if tour.rival is not None:
        roles.append(f"medoid of the nearest rival, {title(tour.rival)}")
    name = f"Tour of {title(tour.cluster)}"
    return Programme(name, tour.clips, tour.cluster, tuple(roles), tour.rival)
