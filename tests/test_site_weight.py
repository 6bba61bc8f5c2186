"""What a page weighs with all that it loads before the search is opened."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.site_server import SITE

# isort: split
from budget import BUDGET, KINDS, weigh

pytestmark = [pytest.mark.site, pytest.mark.browser]


@pytest.mark.parametrize("folder", ["en", "zh"])
def test_no_kind_of_page_is_over_its_budget(browser: Browser, folder: str) -> None:
    """All assets, uncompressed, without figures; none from another host."""
    found = {name: weigh(browser, SITE / folder / name) for name in KINDS}
    for name, (weight, _others) in found.items():
        print(f"\n{folder}/{name:40} {weight:9,}", end="")

    assert {name: weight for name, (weight, _others) in found.items() if weight > BUDGET} == {}
    assert {name: others for name, (_weight, others) in found.items() if others} == {}
