"""A request through Django's handler: what belongs to its response ends with it, in its own thread."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.http import FileResponse, HttpRequest
from django.test import RequestFactory
from django.urls import path
from pytest_django import Settings

from config.web import bridge
from config.web.answer import Answer


def file_view(request: HttpRequest) -> FileResponse:
    return FileResponse(Path(__file__).open("rb"))


urlpatterns = [path("file/", file_view)]


@pytest.fixture
def finished() -> Iterator[list[str]]:
    """The names of the threads in which requests ended."""
    threads: list[str] = []

    def note(**_: Any) -> None:
        threads.append(threading.current_thread().name)

    request_finished.connect(note)
    yield threads
    request_finished.disconnect(note)


def test_a_response_that_is_a_file_ends_once_and_in_its_own_thread(settings: Settings, finished: list[str]) -> None:
    """Ended again by the garbage collector it would close the connection of whoever runs then (Django's request_finished)."""
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    answers: list[Answer | None] = []
    handler = WSGIHandler()

    def ask() -> None:
        answers.append(bridge.respond(handler, RequestFactory().get("/file/").environ, None))

    asking = threading.Thread(target=ask, name="asking")
    asking.start()
    asking.join()
    gc.collect()
    assert finished == ["asking"]
    (answer,) = answers
    assert answer is not None
    answer.close()
