"""Parameters: what a value may be, what is said when it is not, and what counts."""

import json
import math
from dataclasses import FrozenInstanceError, dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ParameterError
from engine.params import Params, param


@dataclass(frozen=True)
class Filter(Params):
    kind: str = param("none", label="Kind", choices={"none": "None", "low": "Low-pass"})
    cutoff: float = param(
        8192.0,
        label="Cut-off",
        unit="Hz",
        low=20,
        high=20_000,
        needs=("kind", ("low",)),
    )
    order: int = param(8, label="Order", low=1, high=16)
    zero_phase: bool = param(True, label="Zero phase")
    name: str = param("", label="Name")
    gain: float = param(0.0, label="Gain", unit="dB", high=12)

    def check(self):
        if self.kind == "low" and self.order % 2:
            raise ParameterError(f"Filter.order must be even; it is {self.order}")


def test_values_keep_their_declared_type():
    made = Filter(cutoff=100, order=4.0, gain=np.float32(-3))
    assert [type(v) for v in (made.cutoff, made.order, made.gain)] == [
        float,
        int,
        float,
    ]
    assert Filter(order=np.int64(3)).order == 3
    assert Filter(zero_phase=np.bool_(False)).zero_phase is False


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("cutoff", 19.9, "20 to 20000 Hz"),
        ("cutoff", math.nan, "20 to 20000 Hz"),
        ("cutoff", "100", "20 to 20000 Hz"),
        ("gain", math.inf, "at most 12 dB"),
        ("gain", -math.inf, "at most 12 dB"),
        ("order", 0, "1 to 16"),
        ("order", 17, "1 to 16"),
        ("order", 2.5, "1 to 16"),
        ("order", True, "1 to 16"),
        ("order", None, "1 to 16"),
        ("kind", "high", "one of none, low"),
        ("zero_phase", 1, "yes or no"),
        ("name", 3, "any str"),
    ],
)
def test_a_value_out_of_range_names_field_range_and_value(field, value, allowed):
    with pytest.raises(ParameterError) as caught:
        Filter(**{field: value})
    message = str(caught.value)
    assert message.startswith(f"Filter.{field} (")
    assert f"must be {allowed}" in message
    assert repr(value) in message


@pytest.mark.parametrize("value", [20, 20_000, 20.0])
def test_both_ends_of_a_range_are_inside(value):
    assert Filter(cutoff=value).cutoff == value


def test_fields_that_contradict_are_refused_also_in_a_copy():
    odd = Filter(order=3)
    with pytest.raises(ParameterError, match="even; it is 3"):
        odd.replace(kind="low")


def test_a_parameter_set_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        Filter().order = 2


@given(
    st.builds(
        Filter,
        kind=st.sampled_from(["none", "low"]),
        cutoff=st.floats(20, 20_000),
        order=st.integers(1, 8).map(lambda i: 2 * i),
        zero_phase=st.booleans(),
        name=st.text(),
        gain=st.floats(-1e300, 12),
    )
)
def test_a_parameter_set_survives_json(params):
    again = Filter.from_dict(json.loads(json.dumps(params.to_dict())))
    assert again == params
    assert again.key() == params.key()


def test_missing_values_take_the_default_and_unknown_ones_are_refused():
    assert Filter.from_dict({"order": 2}) == Filter(order=2)
    with pytest.raises(
        ParameterError, match=r"no parameter 'slope'; it has \['cutoff'"
    ):
        Filter.from_dict({"slope": 1})


def test_the_key_tells_apart_what_matters_and_only_that():
    assert not Filter().matters("cutoff")
    assert Filter(cutoff=100).key() == Filter().key()
    assert Filter(kind="low", cutoff=100).key() != Filter(kind="low").key()
    assert Filter(order=2).key() != Filter().key()


def test_the_key_names_the_kind_of_parameters_too():
    @dataclass(frozen=True)
    class Other(Params):
        order: int = param(8, label="Order")

    @dataclass(frozen=True)
    class Another(Params):
        order: int = param(8, label="Order")

    assert Other().key() != Another().key()
    assert Other(order=8.0).key() == Other().key()


def test_declarations_come_in_the_order_in_which_they_were_written():
    names = [field.name for field in Filter.declared()]
    assert names == ["kind", "cutoff", "order", "zero_phase", "name", "gain"]
    cutoff = Filter.declared()[1]
    assert (cutoff.kind, cutoff.default, cutoff.label) == (float, 8192.0, "Cut-off")


@dataclass(frozen=True)
class Mixture(Params):
    parts: str = param(
        "b", label="Parts", choices={"a": "A", "b": "B", "c": "C"}, several=True
    )


@pytest.mark.parametrize(("given", "kept"), [("c+a", "a+c"), ("b+b", "b"), ("a", "a")])
def test_several_choices_are_joined_in_the_order_of_the_offer(given, kept):
    assert Mixture(given).parts == kept
    assert Mixture.from_dict({"parts": given}).key() == Mixture(kept).key()


@pytest.mark.parametrize("bad", ["", "a+", "a+d", "a b", None, 3])
def test_several_choices_are_refused_when_one_is_unknown(bad):
    with pytest.raises(ParameterError, match=r'joined by "\+", of a, b, c'):
        Mixture(bad)
