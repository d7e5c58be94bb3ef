"""The map painted by other things than clusters: any colours, shapes, hidden points."""

import numpy as np
import pytest

from audioclust_gui.plots import palette
from tests.gui.pictures import cross, pixels, shows

RED, GREEN, BLUE = (200, 10, 20, 255), (10, 180, 30, 255), (20, 30, 220, 255)
FAINT = (200, 10, 20, 51)


def inked(plot):
    """Where something is drawn."""
    return (pixels(plot) != palette.as_rgb(palette.ink(False).background)).any(axis=2)


@pytest.mark.parametrize("n", [5, 25_000])
def test_points_have_the_colours_of_their_rows_until_they_get_labels(plot, n):
    plot.set_positions(np.resize(cross(), (n, 2)))
    rows = np.resize([0, 1, -1, 1, 0], n)
    plot.set_paint(rows, [RED, GREEN, BLUE])
    assert all(shows(plot, colour) for colour in (RED, GREEN, BLUE))
    plot.set_dark(True)
    assert shows(plot, RED)
    plot.set_paint(rows, [RED, GREEN, FAINT])
    assert not shows(plot, BLUE)
    plot.set_labels(np.zeros(n))
    assert shows(plot, palette.table(1, True)[0])
    assert not shows(plot, RED)


def test_opacity_lets_the_background_through(plot):
    plot.set_positions(cross())
    plot.set_paint([0] * 5, [FAINT])
    share = FAINT[3] / 255
    white = np.array(palette.as_rgb(palette.ink(False).background))
    expected = share * np.array(FAINT[:3]) + (1 - share) * white
    place = plot.place_of(0).toPoint()
    np.testing.assert_allclose(pixels(plot)[place.y(), place.x()], expected, atol=3)
    assert plot.index_at(place) == 0
    plot.set_paint([0] * 5, [(*RED[:3], 0)])
    assert not inked(plot)[place.y(), place.x()]
    assert plot.index_at(place) == 0


def test_light_makes_painted_points_faint_too(plot):
    plot.set_positions(cross())
    plot.set_paint([0, 1, 2, -1, -2], [RED, GREEN, BLUE])
    plot.set_lit([1])
    assert shows(plot, GREEN)
    assert not shows(plot, RED)
    assert not shows(plot, BLUE)


def test_a_long_ramp_has_all_its_colours(plot):
    n = 1000
    plot.set_positions(np.stack(np.divmod(np.arange(n), 40)[::-1], axis=1))
    table = np.full((n, 4), 255, np.uint8)
    table[:, 0], table[:, 1] = np.arange(n) % 250, np.arange(n) // 4
    plot.set_paint(np.arange(n), table)
    seen = {tuple(colour) for colour in pixels(plot).reshape(-1, 3).tolist()}
    assert {tuple(colour) for colour in table[:, :3].tolist()} <= seen


@pytest.mark.parametrize(
    ("rows", "table", "shapes", "said"),
    [
        ([0, 0], [RED], None, r"rows: shape \(5,\) expected"),
        ([0, 0, 0, 0, 2], [RED, RED], None, "rows: -2 to 1 expected, found 0 to 2"),
        ([0, 0, 0, 0, -3], [RED, RED], None, "rows: -2 to 1 expected, found -3 to 0"),
        ([0] * 5, [RED[:3]], None, r"table: shape \(m, 4\) expected"),
        ([0] * 5, [RED], [0, 1], r"shapes: shape \(5,\) expected"),
        ([0] * 5, [RED], [0, 1, 2, 3, 9], "shapes: 0 to 8 expected, found 0 to 9"),
    ],
)
def test_paint_that_does_not_fit_is_refused_and_changes_nothing(
    plot, rows, table, shapes, said
):
    plot.set_positions(cross())
    before = pixels(plot)
    with pytest.raises(ValueError, match=said):
        plot.set_paint(rows, table, shapes)
    np.testing.assert_array_equal(pixels(plot), before)


def test_painted_points_are_discs_and_dots_unless_shapes_are_given(plot):
    plot.set_positions(cross()[1:])
    plot.set_paint([0, 0, 0, -1], [RED, RED])
    discs = inked(plot)

    def form(drawn, index):
        place = plot.place_of(index).toPoint()
        rows, columns = (slice(at - 9, at + 10) for at in (place.y(), place.x()))
        return drawn[rows, columns]

    np.testing.assert_array_equal(form(discs, 0), form(discs, 2))
    assert form(discs, 3).sum() < form(discs, 0).sum()
    plot.set_paint([0, 0, 0, -1], [RED, RED], [1, 4, 2, 3])
    shaped = inked(plot)
    forms = {form(shaped, index).tobytes() for index in range(4)}
    assert len(forms) == 4


