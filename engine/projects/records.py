"""How each part of a project is written down: a JSON text and some named arrays.

Decoding trusts nothing: a project file may come from anywhere, so every shape is
compared with the number of clips before it reaches an index.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.audio.preparing import PreparationParams
from engine.clustering.agglomerative import AgglomerativeParams
from engine.clustering.branches import BranchCut, Branches
from engine.clustering.metrics import External, Scores
from engine.clustering.partition import NOISE
from engine.errors import DamagedProjectError
from engine.features.extraction import Extraction, Failure
from engine.features.projection import ProjectionParams
from engine.features.representation import RepresentationParams
from engine.features.spectral import FeatureParams
from engine.projects.edits import Aside, Edits, Waiting
from engine.projects.pipeline import Pipeline
from engine.projects.project import Graft, Grouping, Layout, Second, View

Arrays = dict[str, NDArray[Any]]
Record = tuple[dict[str, Any], Arrays]
_FARTHEST = 1e12  # from the middle of the map
_MOST_STEPS = 1_000_000  # of a projection
_MOST_PLAYS = 1_000_000_000  # of a clip, which may go on to be heard


def encode_pipeline(pipeline: Pipeline) -> Record:
    """Write down the chosen parameters."""
    return pipeline.to_dict(), {}


def decode_pipeline(
    values: Mapping[str, Any], arrays: Arrays, n_clips: int
) -> Pipeline:
    """Read the chosen parameters."""
    return Pipeline.from_dict(values)


def encode_extraction(extraction: Extraction) -> Record:
    """Write down which clips have features, and why others have none."""
    return {
        "params": extraction.params.to_dict(),
        "preparation": extraction.preparation.to_dict(),
        "keys": list(extraction.keys),
        "failures": [dataclasses.asdict(failure) for failure in extraction.failures],
    }, {}


def decode_extraction(
    values: Mapping[str, Any], arrays: Arrays, n_clips: int
) -> Extraction:
    """Read which clips have features."""
    keys = tuple(None if key is None else str(key) for key in values["keys"])
    _require(len(keys) == n_clips, "the list of features does not fit the clips")
    failures = tuple(
        Failure(int(entry["index"]), str(entry["path"]), str(entry["reason"]))
        for entry in values["failures"]
    )
    _require(all(0 <= f.index < n_clips for f in failures), "a failure has no clip")
    return Extraction(
        params=FeatureParams.from_dict(values["params"]),
        preparation=PreparationParams.from_dict(values.get("preparation", {})),
        keys=keys,
        failures=failures,
        computed=0,
        reused=n_clips,
    )


def encode_grouping(grouping: Grouping) -> Record:
    """Write down the groups and their tree."""
    found: dict[str, NDArray[Any] | None] = {
        "rows": grouping.rows,
        "labels": grouping.labels,
        "linkage": grouping.linkage,
        "membership": grouping.membership,
        "strength": grouping.strength,
    }
    arrays = {name: array for name, array in found.items() if array is not None}
    arrays |= {f"graft {i}": graft.clips for i, graft in enumerate(grouping.grafts)}
    return {
        "pipeline": grouping.pipeline.to_dict(),
        "notes": list(grouping.notes),
        "source": grouping.source,
        "grafts": [
            {"representation": g.representation.to_dict(), "linkage": g.linkage}
            for g in grouping.grafts
        ],
    }, arrays


def decode_grouping(
    values: Mapping[str, Any], arrays: Arrays, n_clips: int
) -> Grouping:
    """Read the groups and their tree."""
    rows, labels = arrays["rows"], arrays["labels"]
    _require(rows.dtype == np.int64 and rows.ndim == 1, "the rows are not a list")
    inside = rows.size == 0 or (rows.min() >= 0 and rows.max() < n_clips)
    _require(bool(inside), "a group names a clip that does not exist")
    _require(
        labels.dtype == np.int32 and labels.shape == rows.shape,
        "the labels do not fit the rows",
    )
    in_range = labels.size == 0 or (labels.min() >= NOISE and labels.max() < n_clips)
    _require(bool(in_range), "a label is out of range")
    membership, strength = arrays.get("membership"), arrays.get("strength")
    fits = membership is None or (membership.ndim == 2 and len(membership) == len(rows))
    _require(fits, "the memberships do not fit the rows")
    fits = strength is None or strength.shape == rows.shape
    _require(fits, "the strengths do not fit the rows")
    for degrees in (membership, strength):
        # Also False for NaN.
        shares = degrees is None or bool(np.all((degrees >= 0.0) & (degrees <= 1.0)))
        _require(shares, "a degree of membership is out of range")
    grouping = Grouping(
        pipeline=Pipeline.from_dict(values["pipeline"]),
        rows=rows,
        labels=labels,
        linkage=arrays.get("linkage"),
        membership=membership,
        strength=strength,
        notes=tuple(str(note) for note in values["notes"]),
        grafts=tuple(
            _graft(entry, arrays[f"graft {i}"], rows)
            for i, entry in enumerate(values.get("grafts", ()))
        ),
        source=str(values.get("source", "")),
    )
    tree = grouping.hierarchy  # checks the linkage
    _require(tree is None or tree.n_leaves == rows.size, "the tree does not fit")
    return grouping


def _graft(
    values: Mapping[str, Any], clips: NDArray[Any], rows: NDArray[np.int64]
) -> Graft:
    """Read how a branch was grown again."""
    _require(
        clips.dtype == np.int64
        and clips.ndim == 1
        and clips.size >= 2
        and bool((clips[1:] > clips[:-1]).all() and np.isin(clips, rows).all()),
        "a branch that was grown again does not fit the rows",
    )
    grown = AgglomerativeParams.from_dict({"linkage": values["linkage"]})
    representation = RepresentationParams.from_dict(values["representation"])
    return Graft(clips, representation, grown.linkage)


def encode_edits(edits: Edits) -> Record:
    """Write down what was done by hand."""
    return {
        **_encode_branches(edits.branches),
        "names": list(edits.names.items()),
        "collapsed": sorted(edits.collapsed),
        "waiting": [one.name for one in edits.waiting],
        "aside": edits.aside
        and {"tree": edits.aside.tree, **_encode_branches(edits.aside.branches)},
    }, {
        f"waiting {i}": np.array(one.clips, np.int64)
        for i, one in enumerate(edits.waiting)
    }


def decode_edits(values: Mapping[str, Any], arrays: Arrays, n_clips: int) -> Edits:
    """Read what was done by hand; `Edits.check` compares it with the groups."""
    names = {int(key): name for key, name in values["names"]}
    waiting = tuple(
        _waiting(name, arrays[f"waiting {i}"], n_clips)
        for i, name in enumerate(values.get("waiting", ()))
    )
    known = (*names.values(), *(one.name for one in waiting))
    _require(all(type(name) is str for name in known), "a name is no text")
    collapsed = frozenset(int(node) for node in values["collapsed"])
    kept = values.get("aside")
    aside = Aside(str(kept["tree"]), _branches(kept)) if kept else None
    return Edits(_branches(values), names, collapsed, waiting, aside)


def _encode_branches(branches: Branches) -> dict[str, Any]:
    cuts = [dataclasses.astuple(cut) for cut in branches.cuts]
    return {"cuts": cuts, "early": branches.early}


def _branches(values: Mapping[str, Any]) -> Branches:
    cuts = tuple(BranchCut(int(node), int(k)) for node, k in values["cuts"])
    early = tuple((int(rank), int(place)) for rank, place in values["early"])
    return Branches(cuts, early)


def _waiting(name: str, clips: NDArray[Any], n_clips: int) -> Waiting:
    """Read a name that no group has now, and whose it was."""
    _require(
        clips.dtype == np.int64
        and clips.ndim == 1
        and clips.size > 0
        and bool((clips[1:] > clips[:-1]).all() and clips[0] >= 0)
        and bool(clips[-1] < n_clips),
        "a name is of clips that do not exist",
    )
    return Waiting(name, tuple(clips.tolist()))


def encode_layout(layout: Layout) -> Record:
    """Write down where the clips lie."""
    return {
        "pipeline": layout.pipeline.to_dict(),
        "done": layout.done,
    }, {"positions": layout.positions}


def decode_layout(values: Mapping[str, Any], arrays: Arrays, n_clips: int) -> Layout:
    """Read where the clips lie."""
    positions = arrays["positions"]
    _require(
        positions.dtype == np.float32 and positions.shape == (n_clips, 2),
        "the map does not fit the clips",
    )
    # Also False for NaN. A place that far off would leave the others in one pixel.
    near = (np.abs(positions) <= _FARTHEST).all(axis=1, keepdims=True)
    if not np.all(near):
        positions = np.where(near, positions, np.float32(np.nan))
        positions.setflags(write=False)
    done = values.get("done")
    _require(done is None or _is_count(done, _MOST_STEPS), "a map went too far")
    return Layout(Pipeline.from_dict(values["pipeline"]), positions, done)


def encode_second(second: Second) -> Record:
    """Write down what the second map shows, and where the clips lie there."""
    layout, arrays = (
        (None, {}) if second.layout is None else encode_layout(second.layout)
    )
    return {
        "representation": second.representation.to_dict(),
        "projection": second.projection.to_dict(),
        "layout": layout,
    }, arrays


def decode_second(values: Mapping[str, Any], arrays: Arrays, n_clips: int) -> Second:
    """Read the second map."""
    layout = values["layout"]
    return Second(
        RepresentationParams.from_dict(values["representation"]),
        ProjectionParams.from_dict(values["projection"]),
        None if layout is None else decode_layout(layout, arrays, n_clips),
    )


def encode_scores(scores: Scores) -> Record:
    """Write down how good the groups are."""
    return dataclasses.asdict(scores), {}


def decode_scores(values: Mapping[str, Any], arrays: Arrays, n_clips: int) -> Scores:
    """Read how good the groups are; a file of before may know fewer scores."""
    clustered = External(**values.get("clustered", {}))
    scores = Scores(**{**values, "clustered": clustered})
    for external in (scores, clustered):
        for name in External.__slots__:
            _require_score(name, getattr(external, name), -1.0, 1.0)
    _require_score("silhouette", scores.silhouette, -1.0, 1.0)
    for name in ("calinski_harabasz", "davies_bouldin"):
        _require_score(name, getattr(scores, name), 0.0, math.inf)
    _require(_is_between(scores.coverage, 0.0, 1.0), "the coverage is out of range")
    for name in ("n_clusters", "labelled", "sampled"):
        value = getattr(scores, name)
        absent = value is None and name == "sampled"
        _require(absent or _is_count(value, n_clips), f"{name} is out of range")
    return scores


def _require_score(name: str, value: Any, least: float, most: float) -> None:
    known = value is None or _is_between(value, least, most)
    _require(known, f"{name} is out of range")


def _is_between(value: Any, least: float, most: float) -> bool:
    # Also False for NaN.
    return type(value) in (int, float) and least - 1e-6 <= value <= most + 1e-6


def _is_count(value: Any, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


def encode_view(view: View) -> Record:
    """Write down what was selected and heard."""
    arrays: Arrays = {"selection": view.selection}
    if view.plays is not None:
        arrays["plays"] = view.plays
    return {"current": view.current}, arrays


def decode_view(values: Mapping[str, Any], arrays: Arrays, n_clips: int) -> View:
    """Read what was selected and heard, leaving out what does not exist."""
    current = values["current"]
    inside = _is_count(current, n_clips - 1)
    stored = arrays.get("selection")
    if stored is None:  # projects of before had a list
        stored = np.asarray(values.get("selection", []), np.int64)
    _require(stored.dtype.kind == "i", "the selection is no list of clips")
    selection = np.unique(stored).astype(np.int64, copy=False)
    selection = selection[(selection >= 0) & (selection < n_clips)]
    plays = arrays.get("plays")
    if plays is not None:
        fits = plays.dtype.kind == "i" and plays.shape == (n_clips,)
        _require(fits, "there is one count of plays per clip")
        plays = plays.clip(0, _MOST_PLAYS).astype(np.int32)
    return View(current if inside else None, selection, plays)


def _require(good: bool, complaint: str) -> None:
    if not good:
        raise DamagedProjectError(complaint)
