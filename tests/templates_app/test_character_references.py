"""Character references resolve as browsers resolve them, whatever their length."""

from templates_app.character_references import decode, decode_attribute


def test_references_resolve_as_their_place_asks():
    assert decode("&lt;&#65;&copy 1") == "<A© 1"
    assert decode_attribute("?a=1&copy=2&amp;b=&lt;&notit;") == "?a=1&copy=2&b=<&notit;"


def test_a_number_of_any_length_is_no_error():
    assert decode(f"&#{'9' * 100_000};") == "\ufffd"
    assert decode_attribute(f"&#{'0' * 100_000}65;") == "A"
