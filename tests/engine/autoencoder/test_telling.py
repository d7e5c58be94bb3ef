"""What is told of a run while it goes: little, and nothing twice."""

from engine.autoencoder import telling
from engine.autoencoder.course import Course
from engine.autoencoder.history import Epoch
from engine.autoencoder.recipe import Recipe


def test_the_history_is_told_when_an_epoch_has_ended_and_arrives(monkeypatch):
    monkeypatch.setattr(telling, "_TOLD", 0.0)
    told = []
    teller, course = telling.Teller("run", told.append), Course(Recipe())
    teller.begin_epoch(4)
    for number in (1, 2):
        course.history = course.history.adding(Epoch(number, train=0.5))
        for _ in range(3):
            teller.count(8)
            teller.tell(course, number + 1)
    sent = [len(step.partial.history) for step in told]
    assert sent == [1, 0, 0, 2, 0, 0]
    assert [step.must_arrive for step in told] == [size > 0 for size in sent]
