"""What wins against `course grade` is known, listed with a reason, and only shrinks."""

import tomllib
from pathlib import Path

import pytest

from tests.attacks.attack import attacks
from tests.attacks.harness import OURS, verdicts

LISTED = tomllib.loads((Path(__file__).parent / "open.toml").read_text("utf-8"))
DEFENCES = {"judge", "intake", "box", "feedback"}


def open_attacks() -> dict[str, str]:
    """{attack: the defence that is missing}"""
    return {name: why for why, names in LISTED.items() for name in names}


def test_listed_attacks_exist_once_and_name_a_defence():
    names = [name for names in LISTED.values() for name in names]
    assert set(LISTED) <= DEFENCES
    assert len(names) == len(set(names))
    assert set(names) <= {attack.name for attack in attacks()}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_only_listed_attacks_win():
    found = {v.attack.name: v.win for v in verdicts(OURS, attacks())}
    wins = {name: win for name, win in found.items() if win}
    known = open_attacks()
    new = {name: win for name, win in wins.items() if name not in known}
    assert new == {}, "these win and are not in open.toml"
    assert sorted(known.keys() - wins.keys()) == [], "take these out of open.toml"
