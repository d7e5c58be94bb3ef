"""A tour and steps in the whole window, with its worker and a device on paper."""

import numpy as np
from PySide6.QtCore import Qt

from tests.gui.road import WAIT


def playing_rows(model):
    """Return the clips that a table marks as the one that sounds."""
    role = Qt.ItemDataRole.AccessibleTextRole
    rows = range(model.rowCount())
    told = [model.data(model.index(row, 0), role) for row in rows]
    return [row for row, text in enumerate(told) if text.endswith(", playing")]


def test_the_tour_is_heard_said_and_lit_in_every_view(qtbot, opened):
    window, document, playback = opened.window, opened.document, opened.playback
    document.set_current(3)
    label = int(document.project.labels[3])
    members = np.flatnonzero(document.project.labels == label).tolist()
    roles, heard = [], []
    playback.started.connect(lambda clip, _: heard.append(clip))
    playback.started.connect(lambda *_: roles.append(window.transport.role.text()))
    window.map.setFocus()
    qtbot.keyClick(window.map, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: len(heard) > 0, timeout=WAIT)
    table, clusters = window.dataset.model, window.clusters.model
    assert [table.clip_at(row) for row in playing_rows(table)] == heard
    assert [clusters.id_at(row) for row in playing_rows(clusters)] == [label]
    assert document.lit.tolist() == members
    assert document.current == heard[0]
    qtbot.waitUntil(lambda: len(heard) > 1, timeout=WAIT)
    assert set(heard[:2]) <= set(members)
    assert roles[0].endswith(": medoid")
    assert ": typical 1 of " in roles[1]
    assert document.plays[heard[0]] == 1
    qtbot.keyClick(window.map, Qt.Key.Key_Escape)
    assert window.transport.role.text() == ""
    assert document.lit is None
    assert not playing_rows(table)
    assert not playing_rows(clusters)


def test_silence_is_also_for_what_is_only_planned(qtbot, opened):
    window, document, listening = opened.window, opened.document, opened.listening
    document.set_current(3)
    answered = []
    window.action("Tour of the cluster").trigger()
    assert listening.waiting
    window.action("Silence").trigger()
    assert not listening.waiting
    opened.jobs.ask("engine.projects.steps:warm_up", title="Then", then=answered.append)
    qtbot.waitUntil(lambda: bool(answered), timeout=WAIT)  # what was asked is through
    assert not opened.playback.is_playing()
    assert document.lit is None


def test_arrows_go_through_a_cluster_and_from_one_to_the_next(qtbot, opened):
    window, document, playback = opened.window, opened.document, opened.playback
    first, following = document.project.clusters.ids[:2].tolist()
    members = np.flatnonzero(document.project.labels == first)
    document.set_current(int(members[0]))
    with qtbot.waitSignal(playback.started, timeout=WAIT) as started:
        window.transport.buttons["next"].click()
    assert started.args[0] == members[1]
    with qtbot.waitSignal(playback.started, timeout=WAIT) as started:
        window.action("Next cluster").trigger()
    assert document.project.labels[started.args[0]] == following
