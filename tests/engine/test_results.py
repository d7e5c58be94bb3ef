"""What stays of a person's work when results come, go, or are those of other clips."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage

from engine.audio.dataset import Clip
from engine.features.projection import ProjectionParams
from engine.features.representation import RepresentationParams
from engine.projects.curation import cut_here, members, regrouped, rename
from engine.projects.edits import Waiting
from engine.projects.file import ProjectFile, read
from engine.projects.importing import with_linkage
from engine.projects.project import Project, Second, View
from engine.projects.results import started_anew, with_extraction, with_results_of


def tree_of(n):
    return linkage(np.random.default_rng(0).normal(size=(n, 3)), "average")


def without(extraction, *failed):
    keys = (None if i in failed else key for i, key in enumerate(extraction.keys))
    return replace(extraction, keys=tuple(keys))


@pytest.fixture
def named(finished):
    return rename(finished, int(finished.clusters.nodes[1]), "wrens")


def clips_of(project, name):
    key = next(key for key, known in project.edits.names.items() if known == name)
    return set(members(project.grouping, project.labels, key).tolist())


def test_results_that_came_meanwhile_bring_no_name_with_them(finished):
    """A name that was given before them is taken back as well."""
    asked = finished.choosing(feature="mel")
    grouping = replace(finished.grouping, pipeline=asked.pipeline)
    renamed = rename(asked, int(asked.clusters.nodes[0]), "by mistake")
    back = with_results_of(asked, regrouped(renamed, grouping))
    assert back.grouping is grouping
    assert back.edits == asked.edits


def test_an_imported_tree_is_a_choice_and_no_result(finished):
    before = replace(finished, grouping=None, layout=None, scores=None)
    after = with_linkage(before, tree_of(len(finished.dataset)), "tree.npy")
    assert after.grouped
    back = with_results_of(before, replace(after, layout=finished.layout))
    assert back.grouping is None
    assert back.layout is finished.layout


def test_other_clips_with_features_are_grouped_anew_and_names_wait(named):
    clips = clips_of(named, "wrens")
    fewer = without(named.extraction, *(set(range(len(named.dataset))) - clips - {0}))
    project = with_extraction(named, fewer)
    assert (project.grouping, project.layout) == (None, None)
    assert project.extraction is fewer
    assert project.edits.waiting == (Waiting("wrens", tuple(sorted(clips))),)
    again = regrouped(project, named.grouping)
    assert again.edits == named.edits
    same = with_extraction(named, replace(named.extraction), named.extraction)
    assert same.grouping is named.grouping
    assert same.layout is named.layout


def test_clips_that_sound_otherwise_are_grouped_anew(named):
    keys = ("other", *named.extraction.keys[1:])
    other = replace(named.extraction, keys=keys)
    assert with_extraction(named, other, named.extraction).grouping is None
    back = with_results_of(named, replace(started_anew(named), extraction=other))
    assert back.grouping is None
    assert back.extraction is other
    assert back.edits.waiting


def test_an_imported_tree_stays_whatever_has_features(finished):
    n = len(finished.dataset)
    project = with_linkage(Project(finished.dataset), tree_of(n), "tree.npy")
    node = int(project.clusters.nodes[0])
    project = cut_here(rename(project, node, "wrens"), node, n)
    some = with_extraction(project, without(finished.extraction, 0, 3))
    assert some.grouping is project.grouping
    assert some.edits is project.edits
    anew = started_anew(some)
    assert anew.grouping is project.grouping
    assert anew.edits is project.edits
    assert anew.extraction is None


def test_names_go_with_their_clips_into_another_collection(named):
    clips = clips_of(named, "wrens")
    gone = min(clips)
    kept = [c for i, c in enumerate(named.dataset.clips) if i != gone]
    columns = {name: ("",) * (len(kept) + 1) for name in named.dataset.columns}
    found = replace(named.dataset, clips=(Clip("0 new.wav"), *kept), columns=columns)
    project = started_anew(named, found)
    assert project.dataset is found
    (one,) = project.edits.waiting
    assert {found.clips[i] for i in one.clips} == {
        named.dataset.clips[i] for i in clips - {gone}
    }
    nothing = replace(found, clips=(Clip("0 new.wav"),), columns={}, label_column=None)
    assert started_anew(named, nothing).edits.waiting == ()


def test_names_that_wait_and_where_a_tree_is_from_are_kept_in_the_file(named, tmp_path):
    waiting = started_anew(named)
    imported = with_linkage(named, tree_of(len(named.dataset)), "tree.npy")
    for project in (waiting, imported):
        file = ProjectFile(tmp_path / "p.audioclust")
        file.write(project, View())
        file.close()
        again, _ = read(tmp_path / "p.audioclust")
        assert again.edits == project.edits
    assert again.edits.waiting
    assert again.grouping.source == "tree.npy"


def mel_by_umap(layout=None):
    return Second(
        RepresentationParams(feature="mel"), ProjectionParams(method="umap"), layout
    )


def test_of_two_maps_that_answer_the_one_that_settled_farther_stays(finished):
    whole = finished.layout
    some, more = replace(whole, done=25), replace(whole, done=50)
    other = replace(whole, pipeline=finished.choosing(seed=9).pipeline)
    for own, meanwhile, expected in (
        (some, more, more),
        (more, some, more),
        (some, whole, whole),
        (whole, more, whole),
        (None, some, some),
        (other, some, some),
        (some, other, some),
        (some, None, some),
    ):
        mine = replace(finished, layout=own)
        back = with_results_of(mine, replace(finished, layout=meanwhile))
        assert back.layout is expected


def test_a_second_map_is_a_choice_and_its_places_are_a_result(finished):
    asked = mel_by_umap().asked_of(finished.pipeline)
    layout = replace(finished.layout, pipeline=asked)
    before = replace(finished, second=mel_by_umap())
    after = replace(finished, second=mel_by_umap(layout))
    assert with_results_of(before, after).second.layout is layout
    assert with_results_of(finished, after).second is None
    assert with_results_of(after, finished) is after
    old = replace(layout, pipeline=finished.pipeline)
    stale = replace(finished, second=mel_by_umap(old))
    assert with_results_of(before, stale).second.layout is None
    # It goes with the groups, whatever these are.
    asked_anew = replace(after, pipeline=after.pipeline.choosing("kmeans"))
    assert asked_anew.second.layout.answers(asked_anew.second.asked_of(asked))


def test_a_second_map_is_of_features_whatever_describes_the_clips_in_the_first(
    finished,
):
    by_network = replace(finished.pipeline, network="20240101-000000-abcdef@5")
    asked = mel_by_umap().asked_of(by_network)
    assert asked.layout_key == mel_by_umap().asked_of(finished.pipeline).layout_key


def test_a_second_map_of_other_sounds_is_drawn_anew(finished):
    layout = replace(finished.layout, pipeline=finished.pipeline)
    project = replace(finished, second=mel_by_umap(layout))
    fewer = without(finished.extraction, 3)
    after = with_extraction(project, fewer)
    assert after.second.asks_as(project.second)
    assert after.second.layout is None
    tree = with_linkage(project, tree_of(len(finished.dataset)), "tree.npy")
    after = with_extraction(tree, fewer, finished.extraction)
    assert (after.layout, after.second.layout) == (None, None)
    assert with_extraction(project, finished.extraction).second is project.second
