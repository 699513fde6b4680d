"""Whether a box has room, and is where it can be seen."""

import pytest

from templates_app import boxes
from templates_app.css_values import WINDOW, Measure

MEASURE = Measure(whole=WINDOW)
HIDDEN = {"overflow-x": "hidden", "overflow-y": "hidden"}


@pytest.mark.parametrize(
    ("own", "folded"),
    [
        ({"height": "0"}, True),
        ({"max-height": "0%"}, True),
        ({"width": "1px"}, True),
        ({"height": "0%"}, False),
        ({"height": "2px"}, False),
        ({"height": "0", "min-height": "1em"}, False),
        ({"height": "0", "padding-bottom": "50%"}, False),
        ({"height": "auto", "max-height": "none"}, False),
    ],
)
def test_a_box_without_room_cuts_off_what_is_in_it(own, folded):
    assert boxes.is_folded(own | HIDDEN, MEASURE, "block") == folded
    assert not boxes.is_folded(own, MEASURE, "block")
    assert not boxes.is_folded(own | HIDDEN, MEASURE, "table-cell")


@pytest.mark.parametrize(
    ("own", "elsewhere"),
    [
        ({"position": "absolute", "left": "-500px"}, True),
        ({"position": "absolute", "left": "auto", "right": "500px"}, True),
        ({"position": "relative", "bottom": "-5000px"}, True),
        ({"position": "absolute", "left": "0", "right": "9999px"}, False),
        ({"position": "static", "left": "-9999px"}, False),
        ({"left": "-9999px"}, False),
        ({"margin-left": "-500px"}, True),
        ({"margin-top": "-499px"}, False),
    ],
)
def test_a_box_far_outside_is_elsewhere(own, elsewhere):
    assert boxes.is_elsewhere(own, MEASURE) == elsewhere


@pytest.mark.parametrize(
    ("own", "clipped"),
    [
        ({"position": "absolute", "clip": "rect(0,0,0,0)"}, True),
        ({"position": "fixed", "clip": "rect(1px 1px 1px 1px)"}, True),
        ({"position": "absolute", "clip": "rect(0,99px,99px,0)"}, False),
        ({"position": "absolute", "clip": "rect(auto,auto,auto,auto)"}, False),
        ({"clip": "rect(0,0,0,0)"}, False),
        ({"clip-path": "inset(50%)"}, True),
        ({"clip-path": "inset(0 0 100% 0 round 5px)"}, True),
        ({"clip-path": "inset(10px)"}, False),
        ({"clip-path": "ellipse(0 50% at 50% 50%)"}, True),
        ({"clip-path": "rect(0 0 0 0)"}, True),
        ({"clip-path": "xywh(0 0 0 9px)"}, True),
        ({"clip-path": "polygon(0 0,99px 0,0 99px)"}, False),
        ({"clip-path": "url()"}, False),
    ],
)
def test_a_clipping_that_leaves_nothing_hides(own, clipped):
    assert boxes.is_clipped(own, MEASURE) == clipped


@pytest.mark.parametrize(
    ("own", "thrown"),
    [
        ({"transform": "scale(0)"}, True),
        ({"transform": "rotate(5deg) scalex(0)"}, True),
        ({"transform": "translate3d(-9999px,0,0)"}, True),
        ({"transform": "rotatey(90deg)"}, True),
        ({"transform": "matrix(0,0,0,0,1,1)"}, True),
        ({"translate": "0 -100vh"}, True),
        ({"scale": "1 0"}, True),
        ({"transform": "translate(-50%,-50%) scale(.5)"}, False),
        ({"transform": "none", "scale": "none", "translate": "none"}, False),
    ],
)
def test_a_transformation_may_leave_nothing(own, thrown):
    assert boxes.is_thrown(own, MEASURE) == thrown
