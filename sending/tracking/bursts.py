"""Programs that name themselves as a browser, told by how they click. Pure; docs/decisions/0022 has the rules.

A security gateway follows the links of a mail faster than anybody reads: five clicks within a second, or each of
the mail's links within a few. That is seen at the last of these clicks, and then holds for the first ones too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sending.tracking import agents

# So many links are no chance, and so many marked clicks no browser that fetched ahead.
MIN_LINKS = 3


@dataclass(frozen=True, slots=True)
class Visit:
    """An open or a click of a mail: its event, when it was (milliseconds), and where a click led ("" for an open)."""

    event: int
    at: int
    link: str
    user_agent: str
    machine: bool


@dataclass(frozen=True, slots=True)
class Burst:
    """What makes a burst: so many clicks of a mail within so many milliseconds."""

    clicks: int = 5
    milliseconds: int = 1_000


def automated(visits: Sequence[Visit], *, links: int, burst: Burst) -> set[int]:
    """Return the events that were a program's though counted as a person's, in the light of the newest visit.

    `visits` are those of one mail in the last few seconds, oldest first; the mail has `links` different links (0: not
    known). What names itself as a program neither makes a burst nor belongs to one.
    """
    unnamed = [visit for visit in visits if not agents.is_machine(visit.user_agent)]
    if not unnamed:
        return set()
    run = _run(unnamed, links, burst)
    same = {visit.user_agent for visit in run}
    events = {visit.event for visit in run}
    return {
        visit.event for visit in unnamed if not visit.machine and (visit.event in events or visit.user_agent in same)
    }


def _run(visits: Sequence[Visit], links: int, burst: Burst) -> list[Visit]:
    """Return the visits that show that the newest one is a program's; none when it may be a person's."""
    newest = visits[-1]
    clicks = [visit for visit in visits if visit.link]
    close = [click for click in clicks if newest.at - click.at <= burst.milliseconds]
    if len(close) >= burst.clicks:
        return close
    own = [click for click in clicks if click.user_agent == newest.user_agent]
    goes_on = sum(click.machine for click in own) >= MIN_LINKS
    targets = len({click.link for click in own})
    return [*own, newest] if goes_on or targets >= max(links, MIN_LINKS) and links else []
