"""Text from outside, as it is shown."""

from audioclust_gui.plots.plain import one_line

MARK = "\N{REPLACEMENT CHARACTER}"


def test_one_line_marks_what_cannot_be_shown_and_leaves_the_rest():
    assert one_line("plain <b> é 音") == "plain <b> é 音"
    assert one_line("a\nb\udcffc\u202e") == f"a{MARK}b?c{MARK}"


def test_one_line_spells_as_languages_do():
    for name in ("می\u200cروم", "👩\u200d🎤"):
        assert one_line(f"{name}\n") == f"{name}{MARK}"
