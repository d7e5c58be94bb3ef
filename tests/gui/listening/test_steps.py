"""Steps in and between clusters, A and B, the cursor, and what is counted."""

import numpy as np

from tests.gui.listening.ears import LABELS
from tests.gui.on_paper import collection


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
