"""What people fill in: files, line ends, and nothing lost."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from templates_app.forms import DecisionForm, TemplateForm


def form(content=None, **fields):
    data = QueryDict(mutable=True)
    data.update({"name": "Order", "kind": "html", "html": "", "text": "", **fields})
    return TemplateForm(data, {"file": SimpleUploadedFile("x.html", content)} if content is not None else {})


def test_a_file_becomes_the_body_and_stays_in_the_form():
    bound = form("\ufeff<p>é</p>\r\n".encode(), html="old")
    assert bound.is_valid(), bound.errors
    assert bound.cleaned_data["html"] == "<p>é</p>\r\n"
    assert bound["html"].value() == "<p>é</p>\r\n"


def test_a_text_file_becomes_the_text_of_a_plain_template():
    bound = form(b"Hello", kind="text", html="<p>old</p>")
    assert bound.is_valid(), bound.errors
    assert (bound.cleaned_data["html"], bound.cleaned_data["text"]) == ("", "Hello")
    assert bound.bodies == ("", "Hello")


def test_a_file_that_is_not_utf8_is_refused_with_its_place():
    bound = form("Grüße".encode("latin-1"))
    assert not bound.is_valid()
    assert "byte 3" in bound.errors["file"][0]
    assert "UTF-8" in bound.errors["file"][0]


def test_a_file_that_is_too_big_is_refused():
    assert "1,048,576" in form(b"x" * 1_048_577).errors["file"][0]


def test_a_body_is_needed_where_its_type_says():
    assert "html" in form(text="x").errors
    assert "text" in form(kind="text", html="x").errors
    assert "html" in form(html=" \r\n ").errors
    assert form(html="x").is_valid()


def test_the_line_ends_that_browsers_make_are_taken_back():
    bound = form(html=" <p>\r\na</p>\r\n")
    assert bound.is_valid()
    assert bound.cleaned_data["html"] == " <p>\na</p>\n"


def test_the_reason_is_the_quick_ones_and_then_the_typed_one():
    data = QueryDict(mutable=True)
    data.setlist("quick", ["Too short.", DecisionForm.QUICK[0]])
    data["reason"] = " Mend it. "
    bound = DecisionForm(data, found=[("Too short.", "太短。")])
    assert bound.is_valid()
    assert bound.full_reason == f"Too short.\n{DecisionForm.QUICK[0]}\nMend it."
