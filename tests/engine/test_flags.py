"""Flags that are made of parameters."""

import argparse
import json
from dataclasses import dataclass

import pytest

from engine.cli.command import MATRIX
from engine.cli.flags import ParamFlags, in_flags
from engine.clustering.kmeans import KMeansParams
from engine.clustering.methods import METHODS
from engine.errors import ParameterError
from engine.features.representation import RepresentationParams
from engine.params import Params, param


@dataclass(frozen=True)
class Sound(Params):
    lowpass: bool = param(False, label="Low-pass", help="100% off")
    cut_off: float = param(
        100.0, label="Cut", unit="Hz", low=1, high=1e4, needs=("lowpass", (True,))
    )
    feature: str = param(
        "mel", label="Feature", choices={"mel": "Mel", "mfcc": "MFCC"}, several=True
    )
    seed: int = param(0, label="Seed", low=0)


@dataclass(frozen=True)
class Round(Params):
    n_clusters: int = param(3, label="Clusters", low=1)
    seed: int = param(0, label="Seed", low=0, high=9)


@dataclass(frozen=True)
class Tree(Params):
    n_clusters: int = param(3, label="Clusters", low=2)
    linkage: str = param("ward", label="Linkage", choices={"ward": "W", "single": "S"})


FLAGS = ParamFlags({"sound": Sound}, {"round": Round, "tree": Tree}, "tree")


def read(*words: str, flags: ParamFlags = FLAGS):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    flags.add_to(parser)
    return flags.read(parser.parse_args(words))


def help_of(flags: ParamFlags) -> str:
    parser = argparse.ArgumentParser(formatter_class=argparse.HelpFormatter)
    flags.add_to(parser)
    return " ".join(parser.format_help().split())


def test_flags_become_the_parameters_they_are_called_after() -> None:
    params, method, given = read(
        "--lowpass", "--cut-off", "200", "--feature", "mfcc+mel", "--k", "5"
    )
    assert params["sound"] == Sound(lowpass=True, cut_off=200.0, feature="mel+mfcc")
    assert params["method_params"] == Tree(n_clusters=5)
    assert method == "tree"
    assert given == {"lowpass", "cut_off", "feature", "n_clusters"}


def test_no_flags_are_the_defaults() -> None:
    params, _, given = read()
    assert params == {"sound": Sound(), "method_params": Tree()}
    assert given == frozenset()


def test_one_seed_seeds_all_and_the_full_name_is_as_good_as_k() -> None:
    params, _, _ = read("--seed", "7", "--method", "round", "--n-clusters", "2")
    assert params["sound"] == Sound(seed=7)
    assert params["method_params"] == Round(n_clusters=2, seed=7)
    assert read("--seed", "7")[0]["sound"] == Sound(seed=7)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--k", "1"], r"--k \(Clusters\) must be at least 2; it is '1'"),
        (["--k", "many"], r"--k .*'many'"),
        (["--feature", "mel+tea"], r"--feature.*mel, mfcc; it is 'mel\+tea'"),
        (["--lowpass", "--cut-off", "nan"], r"--cut-off.*1 to 10000 Hz.*'nan'"),
        (["--method", "round", "--seed", "10"], r"--seed \(Seed\) must be 0 to 9"),
        (["--method", "round", "--linkage", "single"], r"--linkage.*round.*tree"),
        (["--cut-off", "50"], r"--cut-off has no effect without --lowpass"),
    ],
)
def test_what_is_wrong_is_said_by_the_name_of_the_flag(words, message) -> None:
    with pytest.raises(ParameterError, match=message):
        read(*words)


def test_an_error_of_the_engine_is_told_in_flags() -> None:
    with pytest.raises(ParameterError) as error:
        KMeansParams(n_init=0)
    assert in_flags(str(error.value)).startswith("--n-init (Starts) must be 1 to")
    assert in_flags("KMeansParams.n_clusters is 0") == "--k is 0"


def test_help_tells_label_unit_range_default_and_method() -> None:
    text = help_of(FLAGS)
    assert "--lowpass, --no-lowpass Low-pass. 100% off (default no)" in text
    assert "Cut (1 to 10000 Hz; default 100.0)" in text
    assert "Linkage (one of ward, single; default ward) [tree]" in text
    assert "--k N, --n-clusters N" in text


def test_a_file_gives_what_flags_do_not(tmp_path) -> None:
    file = tmp_path / "manifest.json"
    told = {
        "method": "round",
        "sound": {"seed": 4, "lowpass": True},
        "method_params": {"n_clusters": 8},
        "projection": {"unknown": "here"},
    }
    file.write_text(json.dumps({"parameters": told}))
    params, method, given = read("--params", str(file), "--seed", "5")
    assert params["sound"] == Sound(seed=5, lowpass=True)
    assert (method, params["method_params"]) == ("round", Round(n_clusters=8, seed=5))
    assert "n_clusters" in given
    # Another method's parameters are left alone.
    assert read("--params", str(file), "--method", "tree")[0]["method_params"] == Tree()


def test_a_file_may_hold_names_and_values_alone(tmp_path) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"seed": 3, "n_clusters": 6, "method": "round"}')
    params, _, _ = read("--params", str(file))
    assert params["sound"] == Sound(seed=3)
    assert params["method_params"] == Round(n_clusters=6, seed=3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "must be a JSON file"),
        ("[1]", "must be a JSON file"),
        ('{"colour": 1}', "no parameter 'colour'"),
        ('{"seed": -1}', r"Sound\.seed"),
        ('{"method": "square"}', "--method must be one of round, tree"),
    ],
)
def test_a_file_that_is_wrong_is_named(tmp_path, text, message) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(text)
    with pytest.raises(ParameterError, match=message):
        read("--params", str(file))


def test_a_file_that_is_missing_is_named(tmp_path) -> None:
    with pytest.raises(ParameterError, match=r"gone\.json"):
        read("--params", str(tmp_path / "gone.json"))


def test_every_real_parameter_has_a_flag_and_no_two_mean_different_things() -> None:
    methods = {name: method.params for name, method in METHODS.items()}
    flags = ParamFlags(MATRIX, methods, "kmeans")
    text = help_of(flags)
    everyone = [*MATRIX.values(), *methods.values()]
    for params in everyone:
        for declared in params.declared():
            assert f"--{declared.name.replace('_', '-')}" in text
    sections = {d.name for params in MATRIX.values() for d in params.declared()}
    for params in methods.values():
        assert sections & {d.name for d in params.declared()} <= {"seed"}


def test_what_depends_on_a_field_of_the_commands_own_is_accepted():
    parser = argparse.ArgumentParser()
    flags = ParamFlags(
        {"representation": RepresentationParams},
        skip=frozenset({"representation.pooling"}),
    )
    flags.add_to(parser)
    sets, _, _ = flags.read(parser.parse_args(["--frames", "16"]))
    assert sets["representation"].frames == 16
    with pytest.raises(ParameterError, match="--variance has no effect without"):
        flags.read(parser.parse_args(["--variance", "0.9"]))
