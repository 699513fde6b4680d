"""What readers will see changed."""

from templates_app.diff import DiffLine, difference


def test_the_same_text_has_no_difference_whatever_the_markup():
    assert difference(("<p>a</p>", ""), ("<div class=x><b>a</b></div>", "")) == []


def test_changed_lines_stand_old_before_new():
    assert difference(("<p>a</p><p>b</p>", ""), ("<p>a</p><p>c {{x}}</p>", "")) == [
        DiffLine("same", "a"),
        DiffLine("same", ""),
        DiffLine("gone", "b"),
        DiffLine("new", "c {{x}}"),
    ]


def test_a_changed_address_shows():
    lines = difference(('<a href="https://a.test/">x</a>', ""), ('<a href="https://b.test/">x</a>', ""))
    assert [line.kind for line in lines] == ["gone", "new"]


def test_the_text_part_is_compared_too():
    assert [line.kind for line in difference(("<p>a</p>", "b"), ("<p>a</p>", "c"))][-2:] == ["gone", "new"]


def test_very_long_texts_are_not_compared_line_by_line():
    old, new = "".join(f"{n}\n" for n in range(3_000)), "x\n"
    assert len(difference(("", old), ("", new))) == 3_001
