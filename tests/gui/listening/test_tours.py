"""A tour of a cluster: its stops, its light, its end."""

from dataclasses import replace

import numpy as np
import pytest

from audioclust_gui.listening import TOUR_PAUSE
from engine.projects.listening_steps import Tour
from tests.gui.listening.ears import LABELS, tour_of_1
from tests.gui.paper_sound import heard_to_the_end


def test_the_tour_says_what_every_clip_is_there_for(qtbot, ear):
    ear.look_at(2).listening.tour()
    assert ear.jobs.asked() == ["tour"]
    assert ear.jobs.last.args[3] == 1
    ear.jobs.answer(tour_of_1())
    assert heard_to_the_end(ear.playback) == [3, 2, 4, 9]
    assert ear.document.lit.tolist() == [8, 9]  # the last words are to be read as well
    qtbot.waitUntil(lambda: ear.said[-1] == "", timeout=3_000)
    assert ear.said == [
        "Tour of Cluster 1: medoid",
        "Tour of Cluster 1: typical 1 of 1",
        "Tour of Cluster 1: boundary 1 of 1",
        "Tour of Cluster 1: medoid of the nearest rival, Cluster 3",
        "",
    ]
    assert ear.document.lit is None


@pytest.mark.parametrize("pause", [0.0, 2.0])
def test_a_tour_of_short_clips_leaves_time_to_follow_it(ear, pause):
    ear.listening.set_pause(pause)
    ear.listening.tour(1)
    ear.jobs.answer(tour_of_1())
    assert ear.playback.pause == max(pause, TOUR_PAUSE)


def test_the_end_of_a_tour_does_not_end_what_is_played_after_it(qtbot, ear):
    ear.listening.tour(1)
    ear.jobs.answer(tour_of_1())
    heard_to_the_end(ear.playback)
    ear.listening.play_cluster(3)
    qtbot.wait(int(1000 * TOUR_PAUSE) + 100)
    assert ear.document.lit.tolist() == [8, 9]
    assert ear.said[-1].startswith("Cluster 3: 1 of 2")


def test_the_tour_lights_the_cluster_and_at_last_its_rival(ear):
    ear.listening.tour(1)
    ear.jobs.answer(tour_of_1())
    lit = [ear.document.lit.tolist()]
    for _ in range(3):
        ear.playback.go_on()
        lit.append(ear.document.lit.tolist())
    assert lit == [[2, 3, 4]] * 3 + [[8, 9]]


@pytest.mark.parametrize(
    ("typical", "rival", "heard"),
    [([], None, [3]), ([], 0, [3, 0]), ([2], None, [3, 2])],
)
def test_a_tour_of_very_few_clips_or_of_the_only_cluster(ear, typical, rival, heard):
    tour = Tour(1, 3, np.array(typical, np.int64), np.empty(0, np.int64), rival, rival)
    ear.listening.tour(1)
    ear.jobs.answer(tour)
    assert heard_to_the_end(ear.playback) == heard
    assert ear.said[0] == "Tour of Cluster 1: medoid"


def test_there_is_no_tour_where_there_is_no_cluster(ear):
    ear.look_at(-1).listening.tour()
    ear.look_at(6).listening.tour()
    ear.look_at(7).listening.tour()
    ear.listening.tour(12)
    assert not ear.jobs.all
    assert ear.refused == [
        "No clip is looked at: click one to tour its cluster",
        "Noise is no cluster: nothing to tour",
        "This clip is in no cluster yet: nothing to tour",
        "This cluster has no clips any more: nothing to tour",
    ]


def test_without_features_there_is_no_tour_but_a_walk(ear):
    ear.document.amend(replace(ear.document.project, extraction=None))
    ear.listening.tour(1)
    assert "Run > Run" in ear.refused[0]
    ear.listening.play_cluster(1)
    assert sorted(heard_to_the_end(ear.playback)) == [2, 3, 4]


def test_a_worker_that_cannot_answer_says_why(ear):
    ear.listening.tour(1)
    ear.jobs.fail("The store was deleted")
    assert ear.refused == ["The store was deleted"]


def test_clusters_that_change_before_the_tour_begins_make_it_void(ear):
    ear.listening.tour(1)
    ear.regroup([0] * len(LABELS))
    ear.jobs.answer(tour_of_1())
    assert not ear.playback.is_playing()
    assert ear.refused == ["The clusters have changed meanwhile: tour again"]


def test_a_tour_goes_on_while_the_grouping_changes_under_it(ear):
    ear.listening.tour(1)
    ear.jobs.answer(tour_of_1())
    ear.regroup([1, 1, 0, 0, 0, 2, 2, 2, 2, 2])
    assert ear.document.lit.tolist() == [0, 1]
    ear.regroup([0] * len(LABELS))
    assert ear.document.lit is None
    assert heard_to_the_end(ear.playback) == [3, 2, 4, 9]
