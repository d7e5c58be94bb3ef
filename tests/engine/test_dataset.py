"""A collection stays what it is wherever it travels."""

import copy
import pickle

from hypothesis import given
from hypothesis import strategies as st

from engine.audio.dataset import Clip, Dataset

NAMES = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
SPANS = st.tuples(st.floats(0, 1e6), st.none() | st.floats(0, 1e6))
CLIPS = st.lists(st.builds(lambda name, span: Clip(name, *span), NAMES, SPANS))


@given(CLIPS, NAMES, st.booleans())
def test_it_arrives_in_another_process_as_it_left(clips, root, labelled):
    columns = {"kind": tuple(clip.path for clip in clips)}
    dataset = Dataset(root, tuple(clips), columns, "kind" if labelled else None)
    arrived = pickle.loads(pickle.dumps(dataset))  # noqa: S301
    assert arrived == dataset
    assert arrived.labels == dataset.labels
    assert copy.deepcopy(dataset) == dataset


def test_a_clip_costs_little_on_the_way():
    clips = tuple(Clip(f"{i:06}.wav") for i in range(1000))
    travelling = pickle.dumps(Dataset("sounds", clips))
    assert len(travelling) / len(clips) < 30


def test_a_long_collection_does_not_hold_the_interpreter_object_by_object():
    clips = tuple(Clip(f"{i}.wav") for i in range(3))
    _, state = Dataset("sounds", clips).__reduce__()
    assert not any(isinstance(part, Clip) for part in state[1])
    assert state[1] == (("0.wav", "1.wav", "2.wav"), (0.0,) * 3, (None,) * 3)
