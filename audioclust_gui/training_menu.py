"""The menu of networks: to train one, to go on with one, to describe clips by one."""

from __future__ import annotations

from audioclust_gui.filled_menu import FilledMenu
from engine.autoencoder.runs import STOPPED, Run


class TrainingMenu(FilledMenu):
    """To train networks, and to describe clips by them."""

    def _fill(self) -> None:
        menu, add, parts = self._menu, self._add, self._parts
        self._training = training = parts.training
        self._document = parts.document
        self._train = add("&Train", self._start, "Ctrl+Shift+T")
        self._pause = add("&Pause training", self._hold, "Ctrl+Shift+P", checked=False)
        self._stop = add("&Stop training and keep", training.stop)
        self._resume = add("&Resume training", self._go_on)
        menu.addSeparator()
        self._use = add("Describe clips by the best &network", self._describe)
        self._back = add("Describe clips by &features", training.use_features)
        for changed in (training.state_changed, training.runs_changed):
            changed.connect(self._show)
        parts.document.changed.connect(self._show_described)
        parts.document.replaced.connect(self._show_described)
        self._show()

    def _start(self) -> None:
        self._window.go_to("Training")
        self._window.training.start()

    def _hold(self, on: bool) -> None:
        if on:
            self._training.pause()
        else:
            self._training.go_on()

    def _go_on(self) -> None:
        if (run := self._resumable) is not None:
            self._window.go_to("Training")
            self._training.resume(run.id)

    def _describe(self) -> None:
        if (run := self._best) is not None:
            self._training.use(run.id)

    @property
    def _resumable(self) -> Run | None:
        """The newest run that was stopped or interrupted."""
        runs = (run for run in self._training.runs if run.resumable and not run.alive)
        return next(
            (run for run in runs if run.interrupted or run.state == STOPPED), None
        )

    @property
    def _best(self) -> Run | None:
        """The newest run of which a network was kept."""
        runs = self._training.runs
        return next((run for run in runs if run.best is not None), None)

    def _show(self) -> None:
        training = self._training
        going = training.busy and not training.leaving
        self._train.setEnabled(training.runnable)
        self._pause.setEnabled(going)
        self._pause.setChecked(training.paused)
        self._stop.setEnabled(going)
        self._resume.setEnabled(training.runnable and self._resumable is not None)
        self._use.setEnabled(self._best is not None)
        self._show_described()

    def _show_described(self) -> None:
        self._back.setEnabled(bool(self._document.pipeline.network))
