"""Names are hostile: whatever a file is called is shown letter by letter."""

from __future__ import annotations

import html
import unicodedata

_LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
# Invisible, but part of how Persian, Hindi and emoji are spelled.
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


def plain(text: str) -> str:
    """Return text that any widget can take: undecodable bytes become a mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def one_line(text: str) -> str:
    """Return a name as one line: what is not printable becomes a mark."""
    if text.isprintable():  # nearly all are, and an undecodable byte is not
        return text
    shown = plain(text)
    return "".join(
        c if c.isprintable() or c in _JOINERS else "\N{REPLACEMENT CHARACTER}"
        for c in shown
    )


def after_number(text: str) -> str:
    """Return a line that may stand after a number, which stays at its left.

    Otherwise Arabic or Hebrew would turn both around.
    """
    turns = any(unicodedata.bidirectional(c) in {"R", "AL"} for c in text)
    return f"{_LEFT_TO_RIGHT}{text}" if turns else text


def tooltip(text: str) -> str:
    """Return rich text that shows exactly these characters, on these lines.

    A tooltip guesses whether it is given markup; this leaves nothing to guess.
    """
    shown = html.escape(plain(text)).replace("\n", "<br>")
    return f"<div style='white-space: pre'>{shown}</div>"
