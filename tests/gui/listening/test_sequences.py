"""Clips one after another: which, in which order, and how it is told."""

import numpy as np

from tests.gui.listening.ears import Ear, tour_of_1
from tests.gui.on_paper import collection
from tests.gui.paper_sound import heard_to_the_end


def test_a_cluster_is_played_in_the_order_of_the_table_with_a_pause(ear):
    ear.listening.set_table_order(lambda: np.array([9, 4, 0, 2, 1, 3]))
    ear.listening.set_order("table")
    ear.listening.set_pause(0.5)
    ear.look_at(3).listening.play_cluster()
    assert ear.playback.pause == 0.5
    assert ear.listening.place == (1, 3)
    assert heard_to_the_end(ear.playback) == [4, 2, 3]
    assert ear.said == [f"Cluster 1: {i} of 3" for i in (1, 2, 3)] + [""]
    assert ear.document.current == 3
    assert ear.listening.place == (0, 0)


def test_what_is_played_is_lit_and_the_light_is_put_out_at_the_end(ear):
    ear.listening.play_cluster(1)
    assert ear.document.lit.tolist() == [2, 3, 4]
    heard_to_the_end(ear.playback)
    assert ear.document.lit is None


def test_a_light_of_somebody_else_is_left_on(ear):
    ear.listening.play_cluster(1)
    pointed = np.array([7])
    ear.document.light(pointed)
    ear.audition.stop()
    assert ear.document.lit is pointed


def test_what_the_table_hides_is_not_played_in_its_order(ear):
    ear.listening.set_table_order(lambda: np.array([6, 7]))
    ear.document.select([0, 1, 6])
    ear.listening.set_order("table")
    ear.listening.play_selection()
    assert heard_to_the_end(ear.playback) == [6]
    ear.document.select([0, 1])
    ear.listening.play_selection()
    assert not ear.playback.is_playing()
    assert "filter" in ear.refused[-1]


def test_a_selection_is_walked_over_the_map(qtbot, tmp_path):
    ear = Ear(tmp_path, collection(300))
    ear.document.select(range(50, 250))
    ear.listening.play_selection()
    heard = heard_to_the_end(ear.playback)
    assert sorted(heard) == list(range(50, 250))
    places = ear.document.project.positions

    def length(clips):
        return np.linalg.norm(np.diff(places[clips], axis=0), axis=1).sum()

    assert length(heard) < 0.3 * length(sorted(heard))
    assert ear.said[0] == "Selection: 1 of 200"


def test_from_the_medoid_outwards_is_asked_of_the_worker(ear):
    ear.listening.set_order("medoid")
    ear.listening.play_cluster(1)
    assert ear.jobs.asked() == ["by_medoid"]
    assert not ear.playback.is_playing()
    ear.jobs.answer(np.array([3, 2, 4]))
    assert heard_to_the_end(ear.playback) == [3, 2, 4]


def test_nobody_waits_for_an_answer_after_something_else_is_played(ear):
    ear.listening.set_order("medoid")
    ear.listening.play_cluster(1)
    ear.audition.play(0)
    ear.jobs.answer(np.array([3, 2, 4]))
    assert ear.playing == 0
    ear.listening.tour(1)
    ear.audition.stop()
    ear.jobs.answer(tour_of_1())
    assert not ear.playback.is_playing()


def test_nothing_selected_is_said(ear):
    ear.listening.play_selection()
    assert ear.refused == ["No clips are selected: there is nothing to play"]


def test_a_clip_that_cannot_be_heard_is_passed_over_in_a_sequence(ear):
    ear.listening.set_order("table")
    ear.listening.play_cluster(1)
    ear.playback.go_on(fails=True)
    assert ear.playing == 3
    assert ear.said[-1] == "Cluster 1: 2 of 3"
    ear.playback.go_on()
    ear.playback.go_on(fails=True)  # the last one
    assert ear.audition.playing == -1
    assert ear.said[-1] == ""
    assert ear.document.lit is None


def test_a_click_ends_a_sequence(ear):
    ear.listening.play_cluster(1)
    ear.audition.play(8)
    assert ear.said[-1] == ""
    assert ear.document.lit is None
    assert heard_to_the_end(ear.playback) == [8]
