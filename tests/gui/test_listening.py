"""What a person hears next: sequences, tours, steps, A and B, and under the cursor."""

from dataclasses import replace

import numpy as np
import pytest

from audioclust_gui.audition import Audition
from audioclust_gui.document import Document
from audioclust_gui.listening import TOUR_PAUSE, Listening
from engine.clustering.partition import NOISE, UNPLACED
from engine.projects.listening_steps import Tour
from engine.projects.project import Grouping
from tests.gui.on_paper import collection
from tests.gui.paper_sound import PaperJobs, PaperPlayback, heard_to_the_end

LABELS = (0, 0, 1, 1, 1, 2, NOISE, UNPLACED, 3, 3)


class Ear:
    """Everything that listening needs, and all that it says."""

    def __init__(self, tmp_path, project):
        self.document, self.jobs = Document(), PaperJobs()
        self.playback = PaperPlayback()
        self.audition = Audition(self.document, self.playback)
        self.listening = Listening(self.document, self.jobs, self.audition)
        self.said, self.refused, self.lit = [], [], []
        self.listening.stop_changed.connect(self.said.append)
        self.listening.refused.connect(self.refused.append)
        self.audition.playing_changed.connect(
            lambda _: self.lit.append(
                None if self.document.lit is None else self.document.lit.tolist()
            )
        )
        self.document.open(project, tmp_path / "p.audioclust")

    @property
    def playing(self):
        return self.playback.token

    def look_at(self, clip):
        self.document.set_current(clip)
        return self

    def regroup(self, labels):
        self.document.amend(labelled(self.document.project, labels))


def labelled(project, labels=LABELS):
    """Return a project whose method grows no tree, with these labels."""
    labels = np.array(labels, np.int32)
    rows = np.flatnonzero(labels != UNPLACED)
    grouping = Grouping(project.pipeline, rows, labels[rows])
    return replace(project, grouping=grouping)


@pytest.fixture
def ear(qtbot, tmp_path):
    return Ear(tmp_path, labelled(collection(len(LABELS))))


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


def tour_of_1():
    return Tour(1, 3, np.array([2]), np.array([4]), 3, 9)


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


def test_steps_stay_in_the_cluster_and_stop_at_its_ends(ear):
    ear.listening.set_table_order(lambda: np.arange(len(LABELS))[::-1])
    ear.look_at(4).listening.step(1)
    ear.listening.step(1)
    assert ear.playing == ear.document.current == 2
    assert ear.document.selection.tolist() == [2]
    ear.listening.step(1)
    assert ear.playing == 2
    assert ear.said[-1] == "Cluster 1 ends here"
    ear.look_at(4).listening.step(-1)
    assert ear.said[-1] == "Cluster 1 begins here"


def test_a_step_makes_ready_what_comes_next(ear):
    ear.look_at(2).listening.step(1)
    assert [path[-10:] for path in ear.playback.prefetched] == ["000004.wav"]


def test_a_selection_of_several_clips_outlives_a_step(ear):
    ear.document.select([2, 3])
    ear.look_at(2).listening.step(1)
    assert ear.document.selection.tolist() == [2, 3]


def test_without_a_current_clip_the_first_step_goes_to_the_first_row(ear):
    ear.look_at(-1).listening.step(1)
    assert ear.playing == 0


def test_steps_through_noise_and_clips_that_are_not_grouped(ear):
    ear.look_at(6).listening.step(1)
    assert ear.said[-1] == "Noise ends here"
    ear.look_at(7).listening.step(1)
    assert ear.said[-1] == "Not grouped ends here"


def test_steps_between_clusters_play_their_medoids(ear):
    ear.look_at(0).listening.step_cluster(1)
    assert ear.jobs.asked() == ["medoid"]
    ear.jobs.answer(3)
    assert ear.playing == 3
    ear.listening.step_cluster(1)  # to a cluster of one, which nobody has to be asked
    assert ear.playing == 5
    ear.listening.step_cluster(-1)
    assert ear.playing == 3
    assert ear.jobs.asked() == ["medoid"]


def test_quick_steps_between_clusters_do_not_wait_for_medoids(ear):
    ear.look_at(0)
    for _ in range(3):
        ear.listening.step_cluster(1)
    ear.jobs.answer(9)
    assert ear.playing == 9
    assert ear.said == []
    ear.listening.step_cluster(1)
    assert ear.said == ["This is the last cluster"]


def test_noise_stands_behind_the_clusters(ear):
    ear.look_at(6).listening.step_cluster(1)
    assert ear.said == ["This is the last cluster"]
    ear.listening.step_cluster(-1)
    ear.jobs.answer(8)
    assert ear.playing == 8


def test_a_and_b_are_heard_in_turn(ear):
    ear.listening.switch_ab()
    assert ear.refused == ["Nothing to compare: select two clips, or keep one as A"]
    ear.look_at(5).listening.keep_a()
    ear.listening.switch_ab()
    assert len(ear.refused) == 2  # there is no B yet
    ear.audition.play(8)
    heard = []
    for _ in range(3):
        ear.listening.switch_ab()
        heard.append(ear.playing)
    assert heard == [5, 8, 5]
    assert ear.said[-1].startswith("A, beside B: 000008")
    ear.audition.play(9)  # another B
    ear.listening.switch_ab()
    ear.listening.switch_ab()
    assert ear.playing == 9


def test_two_selected_clips_are_a_and_b(ear):
    ear.document.select([4, 2])
    heard = []
    for _ in range(3):
        ear.listening.switch_ab()
        heard.append(ear.playing)
    assert heard == [2, 4, 2]


def test_the_clip_under_a_resting_cursor_is_played_once(qtbot, ear):
    for clip in (0, 1, 2):
        ear.listening.hover(clip)
    assert ear.playback.prefetched
    qtbot.waitUntil(lambda: ear.playing == 2, timeout=2_000)
    assert ear.document.plays.sum() == 1
    ear.listening.hover(-1)
    ear.listening.hover(2)
    qtbot.wait(90)
    assert ear.document.plays.sum() == 1
    assert len(ear.playback.prefetched) == 4  # what lies around


def test_a_cursor_that_leaves_at_once_plays_nothing(qtbot, ear):
    ear.listening.hover(3)
    ear.listening.hover(-1)
    ear.listening.hover(4, heard=False)
    qtbot.wait(90)
    assert ear.playing is None


def test_a_cursor_does_not_disturb_a_sequence(qtbot, ear):
    ear.listening.play_cluster(1)
    before = ear.playing
    ear.listening.hover(8)
    qtbot.wait(90)
    assert ear.playing == before


def test_plays_are_counted_once_however_often_a_clip_is_repeated(ear):
    ear.playback.set_loop(True)
    ear.listening.play_cluster(1)
    for _ in range(7):
        ear.playback.go_on()
    assert ear.document.plays.tolist() == [0, 0, 1, 1, 1, 0, 0, 0, 0, 0]
    ear.audition.play(2)
    ear.audition.seek(0.5)
    ear.audition.play(2)
    assert ear.document.plays[2] == 3


def test_another_project_begins_in_silence(ear):
    ear.listening.keep_a()
    ear.listening.play_cluster(1)
    ear.document.open(collection(5), ear.document.path)
    assert not ear.playback.is_playing()
    assert ear.listening.place == (0, 0)
    ear.listening.switch_ab()
    assert ear.refused