def test_shapes_of_their_own_stay_with_points_of_any_colour(plot):
    plot.set_positions(cross()[1:])
    plot.set_labels([0, 0, 0, 0])
    by_cluster = inked(plot)
    plot.set_shapes([1, 2, 3, 4])
    by_label = inked(plot)
    assert (by_cluster != by_label).sum() > 20
    plot.set_labels([5, 6, 7, -1])
    np.testing.assert_array_equal(inked(plot), by_label)
    plot.set_paint([0, 0, 0, 0], [RED])
    np.testing.assert_array_equal(inked(plot), by_label)
    plot.set_shapes(None)
    plot.set_labels([0, 0, 0, 0])
    np.testing.assert_array_equal(inked(plot), by_cluster)


@pytest.mark.parametrize("n", [5, 25_000])
def test_hidden_points_are_nowhere_until_they_are_shown_again(plot, n):
    plot.set_positions(np.resize(cross(), (n, 2)))
    labels = np.resize([0, 1, 2, 3, 4], n)
    plot.set_labels(labels)
    plot.set_selection([1])
    before, place = pixels(plot), plot.place_of(1)
    plot.set_hidden(labels == 1)
    assert not shows(plot, palette.table(5, False)[1])
    assert shows(plot, palette.table(5, False)[2])
    assert plot.index_at(place) == -1
    assert plot.place_of(1) is None
    plot.set_positions(plot.positions + 0)  # hidden all the same
    assert not shows(plot, palette.table(5, False)[1])
    plot.set_hidden(None)
    np.testing.assert_array_equal(pixels(plot), before)
    plot.set_hidden(np.ones(n, bool))
    assert (pixels(plot)[20:-20, 20:-20] == pixels(plot)[8, 8]).all()
    plot.set_positions(cross()[:3])
    assert inked(plot).any()


def test_what_lies_under_hidden_points_is_seen(plot):
    plot.set_positions(np.zeros((3, 2)))
    plot.set_labels([0, 1, 2])
    plot.set_hidden([False, False, True])
    assert shows(plot, palette.table(3, False)[1])
    assert plot.index_at(plot.place_of(0)) == 1


@pytest.mark.parametrize("n", [5, 25_000])
def test_links_lead_to_neighbours_and_nearer_ones_are_stronger(plot, n):
    plot.set_positions(np.resize(cross(), (n, 2)))
    plot.clearFocus()
    before = pixels(plot)
    plot.set_links(0, [1, 2, 3])
    drawn = pixels(plot)

    def dark(index):
        half = (plot.place_of(0) + plot.place_of(index)) / 2
        x, y = half.toPoint().toTuple()
        return int(before[y - 3 : y + 4, x - 3 : x + 4].astype(int).sum()) - int(
            drawn[y - 3 : y + 4, x - 3 : x + 4].astype(int).sum()
        )

    assert dark(1) > dark(2) > dark(3) > 0
    assert dark(4) == 0
    plot.set_hidden(np.arange(n) == 2)
    drawn = pixels(plot)
    assert dark(1) > 0
    plot.set_hidden(None)
    plot.set_links(None)
    np.testing.assert_array_equal(pixels(plot), before)


def test_links_pass_under_few_points_and_over_many(plot):
    for n, under in (5, True), (25_000, False):
        positions = np.resize(cross(), (n, 2))
        positions[4] = (1, 0)  # between the two
        positions[5:] = positions[4]
        plot.set_positions(positions)
        place = plot.place_of(4).toPoint()
        before = pixels(plot)[place.y(), place.x()]
        plot.set_links(0, [1])
        same = (pixels(plot)[place.y(), place.x()] == before).all()
        assert same == under


@pytest.mark.parametrize("n", [0, 1, 2, 30_000])
@pytest.mark.parametrize("place", ["one", "line", "far", "some nowhere", "all nowhere"])
def test_any_number_of_points_in_any_places_can_be_painted_and_found(plot, n, place):
    rng = np.random.default_rng(8)
    positions = rng.normal(size=(n, 2)).astype(np.float32)
    if place == "one":
        positions[:] = 3
    elif place == "line":
        positions[:, 1] = -2
    elif place == "far":
        positions *= np.float32(1e11)
        positions[: n // 2] *= np.float32(1e-9)
    elif place == "some nowhere":
        positions[rng.random(n) < 0.5] = np.nan
    else:
        positions[:] = np.nan
    plot.set_positions(positions)
    plot.set_paint(rng.integers(-2, 9, n), np.full((9, 4), 200))
    plot.set_selection(np.arange(n // 2))
    plot.set_lit(np.arange(n // 3))
    plot.set_hidden(rng.random(n) < 0.2)
    plot.set_links(0 if n else None, np.arange(min(n, 5)))
    plot.grab()
    seen = [index for index in range(min(n, 40)) if plot.place_of(index) is not None]
    for index in seen:
        assert plot.index_at(plot.place_of(index)) >= 0
    plot.zoom_to(np.arange(n))
    plot.grab()
    plot.points_in_view()
