"""Programs that look like browsers: all of a burst, and nothing but the burst."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from sending.tracking.bursts import Burst, Visit, automated

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
READER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0"
ROBOT = "curl/8.5.0"
WINDOW = 5_000


def seen(visits: Iterable[tuple[int, str, str]], *, links: int = 0) -> set[int]:
    """Judge at each visit (milliseconds, link, agent) as the views do; return the places of those that are marked."""
    log: list[Visit] = []
    marked: set[int] = set()
    for number, (at, link, agent) in enumerate(visits):
        log.append(Visit(number, at, link, agent, agent == ROBOT))
        recent = [
            Visit(visit.event, visit.at, visit.link, visit.user_agent, visit.machine or visit.event in marked)
            for visit in log
            if visit.at > at - WINDOW
        ]
        marked |= automated(recent, links=links, burst=Burst())
    return marked


def test_all_of_a_burst_is_marked_from_its_first_click() -> None:
    assert seen((at, "https://a.test/", BROWSER) for at in range(0, 500, 100)) == {0, 1, 2, 3, 4}
    assert seen((at, "https://a.test/", BROWSER) for at in range(0, 1200, 300)) == set()


def test_the_picture_that_the_same_program_loaded_before_or_after_is_marked_with_it() -> None:
    burst = [(at, "https://a.test/", BROWSER) for at in range(1000, 1500, 100)]
    assert seen([(0, "", BROWSER), *burst]) == {0, 1, 2, 3, 4, 5}
    assert seen([*burst, (3000, "", BROWSER)]) == {0, 1, 2, 3, 4, 5}


def test_a_person_before_beside_and_after_a_burst_stays_a_person() -> None:
    burst = [(at, "https://a.test/", BROWSER) for at in range(60_000, 60_500, 100)]
    person = [(0, "", READER), (9_000, "https://a.test/", BROWSER), (59_000, "", READER)]
    later = [(70_000, "https://a.test/", BROWSER), (70_500, "", READER)]
    assert seen([*person, *burst, *later]) == {3, 4, 5, 6, 7}


def test_a_burst_goes_on_while_its_program_does() -> None:
    assert seen((at, "https://a.test/", BROWSER) for at in [0, 100, 200, 300, 400, 1900, 3400]) == set(range(7))


def test_each_link_of_a_mail_within_seconds_is_a_program() -> None:
    each = [(number * 1400, f"https://a.test/{number}", BROWSER) for number in range(3)]
    assert seen(each, links=3) == {0, 1, 2}
    # Not all of them, or too few to tell, or slowly.
    assert seen(each, links=4) == set()
    assert seen(each[:2], links=2) == set()
    assert seen([(at * 3, link, agent) for at, link, agent in each], links=3) == set()


def test_a_double_click_is_a_person_s() -> None:
    assert (
        seen([(0, "", READER), (2000, "https://a.test/", READER), (2150, "https://a.test/", READER)], links=1) == set()
    )


def test_what_names_itself_as_a_program_makes_no_person_one() -> None:
    robots = [(at, "https://a.test/", ROBOT) for at in range(0, 400, 50)]
    assert seen([*robots, (450, "https://a.test/", BROWSER)]) == set()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "https://a.test/", "https://b.test/"]), st.sampled_from([BROWSER, READER, ROBOT])
        ),
        max_size=40,
    ),
    st.integers(0, 4),
)
def test_whoever_comes_slowly_is_never_marked(visits: list[tuple[str, str]], links: int) -> None:
    assert seen([(number * 6_000, *visit) for number, visit in enumerate(visits)], links=links) == set()


@given(st.lists(st.integers(0, 999), min_size=5, max_size=30), st.integers(0, 4))
def test_five_clicks_within_a_second_are_marked_however_many_follow(times: list[int], links: int) -> None:
    assert seen([(at, "https://a.test/", BROWSER) for at in sorted(times)], links=links) == set(range(len(times)))
