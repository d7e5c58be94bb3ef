"""The map on paper: sizes, what is on it, and names that want to be markup."""

import base64
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from audioclust_gui.plots import palette
from audioclust_gui.plots.legend_content import Bar, Entry, LegendContent, Scale
from audioclust_gui.plots.map_picture import SHAPES_UP_TO, png, svg
from audioclust_gui.plots.map_sheet import MapScene, Page
from audioclust_gui.plots.scatter_print import paint_view
from audioclust_gui.plots.scatter_shown import ScatterShown

SVG = "{http://www.w3.org/2000/svg}"
SIZE = QSizeF(400, 300)
HOSTILE = "<b>&\"'</text><script>x</script>\u202e\udcff\x00\n音"


@pytest.fixture(autouse=True)
def application(qapp):
    return qapp


def scene(n, *, legend=None, dark=False, zoom=1.0, **told):
    rng = np.random.default_rng(0)
    shown = ScatterShown()
    labels = rng.integers(-1, 9, n).astype(np.int32)
    shown.place(rng.uniform(0.05, 0.95, (n, 2)).astype(np.float32))
    shown.rows = labels
    for name, value in told.items():
        setattr(shown, name, value)
    view = 0.0, 0.0, 1.0 / zoom, 1.0 / zoom
    return MapScene.of(shown, view, SIZE, dark, None, legend)


def names(*texts):
    entries = [
        Entry(text, (200, 30, 30, 255), i % 9, 7) for i, text in enumerate(texts)
    ]
    return LegendContent("Cluster", entries)


def image(data):
    found = QImage.fromData(data)
    assert not found.isNull()
    return found


def rendered(data, width):
    """What another program shows of an SVG, on white."""
    renderer = QSvgRenderer(data)
    assert renderer.isValid()
    box = renderer.viewBoxF()
    size = width, round(width * box.height() / box.width())
    drawn = QImage(*size, QImage.Format.Format_RGB32)
    drawn.fill(Qt.GlobalColor.white)
    with QPainter(drawn) as painter:
        renderer.render(painter)
    return drawn


