"""What goes wrong in a painting is said, and does not end the program."""

import ast
from pathlib import Path

import audioclust_gui
from audioclust_gui.plots.cut_picture import CutPicture
from audioclust_gui.plots.cut_strip import CutStrip

PAINTERS = ("QPainter", "QStylePainter")


def painters_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in PAINTERS:
            yield node


def test_every_painter_is_put_away_whatever_happens():
    # One that is still alive when Qt goes on takes the program with it.
    left = []
    for file in Path(audioclust_gui.__file__).parent.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        withs = [node for node in ast.walk(tree) if isinstance(node, ast.With)]
        held = {id(item.context_expr) for node in withs for item in node.items}
        found = (node for node in painters_in(tree) if id(node) not in held)
        left += [f"{file.name}:{node.lineno}" for node in found]
    assert not left


def test_a_strip_whose_painting_fails_can_be_painted_again(qtbot, monkeypatch):
    strip = CutStrip()
    qtbot.addWidget(strip)
    strip.show()
    qtbot.waitExposed(strip)
    with monkeypatch.context() as patched, qtbot.capture_exceptions() as said:
        patched.setattr(CutPicture, "_draw", None)
        strip.set_message("drawn anew")
        strip.update()
        qtbot.waitUntil(lambda: bool(said))
        assert not strip.paintingActive()
    strip.set_dark(False)
    assert not strip.grab().isNull()
