"""The plain text made from HTML."""

from hypothesis import given
from hypothesis import strategies as st

from templates_app.text_part import as_written, plain_text
from templates_app.variables import Position, Variable


def read(html):
    return as_written(plain_text(html))


def test_paragraphs_lines_and_lists_stay_apart():
    html = "<h1>Hello</h1><p>one<br>two</p><ul><li>a</li><li>b</li></ul><ol><li>x<li>y</ol>"
    assert read(html) == "Hello\n\none\ntwo\n\n- a\n- b\n\n1. x\n2. y\n"


def test_links_carry_their_address():
    assert read('<p>See <a href="https://a.test/?x=1&amp;y=2">our shop</a>, please</p>') == (
        "See our shop (https://a.test/?x=1&y=2), please\n"
    )


def test_an_address_is_not_said_twice():
    assert read('<a href="https://a.test/">https://a.test/</a>') == "https://a.test/\n"


def test_a_link_around_an_image_is_its_alternative_text_or_the_address():
    assert read('<a href="https://a.test/"><img src=x alt="Shop"></a>') == "Shop (https://a.test/)\n"
    assert read('<p>x</p><a href="https://a.test/"><img src=x></a>') == "x\n\nhttps://a.test/\n"


def test_areas_of_a_map_are_links_that_end_at_once():
    html = '<map><area href="https://a.test/" alt="Shop"><area href="https://b.test/"></map><p>Hello</p>'
    assert read(html) == "Shop (https://a.test/) https://b.test/\n\nHello\n"


def test_any_shape_with_an_address_is_a_link():
    html = (
        '<x:roundrect href="https://a.test/"><center>Go</center></x:roundrect> or <v:fill o:href="https://b.test/">not'
    )
    assert read(html) == "Go (https://a.test/)\nor not\n"


def test_other_links_are_their_text():
    assert read('<a href="#top">up</a> <a href="mailto:a@b.test">write</a>') == "up write\n"


def test_a_link_around_text_that_nobody_sees_is_not_there():
    assert read('<a href="https://a.test/" style="font-size:0">x</a>T') == "T\n"
    assert read('<a href="https://a.test/" style="display:none">x</a>T') == "T\n"
    assert read('<a href="https://a.test/" style="font-size:0">x<img src=y></a>T') == "https://a.test/ T\n"
    assert read('<a href="https://a.test/"><i style="display:none">x</i><b>Go</b></a>') == "Go (https://a.test/)\n"


def test_a_hidden_list_does_not_end_the_one_around_it():
    html = "<ol><li>a<ul style='display:none'><li>b</ul><li>c</ol>"
    assert read(html) == "1. a\n2. c\n"


def test_cells_stand_beside_each_other_and_rows_below():
    assert read("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>") == "a b\nc\n"


def test_what_is_hidden_or_code_is_left_out():
    assert read("<style>p{}</style><p hidden>x</p><!-- y --><script>z</script><title>t</title>a") == "a\n"


def test_variables_stay_places_for_values():
    assert plain_text('Hi {{name}}, <a href="https://a.test/{{id}}">go</a>') == (
        "Hi ",
        Variable("name"),
        ", go (https://a.test/",
        Variable("id", Position.PART),
        ")\n",
    )


def test_a_link_ends_in_text_where_it_ends():
    assert read('<a href="https://a.test/my file.pdf?q=&quot;x&quot;">get</a>') == (
        "get (https://a.test/my%20file.pdf?q=%22x%22)\n"
    )
    assert read('<a href="https://a.test/bücher">get</a>') == "get (https://a.test/bücher)\n"


def test_white_space_and_references_read_as_in_a_browser():
    assert read("  a\n\n b&nbsp;&amp;\u200b c <b>d</b>e ") == "a b & c de\n"


@given(st.text(alphabet="<>/pbralihtd =\"'{}x", max_size=300))
def test_no_input_is_an_error(source):
    text = read(source)
    assert not text.startswith("\n")
    assert "\n\n\n" not in text