def grey(picture, width, height):
    """An image made smaller, as numbers 0 to 1."""
    smooth = Qt.TransformationMode.SmoothTransformation
    small = picture.scaled(width, height, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    small = small.convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(small.constBits(), np.uint8).reshape(height, -1)
    return lines[:, :width] / 255


def points_of(data):
    root = ET.fromstring(data)
    group = root.find(f".//{SVG}g[@id='points']")
    return [] if group is None else [e for e in group if e.get("class") != "ring"]


@pytest.mark.parametrize(("width", "dpi"), [(180, 300), (85, 600), (60, 72)])
def test_a_png_has_the_width_and_the_resolution_that_were_asked_for(width, dpi):
    found = image(png(scene(50, legend=names("a")), Page(width, dpi)))
    assert found.width() == pytest.approx(width / 25.4 * dpi, abs=1)
    assert found.dotsPerMeterX() == pytest.approx(dpi / 0.0254, abs=1)
    assert found.dotsPerMeterY() == found.dotsPerMeterX()


def test_an_svg_has_the_same_page_as_a_png():
    shown = scene(50, legend=names("a"))
    page = Page(120, 300, title="A title")
    root = ET.fromstring(svg(shown, page))
    assert root.get("width") == "120.000mm"
    picture = image(png(shown, page))
    wide, high = (
        float(root.get(side).removesuffix("mm")) for side in ("width", "height")
    )
    assert high / wide == pytest.approx(picture.height() / picture.width(), abs=2e-3)


@pytest.mark.parametrize("draw", ["png", "svg"])
@pytest.mark.parametrize("n", [1, 40, 2000])
def test_the_picture_shows_the_points_of_the_screen(n, draw):
    shown = scene(n, selected=np.arange(0, n, 9).astype(np.intp))
    screen = QImage(SIZE.toSize(), QImage.Format.Format_RGB32)
    screen.fill(QColor(palette.ink(False).background))
    with QPainter(screen) as painter:
        paint_view(
            painter, QRectF(screen.rect()), 1.0, shown.shown, shown.view, SIZE, True
        )
    page = Page(180, 300)
    found = (
        image(png(shown, page)) if draw == "png" else rendered(svg(shown, page), 2126)
    )
    margin = round(found.width() * 4 / 180)  # the picture has one, and the screen not
    found = found.copy(found.rect().adjusted(margin, margin, -margin, -margin))
    here, there = grey(screen, 200, 150), grey(found, 200, 150)
    assert np.corrcoef(here.ravel(), there.ravel())[0, 1] > 0.9
    assert abs(here.mean() - there.mean()) < 0.02


def test_every_point_in_view_is_a_shape_of_its_own():
    shown = scene(2000, selected=np.array([3, 8], np.intp), hidden=None)
    points = points_of(svg(shown, Page()))
    assert len(points) == 2000
    kinds = {element.tag.removeprefix(SVG) for element in points}
    assert kinds == {"circle", "path"}
    colours = palette.table(9, False)
    wanted = {
        "#{:02x}{:02x}{:02x}".format(*colour[:3]) for colour in colours[:9].tolist()
    }
    assert wanted <= {element.get("fill") for element in points}
    root = ET.fromstring(svg(shown, Page()))
    assert len(root.findall(f".//{SVG}circle[@class='ring']")) == 2
    left = shown.shown.drawn
    inside = ((left >= 0) & (left <= 0.5)).all(axis=1).sum()
    assert len(points_of(svg(scene(2000, zoom=2.0), Page()))) == inside


def test_hidden_points_are_not_drawn_and_unlit_ones_are_faint():
    shown = scene(30)
    shown.shown.hide(np.arange(30) < 10)
    assert len(points_of(svg(shown, Page()))) == 20
    lit = scene(30, lit=np.arange(30) < 4)
    faint = [e for e in points_of(svg(lit, Page())) if e.get("fill-opacity")]
    assert len(faint) >= 26


def test_many_points_are_an_image_and_the_words_stay_words():
    many = scene(100_000, legend=names("first", "second"))
    drawn = svg(many, Page(180, 300, title="Many"))
    root = ET.fromstring(drawn)
    assert not points_of(drawn)
    (held,) = root.iter(f"{SVG}image")
    href = next(value for key, value in held.items() if key.endswith("href"))
    inner = image(base64.b64decode(href.partition(",")[2]))
    assert inner.width() > 1000
    words = {"".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")}
    assert {"Many", "first", "second"} <= words
    assert 50_000 < len(drawn) < 8_000_000
    assert len(png(many, Page())) < 8_000_000
    few = scene(SHAPES_UP_TO)
    assert len(points_of(svg(few, Page()))) == SHAPES_UP_TO


def test_names_are_letters_and_nothing_else():
    legend = LegendContent(
        HOSTILE,
        [Entry(HOSTILE, (1, 2, 3, 255), 0, 1)],
        Bar(Scale(0, 1, -5, 5, HOSTILE), palette.table(4, False)),
        HOSTILE,
        [Entry(HOSTILE, (1, 2, 3, 255), 1, 1)],
        HOSTILE,
    )
    shown = scene(5, legend=legend)
    page = Page(180, 72, title=HOSTILE)
    root = ET.fromstring(svg(shown, page))
    assert not list(root.iter(f"{SVG}script"))
    assert not list(root.iter("script"))
    words = "".join(root.itertext())
    assert words.count("<b>&\"'</text>") >= 4
    assert not re.search("[\x00-\x08\u202e]", words)
    assert image(png(shown, page)).width() == 510


def test_the_ground_is_light_dark_or_not_there():
    corner = {}
    for name, dark, clear in (("l", 0, 0), ("d", 1, 0), ("c", 0, 1)):
        page, shown = Page(60, 72, clear=bool(clear)), scene(3, dark=bool(dark))
        corner[name] = image(png(shown, page)).pixelColor(1, 1)
        assert ("<rect" in svg(shown, page).decode()) == (not clear)
    assert corner["l"].name() == palette.LIGHT.background
    assert corner["d"].name() == palette.DARK.background
    assert corner["c"].alpha() == 0


def test_colours_are_those_of_the_ground():
    table = np.array([[1, 2, 3, 255], [9, 9, 9, 255], [9, 9, 9, 255]], np.uint8)
    shown = scene(4)
    told = MapScene.of(shown.shown, shown.view, SIZE, True, table)
    told.shown.rows = np.zeros(4, np.int32)
    assert {e.get("fill") for e in points_of(svg(told, Page()))} == {"#010203"}
    assert shown.shown.table is None  # what the screen shows is left alone


def test_a_page_can_be_drawn_in_a_thread_and_without_any_point():
    from concurrent.futures import ThreadPoolExecutor

    empty = scene(0, legend=names("nothing"))
    with ThreadPoolExecutor(2) as pool:
        pages = [pool.submit(draw, empty, Page(80, 72)) for draw in (png, svg) * 3]
        drawn = [page.result() for page in pages]
    assert drawn[0] == drawn[2] == drawn[4]
    assert drawn[1] == drawn[5]
    assert image(drawn[0]).width() == 227


def test_links_are_drawn_between_their_points():
    linked = scene(9, link_start=0, link_ends=np.array([1, 2], np.intp))
    root = ET.fromstring(svg(linked, Page()))
    assert len(root.findall(f".//{SVG}polyline")) == 4  # each with its halo
    assert not ET.fromstring(svg(scene(9), Page())).findall(f".//{SVG}polyline")
