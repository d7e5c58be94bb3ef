"""A document on paper, its colouring, and workers that tests answer for."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject

from audioclust_gui.colouring import Colouring
from audioclust_gui.document import Document
from audioclust_gui.jobs import Job
from tests.gui.on_paper import collection


class Asked(QObject):
    """Stands for the workers: keeps questions, for tests to answer."""

    def __init__(self):
        super().__init__()
        self.questions = []
        self.jobs = []

    def ask(self, target, *args, title, then, slot):
        self.questions.append((target.partition(":")[2], args))
        self.jobs.append(Job(target, args, title))
        self.answer = then
        return self.jobs[-1]


@pytest.fixture
def asked(qtbot):
    return Asked()


@pytest.fixture
def document(qtbot):
    return Document()


@pytest.fixture
def colouring(document, asked):
    return Colouring(document, asked)


@pytest.fixture
def show(document, colouring, tmp_path):
    """Open a collection on paper, with these columns beside its labels."""

    def opened(n=60, columns=None, label="kind", **how):
        project = collection(n, **how)
        every = {**project.dataset.columns, **(columns or {})}
        kept = {k: v for k, v in every.items() if label or k != "kind"}
        dataset = replace(project.dataset, columns=kept, label_column=label)
        project = replace(project, dataset=dataset)
        document.open(project, tmp_path / "x.audioclust")
        return project

    return opened
