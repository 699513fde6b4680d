"""Which declarations are understood, as longhands."""

import pytest

from templates_app.css_properties import understood
from templates_app.css_syntax import declarations


def longhands(style):
    return {name: value for _, name, value in understood(declarations(style))}


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("font:0/0 a", {"font-size": "0"}),
        ("margin:1px 2px 3px 4px", {"margin-top": "1px", "margin-left": "4px"}),
        ("margin:1px 2px", {"margin-top": "1px", "margin-left": "2px"}),
        ("padding:1px 2px 3px", {"padding-right": "2px", "padding-bottom": "3px"}),
        ("inset:1px auto", {"top": "1px", "right": "auto", "bottom": "1px", "left": "auto"}),
        ("overflow:hidden", {"overflow-x": "hidden", "overflow-y": "hidden"}),
        ("overflow:clip visible", {"overflow-x": "clip", "overflow-y": "visible"}),
        ("-webkit-transform:scale(0)", {"transform": "scale(0)"}),
        ("background:#fff", {"background-clip": "border-box", "background-color": "#fff", "background-image": "none"}),
        ("background:url(x)", {"background-clip": "border-box", "background-color": "transparent", "background-image": "url()"}),
        ("font-size:VAR(--x)", {"font-size": "unknown"}),
        ("display:revert-layer", {"display": "revert"}),
    ],
)  # fmt: skip
def test_what_is_understood_becomes_longhands(style, found):
    assert longhands(style) == found


@pytest.mark.parametrize(
    "style",
    [
        "display:non", "display:", "visibility:shown", "opacity:x", "font-size:12", "font-size:-1px", "font:12px", "color:#12345",
        "color:nothing", "left:5", "height:x", "margin:1px x", "padding:1px 2px 3px 4px 5px", "overflow:none", "position:up",
        "text-indent:x", "transform:x", "clip:x", "colour:red", "all:hidden",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_dropped(style):
    assert longhands(style) == {}


def test_all_sets_every_property_that_counts():
    assert set(longhands("all:initial").values()) == {"initial"}
    assert {"display", "font-size", "color", "visibility"} <= set(longhands("all:initial"))
