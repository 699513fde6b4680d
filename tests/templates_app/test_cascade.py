"""Which properties an element has."""

from templates_app.cascade import Cascade
from templates_app.markup import tokens
from templates_app.open_elements import Element


def properties(html, sheet=""):
    cascade = Cascade([sheet] if sheet else [])
    (token,) = tokens(html)
    return dict(cascade.properties(token, Element(token, 0, None), 0))


def test_the_style_outranks_a_rule_and_a_rule_what_is_important_not():
    assert properties("<p class=a style='color:red'>", ".a{color:blue;opacity:0}") == {"color": "red", "opacity": "0"}
    assert properties("<p class=a style='color:red'>", ".a{color:blue!important}") == {"color": "blue"}
    assert properties("<p class=a style='color:red!important'>", ".a{color:blue!important}") == {"color": "red"}


def test_the_more_specific_rule_counts_and_of_two_alike_the_later():
    assert properties("<p class='a b' id=i>", "#i{opacity:.1}.a{opacity:.2}p{opacity:.3}") == {"opacity": ".1"}
    assert properties("<p class='a b'>", ".b{opacity:.1}.a{opacity:.2}") == {"opacity": ".2"}


def test_attributes_say_what_old_mails_say_by_them():
    assert properties("<font size=+1 color=#fff>") == {"font-size": "large", "color": "#fff"}
    assert properties("<font size=9>") == {"font-size": "xxx-large"}
    assert properties("<font size=x>") == {}
    assert properties("<td bgcolor=ffffff background=x>") == {
        "background-color": "#ffffff",
        "background-image": "url()",
    }
    assert properties("<p hidden>") == {"display": "none"}
    assert properties("<a href=x>") == {"color": "linktext"}
    assert properties("<a name=x>") == {}


def test_rules_past_the_number_of_comparisons_do_not_count():
    cascade = Cascade([".a{color:red}"], max_comparisons=3)
    (token,) = tokens("<p class=a>")
    found = [dict(cascade.properties(token, Element(token, 0, None), 0)) for _ in range(5)]
    assert found == [{"color": "red"}] * 3 + [{}] * 2


def test_a_tag_without_anything_has_what_its_name_has():
    assert properties("<p>") == {}
    assert properties("<rp>") == {"display": "none"}
