"""Waiting for the road to end: what many tests of the window begin with."""

WAIT = 60_000


def is_done(app):
    return app.workflow.finished and not app.session.opening


def open_and_finish(qtbot, app, path=None):
    if path is None:
        app.session.open_demo()
    else:
        app.session.open(path)
    qtbot.waitUntil(lambda: is_done(app), timeout=WAIT)
