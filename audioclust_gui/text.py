"""Names from outside, made safe to show: they may hold anything, markup included."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Return a name as one line that Qt can show, whatever bytes it is made of."""
    text = text.encode(errors="surrogateescape").decode(errors="replace")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def tooltip(text: str) -> str:
    """Return a text as a tooltip in which nothing is taken for markup."""
    text = text.encode(errors="surrogateescape").decode(errors="replace")
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(character, entity)
    return "<qt>" + text.replace("\n", "<br>") + "</qt>"
