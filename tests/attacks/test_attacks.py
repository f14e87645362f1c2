"""What was seen to win against `course grade` is listed under what is missing."""

import tomllib
from pathlib import Path

from tests.attacks.attack import attacks

LISTED = tomllib.loads((Path(__file__).parent / "open.toml").read_text("utf-8"))
DEFENCES = {"judge", "intake", "box", "feedback"}


def test_listed_attacks_exist_once_and_name_a_defence():
    names = [name for names in LISTED.values() for name in names]
    assert set(LISTED) <= DEFENCES
    assert len(names) == len(set(names))
    assert set(names) <= {attack.name for attack in attacks()}
