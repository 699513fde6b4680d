"""Which address does what."""

from __future__ import annotations

import pytest

from sending.models import SimulatedMail
from sending.simulator import readers
from sending.simulator.scenarios import SCENARIOS, ScenarioMoment, name_for


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("bounce@shop.test", "bounce"),
        ("BOUNCE@shop.test", "bounce"),
        ("bounce+anna@shop.test", "bounce"),
        ("full-2@x.test", "full"),
        ("open+a-b@x.test", "open"),
        ("ann@x.test", "delivered"),
        ("bounced@x.test", "delivered"),
        ("+bounce@x.test", "delivered"),
        ("@x.test", "delivered"),
        ("", "delivered"),
        ("delivered@x.test", "delivered"),
    ],
)
def test_the_local_part_decides(address: str, name: str) -> None:
    assert name_for(address) == name


def test_the_published_addresses_are_all_there() -> None:
    assert set(SCENARIOS) == {
        "delivered",
        "bounce",
        "full",
        "blocked",
        "greylist",
        "slow",
        "drop",
        "dsn",
        "complaint",
        "open",
        "click",
        "unsubscribe",
        "scanner",
        "ooto",
    }


def test_every_mailbox_that_acts_later_has_a_reader_and_no_other() -> None:
    assert {name for name, one in SCENARIOS.items() if one.at is ScenarioMoment.LATER} == set(readers.READERS)


def test_every_mailbox_that_refuses_says_how() -> None:
    for name, scenario in SCENARIOS.items():
        assert bool(scenario.reply) == (scenario.at is ScenarioMoment.RECIPIENT), name
        assert len(name) <= SimulatedMail._meta.get_field("scenario").max_length
