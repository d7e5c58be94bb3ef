"""What paintings say about clips, and what their legends say about them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from audioclust_gui.columns import KEPT, MOST, read_column
from audioclust_gui.painters import (
    by_category,
    by_cluster,
    by_membership,
    by_number,
    scale_of,
    shaped,
)
from audioclust_gui.painting import Shown, Signs
from audioclust_gui.plots import palette
from audioclust_gui.plots.legend_content import Scale
from audioclust_gui.plots.ramp import STEPS, ramp


def lines(painting, shown=None):
    return [(e.text, e.count) for e in painting.legend(False, shown).entries]


def test_clusters_are_listed_by_id_then_noise_then_the_rest():
    labels = np.array([5, -1, 5, 0, -2, -2, -2], np.int32)
    names = {-1: "Noise", -2: "Not grouped"}
    painting = by_cluster(labels, lambda code: names.get(code, f"#{code}"))
    assert lines(painting) == [("#0", 1), ("#5", 2), ("Noise", 1), ("Not grouped", 3)]
    assert (painting.table(True) == palette.table(6, True)).all()
    signs = {e.text: (e.shape, e.colour) for e in painting.legend(True).entries}
    assert signs["Noise"][0] == palette.DOT
    assert signs["#5"] == (palette.shapes(5), tuple(palette.table(6, True)[5].tolist()))


def test_names_beyond_the_most_frequent_share_a_colour_of_their_own():
    values = ["common"] * 3 + [f"name {i}" for i in range(MOST)]
    painting = by_category("c", read_column(values), "No value")
    table = painting.table(False)
    assert len(table) == KEPT + 3
    assert tuple(table[KEPT, :3]) == palette.as_rgb(palette.ink(False).text)
    assert (table[-2:] == palette.table(0, False)).all()
    assert lines(painting)[-1] == (f"{MOST + 1 - KEPT} others", MOST + 1 - KEPT)


def test_a_scale_is_not_stretched_by_outliers_and_tells_of_them():
    values = np.append(np.linspace(10, 20, 999), [1e6, np.nan, np.inf])
    painting = by_number("t", values, "No value", unit="Hz")
    assert 10 <= painting.scale.low < 10.5
    assert 19.5 < painting.scale.high <= 20
    assert painting.scale.beyond == "All values: 10 to 1e+06 Hz"
    assert painting.rows[[0, 998, 999]].tolist() == [0, STEPS - 1, STEPS - 1]
    assert painting.rows[-2:].tolist() == [-1, -1]
    assert lines(painting) == [("No value", 2)]
    assert painting.heading == "t (Hz)"
    assert painting.legend(False).bar.colours.tolist() == ramp(False)[:STEPS].tolist()


def test_zero_is_the_middle_where_sides_matter():
    painting = by_number("s", np.array([-0.2, 0.0, 0.8]), "-", diverging=True)
    assert painting.scale.low == -painting.scale.high
    assert painting.rows[1] in (STEPS // 2 - 1, STEPS // 2)


@pytest.mark.parametrize("values", [[], [np.nan], [3.0], [0.0, 0.0], [5.0] * 99 + [6]])
def test_scales_of_hardly_any_values_have_two_ends(values):
    scale = by_number("n", np.array(values), "-").scale
    assert scale.low < scale.high
    counts = by_number("n", np.nan_to_num(np.array(values)), "-", counted=True).scale
    assert counts.low == 0
    assert all(float(text) == int(float(text)) for _, text in counts.ticks())


@pytest.mark.parametrize("span", [5e-324, 1e-310, 1e-299, 1e-200])
def test_a_scale_may_be_as_narrow_as_numbers_are(span):
    (first, *_), *_, (last, *_) = Scale(-span, span, -span, span).ticks()
    assert 0 <= first < last <= 1


numbers = st.floats(allow_nan=True, allow_infinity=True, width=64)


@given(arrays(np.float64, st.integers(0, 30), elements=numbers), st.booleans())
def test_any_numbers_have_a_row_in_the_table(values, diverging):
    painting = by_number("n", values, "-", diverging=diverging)
    assert ((painting.rows >= -1) & (painting.rows < STEPS)).all()
    assert ((painting.rows < 0) == ~np.isfinite(values)).all()
    shares = [share for share, _ in painting.scale.ticks()]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)
    assert isinstance(painting.scale.beyond, str)


def test_ticks_are_round_and_few():
    scale = Scale(0.13, 0.94, 0.13, 0.94)
    assert [text for _, text in scale.ticks()] == ["0.2", "0.4", "0.6", "0.8"]
    assert scale.ticks()[0][0] == pytest.approx(0.07 / 0.81)
    whole = Scale(0, 3, 0, 3, whole=True)
    assert [text for _, text in whole.ticks(9)] == ["0", "1", "2", "3"]
    assert scale_of(np.array([1000.0, 5000.0]), "").ticks()[0][1] == "2,000"


def test_who_hardly_belongs_is_faint_in_the_colour_of_its_cluster():
    labels = np.array([0, 0, 1, 1, -1, -2], np.int32)
    degrees = np.array([0.2, 1.0, 0.6, 1.0, np.nan, np.nan])
    painting = by_membership(labels, degrees, str)
    found = painting.table(True)[painting.rows]
    plain = palette.table(2, True)[labels]
    assert (found[:, :3] == plain[:, :3]).all()
    faint, whole, half, *_ = found[:, 3].tolist()
    assert faint < half < whole == 255
    assert (found[4:] == plain[4:]).all()
    assert painting.shapes.tolist() == palette.shapes(labels).tolist()
    assert [e.colour[3] for e in painting.legend(True).entries[:2]] == [255, 255]
    assert painting.bar_of(True) is not None


def test_shapes_tell_the_eight_most_frequent_labels_and_a_dot_the_rest():
    labels = read_column([f"l{i}" for i in range(10) for _ in range(20 - i)] + [""])
    clusters = by_cluster(np.zeros(len(labels.codes), np.int32), str)
    painting = shaped(clusters, Signs("kind", labels))
    assert sorted(set(painting.shapes.tolist())) == [*range(palette.DOT + 1)]
    assert (painting.shapes[labels.codes == 3] == 3).all()
    assert (painting.shapes[labels.codes >= 8] == palette.DOT).all()
    legend = painting.legend(False)
    assert legend.shapes_title == "Shape: kind"
    assert [e.text for e in legend.shapes[:2]] == ["l0", "l1"]
    assert legend.shapes[-1][::3] == ("Other labels, or none", 12 + 11 + 1)
    assert {e.shape for e in legend.entries} == {0}  # shapes mean something else


codes = st.integers(-2, 5)


@given(st.lists(codes), st.lists(st.tuples(st.sampled_from("tsi"), codes)))
def test_hiding_is_the_same_for_one_category_and_for_all_clips(clips, steps):
    shown = Shown()
    for step, code in steps:
        if step == "t":
            before = shown.has(code)
            shown = shown.toggled(code)
            assert shown.has(code) != before
        elif step == "s":
            alone = Shown(frozenset({code}), only=True)
            shown, before = shown.solo(code), shown
            assert shown == (Shown() if before == alone else alone)
        else:
            shown = shown.inverted()
    found = shown.of(np.array(clips, np.int32)).tolist()
    assert found == [shown.has(code) for code in clips]


def test_a_clip_tells_its_name_number_or_degree():
    numbers = by_number("Length", np.array([1.5, np.nan, np.inf]), "No value", unit="s")
    assert [numbers.told(clip) for clip in range(3)] == ["Length: 1.5 s", "", ""]
    degrees = np.array([0.25, np.nan])
    members = by_membership(np.array([3, -1], np.int32), degrees, str)
    assert [members.told(clip) for clip in range(2)] == ["Membership: 0.25", ""]
    named = by_cluster(np.array([4, -1], np.int32), lambda code: f"no. {code}")
    assert [named.told(clip) for clip in range(2)] == ["Cluster: no. 4", ""]
