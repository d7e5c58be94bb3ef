"""The pipeline: what is asked of the engine, from the feature to the map."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from audioclust_gui.document import Document
from audioclust_gui.forms import ParamsForm, let_wheel_pass
from audioclust_gui.presets import Presets
from audioclust_gui.second_map import SecondMap
from audioclust_gui.training import Training
from audioclust_gui.widgets.elided_label import ElidedLabel
from audioclust_gui.widgets.network_picker import NetworkPicker
from audioclust_gui.widgets.preset_picker import PresetPicker
from audioclust_gui.widgets.section import Section
from audioclust_gui.workflow import AUTOMATIC_LIMIT, Workflow
from engine.clustering.methods import METHODS
from engine.errors import ParameterError
from engine.params import Params
from engine.projects.pipeline import AFTER_NETWORK
from engine.projects.project import Project


class PipelineView(QWidget):
    """Forms for every step, and the button that runs them.

    Parameters
    ----------
    document : Document
    workflow : Workflow
    presets : Presets
    second : SecondMap
        Which is run as well.
    training : Training
        Whose networks the clips may be described by.
    """

    refused = Signal(str)  # why a combination of values is not possible

    def __init__(
        self,
        document: Document,
        workflow: Workflow,
        presets: Presets,
        second: SecondMap,
        training: Training,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._workflow = workflow
        self._second = second
        self._training = training
        pipeline = document.pipeline
        self.preparation = self._form(pipeline.preparation, "preparation")
        self.features = self._form(pipeline.features, "features")
        self.preset = PresetPicker(presets)
        self.features.put_first("Preset", self.preset)
        self.representation = self._form(pipeline.representation, "representation")
        self.network = NetworkPicker(training, "Features")
        self.network.setAccessibleName("Clips are described by")
        self.network.setToolTip(
            "What a clip is in numbers: features, or the embedding of a network that "
            "was trained on their pictures"
        )
        self.network.picked.connect(self._choose_network)
        self.representation.put_first("Clips by", self.network)
        self.projection = self._form(pipeline.projection, "projection")
        self.method = QComboBox()
        let_wheel_pass(self.method)
        for name, method in METHODS.items():
            self.method.addItem(method.label, name)
            tip = Qt.ItemDataRole.ToolTipRole
            self.method.setItemData(self.method.count() - 1, method.help, tip)
        self.method.setAccessibleName("Method")
        self.method.setToolTip("How clips are grouped")
        self.method.currentIndexChanged.connect(self._choose_method)
        self._method_box = QVBoxLayout()
        self.method_form: ParamsForm | None = None
        self.run = QPushButton("Run")
        self.run.setToolTip("Compute what is asked for; retry unusable files  (Ctrl+R)")
        self.run.clicked.connect(self.run_stale)
        self.automatic = QCheckBox("Automatically", checked=workflow.automatic)
        self.automatic.setToolTip(
            "Run after every change by itself, in collections of up to "
            f"{AUTOMATIC_LIMIT:,} clips"
        )
        self.automatic.toggled.connect(self._set_automatic)
        self._state = ElidedLabel()
        self._arrange()
        self._show()
        self._show_state()
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._show)
        workflow.state_changed.connect(self._show_state)
        second.state_changed.connect(self._show_state)

    def run_stale(self) -> None:
        """Compute what is missing, for the groups and for both maps."""
        self._workflow.run()
        if self._second.stale:
            self._second.run()

    def _form(self, params: Params, part: str) -> ParamsForm:
        form = ParamsForm(params)
        form.edited.connect(lambda new: self._commit(part, new))
        form.refused.connect(self.refused)
        return form

    def _arrange(self) -> None:
        method = QWidget()
        method.setLayout(self._method_box)
        self._method_box.setContentsMargins(0, 0, 0, 0)
        self._method_box.addWidget(self.method)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(4, 2, 4, 2)
        column.setSpacing(4)
        column.addWidget(Section("Representation", self.representation))
        column.addWidget(Section("Method", method))
        column.addWidget(Section("Map", self.projection))
        column.addWidget(Section("Features", self.features, open_=False))
        column.addWidget(Section("Preparation", self.preparation, open_=False))
        column.addStretch(1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        row = QHBoxLayout()
        row.addWidget(self.run)
        row.addWidget(self.automatic)
        row.addWidget(self._state, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 4, 6, 4)
        layout.addWidget(scroll, 1)
        layout.addLayout(row)

    def _commit(self, part: str, params: Params) -> None:
        project = self._document.project
        text = _difference(getattr(project.pipeline, part), params)
        try:
            pipeline = replace(project.pipeline, **{part: params})
        except ParameterError as error:
            self.refused.emit(str(error))
            self._show()
            return
        self._document.commit(replace(project, pipeline=pipeline), text, merge=True)

    def _choose_network(self, network: str) -> None:
        run_id, _, epoch = network.partition("@")
        if network:
            self._training.use(run_id, int(epoch))
        else:
            self._training.use_features()

    def _choose_method(self, index: int) -> None:
        project = self._document.project
        k = project.pipeline.n_clusters
        pipeline = replace(project.pipeline, method=self.method.itemData(index))
        if k is not None and pipeline.n_clusters is not None:
            pipeline = pipeline.with_n_clusters(k)  # a wish, whoever fulfils it
        self._document.commit(replace(project, pipeline=pipeline), "choose method")

    def _edit_method(self, params: Params) -> None:
        project = self._document.project
        text = _difference(project.pipeline.method_params, params)
        pipeline = project.pipeline.with_method_params(params)
        self._document.commit(replace(project, pipeline=pipeline), text, merge=True)

    def _on_changed(self, old: Project, new: Project) -> None:
        if old.pipeline is not new.pipeline:
            self._show()
        self._show_state()

    def _show(self) -> None:
        pipeline = self._document.pipeline
        self.preparation.set_params(pipeline.preparation)
        self.features.set_params(pipeline.features)
        self.representation.set_params(pipeline.representation)
        names = pipeline.representation.to_dict().keys()
        self.representation.set_idle(
            names - set(AFTER_NETWORK) if pipeline.network else ()
        )
        self.network.set_network(pipeline.network)
        self.projection.set_params(pipeline.projection)
        with QSignalBlocker(self.method):
            self.method.setCurrentIndex(self.method.findData(pipeline.method))
        params = pipeline.method_params
        form = self.method_form
        if form is None or type(form.params) is not type(params):
            if form is not None:
                self._method_box.removeWidget(form)
                form.deleteLater()
            # The number of clusters has a place of its own, shared by all methods.
            self.method_form = ParamsForm(params, without={"n_clusters"})
            self.method_form.edited.connect(self._edit_method)
            self.method_form.refused.connect(self.refused)
            self._method_box.addWidget(self.method_form)
            self.method_form.follow(self.method)
        self.method_form.set_params(params)

    def _set_automatic(self, on: bool) -> None:
        self._workflow.automatic = on
        if on and self._workflow.stale:
            self._workflow.run()

    def _show_state(self) -> None:
        flow, second = self._workflow, self._second
        project = self._document.project
        self.run.setEnabled(flow.runnable or second.runnable)
        small = len(project.dataset) <= AUTOMATIC_LIMIT
        self.automatic.setEnabled(small)
        why = "" if small else f"Over {AUTOMATIC_LIMIT:,} clips, nothing runs by itself"
        if not project.dataset.clips:
            words = ""
        elif flow.busy or second.busy:
            words = "Working…"
        elif flow.unusable:
            words = "No usable file"
        elif not flow.stale and not second.stale:
            words = "Up to date"
        else:
            words = "Stopped" if flow.halted or second.halted else "Changed"
        self._state.set_text(words)
        self._state.setToolTip(why)


def _difference(old: Params, new: Params) -> str:
    """Name what differs between two parameter sets, for the undo menu."""
    before, after = old.to_dict(), new.to_dict()
    names = [d.label for d in new.declared() if before[d.name] != after[d.name]]
    return "change " + ", ".join(names).lower()
