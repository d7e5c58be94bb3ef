"""What the points of every map are coloured and shaped by, and which are hidden."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from audioclust_gui.colour_choices import (
    CLUSTER,
    COLUMN,
    DESCRIPTOR,
    LABEL,
    MEMBERSHIP,
    PLAYS,
    SILHOUETTE,
    Choice,
    choices_of,
    degrees_of,
)
from audioclust_gui.columns import Categories, Numbers, named, read_column
from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.measuring import Measuring, about_features, about_groups
from audioclust_gui.painters import (
    by_category,
    by_cluster,
    by_membership,
    by_number,
    shaped,
    unknown,
)
from audioclust_gui.painting import Painting, Shown, Signs
from engine.features.descriptors import DESCRIPTORS, KEYS
from engine.projects.project import Project

_BY_GROUP = (CLUSTER, MEMBERSHIP)  # their codes are the ids of clusters
_NOTES = "key_"  # descriptors whose values are places in KEYS
_UNIT = re.compile(r"(?P<title>.*) \((?P<unit>[^()]*)\)")
_COMING, _STALE = "Being measured…", "From before the change; measured again after it"


class Colouring(QObject):
    """Paints the document's clips by what was chosen, and hides what was hidden.

    Parameters
    ----------
    document : Document
    jobs : Jobs
    """

    changed = Signal()
    """`painting` is another one, and perhaps `hidden`."""
    hidden_changed = Signal()
    """`hidden` is another one, and the painting is not."""
    choices_changed = Signal()
    """Other things can be chosen, or something else is."""
    troubled = Signal(str, str)

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(document)
        self._document = document
        self._choice = CLUSTER
        self._by_shape = False
        self._shown: dict[str, Shown] = {}  # by choice
        self._columns: dict[tuple[str, bool], tuple[object, Categories | Numbers]] = {}
        self._painting: Painting | None = None
        self._hidden: tuple[Painting, Shown, NDArray[np.bool_] | None] | None = None
        steps = "engine.projects.listening_steps:"
        self._descriptors = Measuring(
            document, jobs, steps + "descriptors", "Descriptors", about_features
        )
        self._silhouettes = Measuring(
            document, jobs, steps + "silhouettes", "Silhouettes", about_groups
        )
        for measuring in self._descriptors, self._silhouettes:
            measuring.changed.connect(self._refresh)
            measuring.troubled.connect(self.troubled)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)
        document.played_changed.connect(self._on_played)
        self._choices = choices_of(document.project)

    # What can be chosen -----------------------------------------------------------

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Everything to colour by, group by group."""
        return self._choices

    @property
    def choice(self) -> str:
        """The key of what is chosen."""
        return self._choice

    def choose(self, key: str) -> None:
        """Colour by something else, if it is there."""
        if key != self._choice and any(key == choice.key for choice in self._choices):
            self._take(key)
            self.choices_changed.emit()
            self._refresh()

    @property
    def shapes_by_label(self) -> bool:
        """Whether shapes tell labels, whatever colours tell."""
        return self._by_shape

    def set_shapes_by_label(self, on: bool) -> None:
        """Let shapes tell labels, or the same as the colours."""
        if on != self._by_shape:
            self._by_shape = on
            self._refresh()

    # What is seen -----------------------------------------------------------------

    @property
    def painting(self) -> Painting:
        """How the clips look; the same value until `changed`."""
        if self._painting is None:
            made, signs = self._made(), self._signs()
            self._painting = made if signs is None else shaped(made, signs)
        return self._painting

    @property
    def shown(self) -> Shown:
        """Which categories are shown."""
        return self._shown.get(self._choice, Shown())

    @property
    def hidden(self) -> NDArray[np.bool_] | None:
        """Which clips are not to be seen: shape (n,), or None for none of them."""
        painting, shown = self.painting, self.shown
        if shown == Shown():
            return None
        known = self._hidden
        if known is None or known[0] is not painting or known[1] != shown:
            hidden = ~shown.of(painting.codes)
            self._hidden = known = painting, shown, hidden if hidden.any() else None
        return known[2]

    def toggle(self, code: int) -> None:
        """Hide a category, or show it again."""
        self._show(self.shown.toggled(code))

    def solo(self, code: int) -> None:
        """Show only one category; a second time, all."""
        self._show(self.shown.solo(code))

    def invert(self) -> None:
        """Show what is hidden, and hide what is shown."""
        self._show(self.shown.inverted())

    def show_all(self) -> None:
        """Hide nothing."""
        self._show(Shown())

    def _show(self, shown: Shown) -> None:
        if shown != self.shown:
            self._shown[self._choice] = shown
            self.hidden_changed.emit()

    # What the document does -------------------------------------------------------

    def _on_changed(self, old: Project, new: Project) -> None:
        refusal = self._refusal
        fresh = old.dataset is not new.dataset
        if fresh:  # codes of columns may mean something else now
            self._shown = {k: s for k, s in self._shown.items() if k in _BY_GROUP}
        regrown = old.grouping is not new.grouping
        if fresh or regrown or old.extraction is not new.extraction:
            self._offer()
        regrouped = old.labels is not new.labels or old.edits is not new.edits
        by_group = self._choice in _BY_GROUP or self._refusal
        if fresh or (regrouped and by_group) or refusal != self._refusal:
            self._refresh()
        elif self._note != self.painting.note:  # of the same values
            self._painting = replace(self.painting, note=self._note)
            self.changed.emit()

    def _on_replaced(self) -> None:
        self._shown.clear()
        self._columns.clear()
        self._offer()
        self._refresh()

    def _on_played(self) -> None:
        if self._choice == PLAYS:
            self._refresh()

    def _offer(self) -> None:
        before, self._choices = self._choices, choices_of(self._document.project)
        gone = not any(choice.key == self._choice for choice in self._choices)
        if gone:
            self._take(CLUSTER)
        if gone or before != self._choices:
            self.choices_changed.emit()

    def _take(self, key: str) -> None:
        self._choice = key
        self._descriptors.want(key.startswith(DESCRIPTOR))
        self._silhouettes.want(key == SILHOUETTE)

    def _refresh(self) -> None:
        self._painting = None
        self.changed.emit()

    # How it is made ---------------------------------------------------------------

    @property
    def _chosen(self) -> Choice:
        return next(choice for choice in self._choices if choice.key == self._choice)

    @property
    def _refusal(self) -> str:
        return self._chosen.refusal

    @property
    def _measuring(self) -> Measuring | None:
        """Who is asked about what was chosen; None where nobody has to be."""
        if self._choice == SILHOUETTE:
            return self._silhouettes
        return self._descriptors if self._choice.startswith(DESCRIPTOR) else None

    @property
    def _note(self) -> str:
        """What has to be said about what was chosen."""
        if self._refusal:
            return f"{self._chosen.text}: {self._refusal}"
        measuring = self._measuring
        if measuring is None:
            return ""
        if measuring.answer is None:
            return measuring.trouble or _COMING
        return "" if measuring.fresh else measuring.trouble or _STALE

    def _made(self) -> Painting:
        project, choice = self._document.project, self._choice
        if choice == CLUSTER or self._refusal:
            return by_cluster(project.labels, project.title, note=self._note)
        if choice == MEMBERSHIP:
            return by_membership(project.labels, degrees_of(project), project.title)
        if choice == PLAYS:
            plays = self._document.plays.astype(np.float64)
            return by_number("Play count", plays, "", counted=True)
        if self._measuring is not None:
            return self._measured(self._measuring)
        if choice == LABEL:
            name = project.dataset.label_column
            return by_category(name, self._column(name, as_names=True), "No label")
        name = choice.removeprefix(COLUMN)
        found = self._column(name)
        if isinstance(found, Numbers):
            return by_number(name, found.values, "No value")
        return by_category(name, found, "No value")

    def _measured(self, measuring: Measuring) -> Painting:
        answer, note = measuring.answer, self._note
        if measuring is self._silhouettes:
            title, missing = "Silhouette", "No silhouette"
        else:
            name = self._choice.removeprefix(DESCRIPTOR)
            title, missing = DESCRIPTORS[name], "No value"
            answer = None if answer is None else answer[name]
        n_clips = len(self._document.project.dataset)
        if answer is None or len(answer) != n_clips:
            return unknown(title, n_clips, note)
        if measuring is self._silhouettes:
            return by_number(title, answer, missing, diverging=True, note=note)
        if name.startswith(_NOTES):
            return by_category(title, named(answer, KEYS), missing, note)
        parts = _UNIT.fullmatch(title)
        title, unit = parts.groups() if parts else (title, "")
        return by_number(title, answer, missing, unit=unit, note=note)

    def _signs(self) -> Signs | None:
        dataset = self._document.project.dataset
        if not self._by_shape or dataset.label_column is None:
            return None
        labels = self._column(dataset.label_column, as_names=True)
        return Signs(dataset.label_column, labels)

    def _column(self, name: str, *, as_names: bool = False) -> Categories | Numbers:
        """Read a column, unless it was read before."""
        values = self._document.project.dataset.columns[name]
        known = self._columns.get((name, as_names))
        if known is None or known[0] is not values:
            known = values, read_column(values, as_names=as_names)
            self._columns[name, as_names] = known
        return known[1]
