"""The test chip's keys are what the generator makes out of the test scheme's seed."""

from pathlib import Path

from tests.cards.chip_keys_maker import module

KEYS = Path(__file__).parent.parent / "unit/card/chip_keys.py"


def test_the_file_is_the_generator_s():
    assert KEYS.read_text(encoding="utf-8") == module()
