"""Warnings in words: there when something goes wrong, silent when nothing does."""

from dataclasses import replace

import numpy as np
import pytest

from engine.autoencoder.history import Epoch, History, Look, Pairs, Symptom
from engine.autoencoder.symptoms import symptoms_of

NAN = float("nan")


def history(train, validation=None, **columns):
    validation = validation if validation is not None else [NAN] * len(train)
    rows = zip(train, validation, *columns.values(), strict=True)
    return History(
        tuple(
            Epoch(i, train=t, validation=v, **dict(zip(columns, rest, strict=True)))
            for i, (t, v, *rest) in enumerate(rows, 1)
        )
    )


def look(epoch, made):
    rng = np.random.default_rng(0)
    originals = rng.integers(0, 256, (8, 1, 8, 8)).astype(np.uint8)
    clips = np.arange(8)
    pairs = Pairs(clips, originals, made(originals), np.ones(8, np.float32))
    return Look(epoch, clips, np.zeros((8, 2), np.float32), pairs, pairs)


def falling(n, to=0.1):
    return to + np.exp(-np.arange(n) / 5.0)


def names(found):
    return [symptom.name for symptom in found]


def test_a_run_that_goes_well_has_none():
    rng = np.random.default_rng(0)
    train = falling(200) * rng.uniform(0.9, 1.1, 200)
    held = (falling(200) + 0.02) * rng.uniform(0.97, 1.03, 200)
    idle = np.where(np.arange(200) % 5 == 0, 0.1, NAN)
    whole = history(train, held, idle=idle)
    for n in range(0, 201, 7):
        assert not symptoms_of(whole.until(n), look(n, lambda given: given))


@pytest.mark.parametrize("lost", [NAN, float("inf")])
def test_a_loss_without_end_is_a_divergence(lost):
    (found,) = symptoms_of(history([1.0, 0.8, lost, lost]))
    assert (found.name, found.epoch) == ("divergence", 3)
    assert "learning rate" in found.words


def test_a_loss_that_grows_several_times_is_a_divergence():
    train = [1.0, 0.5, 0.2, 0.5, 0.9, 1.5, 3.0]
    (found,) = symptoms_of(history(train))
    assert (found.name, found.epoch) == ("divergence", 5)
    assert "15.0 times" in found.words
    assert "epoch 3" in found.words
    assert not symptoms_of(history([*train, 0.3]))


def test_a_loss_that_falls_from_a_great_height_is_a_divergence_all_the_same():
    (found,) = symptoms_of(history([3.8e7, 2e6, 40.0, 12.5]))
    assert (found.name, found.epoch) == ("divergence", 1)
    assert "12.5" in found.words
    assert not symptoms_of(history([3.8e7, 2e6, 40.0, 0.9]))


def test_jitter_of_a_loss_near_zero_is_none():
    assert not symptoms_of(history([1.0, 0.01, 1e-5, 1e-3]))


def test_a_clustering_layer_begins_with_another_loss():
    before = history([1.0, 0.1, 0.02]).epochs
    after = [Epoch(n, phase=1, train=0.3) for n in (4, 5)]
    assert not symptoms_of(History((*before, *after)))
    worse = [Epoch(n, phase=1, train=3.0) for n in (6, 7)]
    assert names(symptoms_of(History((*before, *after, *worse)))) == ["divergence"]


def test_dimensions_that_do_nothing_are_a_collapse():
    idle = [0.9, NAN, NAN, NAN, NAN, 0.2, NAN, 0.6, NAN, 0.75]
    whole = history(falling(10), idle=idle)
    (found,) = symptoms_of(whole)
    assert (found.name, found.epoch) == ("collapse", 8)
    assert "75%" in found.words
    assert not symptoms_of(whole.until(7))
    assert not symptoms_of(whole.until(5)), "no network tells clips apart at first"


def test_one_picture_for_all_clips_is_a_collapse():
    def same(originals):
        return np.repeat(originals.mean(0, keepdims=True), 8, 0).astype(np.uint8)

    whole = history(falling(30))
    (found,) = symptoms_of(whole, look(30, same))
    assert (found.name, found.epoch) == ("collapse", 30)
    assert "one picture" in found.words
    assert not symptoms_of(whole, look(1, same))
    pale = look(30, lambda given: (given // 4 + 96).astype(np.uint8))
    assert not symptoms_of(whole, pale)


def test_clips_that_are_all_the_same_are_no_collapse():
    shown = look(30, np.zeros_like)
    same = replace(shown.some, originals=shown.some.made)
    equal = replace(shown, some=same, worst=same)
    assert not symptoms_of(history(falling(30)), equal)


def test_learning_by_heart_is_overfitting():
    up = np.concatenate([falling(20, 0.2), 0.23 + 0.01 * np.arange(40)])
    down = falling(60, 0.0)
    (found,) = symptoms_of(history(down, up))
    assert found.name == "overfitting"
    assert "since epoch 20" in found.words
    assert 30 <= found.epoch <= 35
    # As much worse in both: then nothing is learnt by heart.
    assert not symptoms_of(history(up - 0.05, up))


def test_a_short_rise_is_none():
    up = [*falling(40, 0.2), *[0.3] * 8]
    assert not symptoms_of(history(falling(48, 0.0), up))


def test_no_validation_no_overfitting():
    assert not symptoms_of(history(falling(60, 0.0)))


def test_what_goes_on_was_seen_first_when_it_was_told_first():
    def same(originals):
        return np.full_like(originals, 7)

    whole = history(falling(40))
    told = symptoms_of(whole, look(20, same))
    (again,) = symptoms_of(whole, look(40, same), told)
    assert again.epoch == 20
    gone = (Symptom("divergence", "It was.", 2),)
    assert not symptoms_of(whole, look(40, lambda given: given), gone)
