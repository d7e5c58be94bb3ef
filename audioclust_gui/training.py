"""Trains networks on the document's clips, and lets these be described by them.

Training goes on whatever is opened, shown or closed but the window itself, and what
was kept of it is on the disk: who ends the window finds it again at the next start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal

from audioclust_gui.adopting import Adopting
from audioclust_gui.document import Document
from audioclust_gui.jobs import Jobs
from audioclust_gui.network_questions import (
    STEPS,
    NetworkQuestions,
    keys_of,
)
from audioclust_gui.run_list import RunList
from audioclust_gui.run_words import (
    in_words,
    new_name,
    offer_in_words,
    why_untrainable,
)
from audioclust_gui.studying import Keys
from audioclust_gui.trainer import Trainer
from audioclust_gui.worker import Failure
from engine.autoencoder.history import Moment
from engine.autoencoder.presets import PRESETS, NetworkPreset, preset_of
from engine.autoencoder.recipe import Recipe
from engine.autoencoder.runs import Run
from engine.progress import Step
from engine.projects.project import Project

_NOT_KEPT = "It was not kept, or is not there any more."


class Training(Trainer):
    """What is trained, what was, and what one can do with it.

    Runs go by their ids, networks by the names that `Run.network` returns, clips by
    their places in the collection that is open.

    Parameters
    ----------
    document : Document
    jobs : Jobs

    Attributes
    ----------
    recipe : Recipe
        What the next run is made by.
    presets : mapping of str to NetworkPreset
        The recipes that there are by name.
    shown : frozenset of str
        The runs whose curves are to be seen.
    look, pairs, between : callable
        As those of `NetworkQuestions`; `looked` brings what `look` asks for.
    rename, remove, refresh : callable
        As those of `RunList`.
    use_features : callable
        As that of `Adopting`: the way back from `use`.
    """

    recipe_changed = Signal()
    runs_changed = Signal()
    shown_changed = Signal()
    looked = Signal(str, object)  # run, Look: a new one, or one that was asked for
    ended = Signal(str, str)  # run, outcome: a state of runs, "cancelled" or "crashed"
    offered = Signal(object)  # Run: it was interrupted, and can go on
    used = Signal()  # the clips are described otherwise from now on
    troubled = Signal(str, str)  # title, what happened and what to do
    noted = Signal(str, str)

    def __init__(self, document: Document, jobs: Jobs) -> None:
        super().__init__(jobs, document)
        self._document = document
        self.presets: Mapping[str, NetworkPreset] = PRESETS
        self.recipe = next(iter(PRESETS.values())).resolve()
        self.shown: frozenset[str] = frozenset()
        self._offered: set[str] = set()
        self._moved = ""  # the run that has moved last
        self._keys: Keys = ()  # of the clips that it is trained on
        self._resumed = False  # whether it had been trained before
        self._list = RunList(document, jobs, self)
        self._questions = NetworkQuestions(document, jobs, self)
        self._adopting = Adopting(document, jobs, self)
        asking, listing = self._questions, self._list
        self.look, self.pairs, self.between = asking.look, asking.pairs, asking.between
        self.rename, self.remove = listing.rename, listing.remove
        self.refresh = listing.refresh
        self.use_features = self._adopting.use_features
        self._connect()

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs on this collection's clips, the newest first.

        The one that is being trained has the epochs that it has had so far.
        """
        return self._list.runs_with(self.live)

    @property
    def runnable(self) -> bool:
        """Whether a run may be started, or may go on."""
        return not self.why_not

    @property
    def why_not(self) -> str:
        """Why no run can be started, in words; "" where one can."""
        if self.busy:
            return f"{self.live_name} is being trained"
        return why_untrainable(self._document.project)

    @property
    def preset(self) -> str:
        """The preset that the recipe is of, "" for one's own."""
        return preset_of(self.recipe)

    def run(self, run_id: str) -> Run | None:
        """Return a run, None where there is no such one."""
        return next((run for run in self.runs if run.id == run_id), None)

    def choose(self, recipe: Recipe) -> None:
        """Make the next run by this recipe."""
        if recipe != self.recipe:
            self.recipe = recipe
            self.recipe_changed.emit()

    def choose_preset(self, name: str) -> None:
        """Make the next run by a recipe that has a name, on the pictures chosen now.

        There are as many clusters as labels, else as many as are chosen.
        """
        found = self.presets[name].resolve(self._n_clusters)
        images = found.images.replace(feature=self.recipe.images.feature)
        self.choose(replace(found, images=images))

    @property
    def _n_clusters(self) -> int | None:
        project = self._document.project
        truth = project.dataset.labels
        return len(set(truth) - {""}) if truth else project.pipeline.n_clusters

    def show(self, run_id: str, on: bool) -> None:
        """Let the curves of a run be seen, or not."""
        shown = self.shown | {run_id} if on else self.shown - {run_id}
        if shown != self.shown:
            self.shown = shown
            self.shown_changed.emit()

    def start(self, name: str = "") -> None:
        """Train a network by the recipe; without a name it gets one."""
        first = self.presets[preset].label if (preset := self.preset) else "Run"
        name = name.strip() or new_name(first, self.runs)
        clips, pipeline = keys_of(self._document.project), self._document.pipeline
        self._train("train_clips", clips, pipeline, self.recipe, name=name, rest=name)

    def resume(self, run_id: str, epochs: int | None = None) -> None:
        """Go on with a run to so many epochs in all, by default those of its recipe."""
        run, pipeline = self.run(run_id), self._document.pipeline
        if run is not None:
            about = (run_id, keys_of(self._document.project), pipeline)
            self._train("resume_run", *about, name=run.name, rest=epochs, run=run_id)

    def more(self, run_id: str, epochs: int) -> None:
        """Train a run for so many more epochs than it has had."""
        if (run := self.run(run_id)) is not None:
            last = run.history.last
            self.resume(run_id, epochs + (0 if last is None else last.number))

    def use(self, run_id: str, epoch: int | None = None) -> None:
        """Describe the clips by a network, by default a run's best.

        One step of undo; embedding, groups and map follow by themselves. Where the
        recipe is that of a preset, its method is taken as well.
        """
        run = self.run(run_id)
        chosen = epoch if run is None or epoch is not None else run.best
        if run is None or chosen not in run.kept:
            self.troubled.emit("There is no such network", _NOT_KEPT)
        else:
            self._adopting.use(run, chosen, preset_of(run.recipe))

    def _connect(self) -> None:
        self._list.changed.connect(self.runs_changed)
        self._list.found.connect(self._on_found)
        self._list.damaged.connect(partial(self.noted.emit, "A network is not listed"))
        self._questions.looked.connect(self.looked)
        self._adopting.adopted.connect(self.used)
        for part in (self._list, self._questions, self._adopting):
            part.troubled.connect(self.troubled)
        self.prepared.connect(self._on_prepared)
        self._document.changed.connect(self._on_changed)
        self._document.replaced.connect(self._on_replaced)

    def _train(
        self, function: str, *about: object, name: str, rest: object, run: str = ""
    ) -> None:
        """Train, unless that is not possible now."""
        if self.why_not:
            self.troubled.emit("No network can be trained now", f"{self.why_not}.")
            return
        project = self._document.project
        self._keys, self._resumed = keys_of(project), bool(run)
        args = (*about, project.dataset.labels, rest)
        self._begin(f"{STEPS}:{function}", *args, name=name, run=run)

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.extraction is not new.extraction or old.pipeline is not new.pipeline:
            self.state_changed.emit()

    def _on_replaced(self) -> None:
        """Let a preset have the clusters of this collection, not of the last one."""
        if self.preset:
            now, found = (
                self.recipe,
                self.presets[self.preset].resolve(self._n_clusters),
            )
            network = now.network.replace(embedding=found.network.embedding)
            layer = now.layer.replace(clusters=found.layer.clusters)
            self.choose(replace(now, network=network, layer=layer))
        self.state_changed.emit()

    def _on_prepared(self, step: Step) -> None:
        """Keep what is to be known of a run, as that all clips are learnt from."""
        if step.must_arrive:
            self.noted.emit(f"Training {self.live_name}", step.message)

    def _on_moved(self, moment: Moment) -> None:
        new, look = moment.run != self._moved, moment.look
        self._moved = moment.run
        if new or moment.kept or look is not None:
            self._list.refresh()
        if new:
            self.show(moment.run, True)
        self.moved.emit(moment)
        if look is None:
            return
        if self._keys == keys_of(self._document.project):
            self.looked.emit(moment.run, look)
        elif self.run(moment.run) is not None:
            self.look(moment.run, look.epoch)  # its clips have other places now

    def _on_ended(
        self, run_id: str, name: str, outcome: str, value: Run | Failure | None
    ) -> None:
        self._moved = ""
        self._offered.discard(run_id)  # after a crash it is offered
        if outcome == "cancelled" and run_id and not self._resumed:
            self._list.discard(run_id)  # what a job leaves that would not listen
        else:
            self._list.refresh()
        if isinstance(value, Run):
            self.noted.emit("Training", in_words(value))
        elif value is not None:
            self.troubled.emit(f"Training {name}", value.message)
        self.ended.emit(run_id, outcome)

    def _on_found(self) -> None:
        """Show at least one run, and offer to go on with what was interrupted, once."""
        if self.runs and not any(run.id in self.shown for run in self.runs):
            self.show(self.runs[0].id, True)
        if self.busy:
            return  # it may be the very one
        for run in self.runs:
            if run.interrupted and run.resumable and run.id not in self._offered:
                self._offered.add(run.id)
                self.noted.emit("Training was interrupted", offer_in_words(run))
                self.offered.emit(run)
