"""The names that the setting has are the kinds that there are."""

from impasto.costs.styles import STYLE_COSTS
from impasto.settings import CHOICES


def test_the_setting_names_every_kind():
    assert tuple(STYLE_COSTS) == CHOICES["style_cost"]
